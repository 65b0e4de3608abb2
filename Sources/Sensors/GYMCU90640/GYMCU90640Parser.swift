/// Finds frames and replies in what a GY-MCU90640 sends, however it is cut, and in noise.
///
/// Feed with `handle`, then call `next` until it gives nil. After noise or lost bytes the next whole frame is found,
/// because whatever merely began like a frame is looked through again from its second byte.
public struct GYMCU90640Parser: Sendable {
    /// What the sensor said.
    public enum Event: Hashable, Sendable {
        /// A picture with a right checksum.
        case frame(GYMCU90640Frame)
        /// The emissivity in percent, 1…100: the answer to `queryEmissivity`.
        case emissivity(percent: UInt8)
    }
    /// What was found and lost.
    public struct Counters: Hashable, Sendable {
        /// Frames handed out.
        public internal(set) var frames: UInt64 = 0
        /// Replies handed out.
        public internal(set) var replies: UInt64 = 0
        /// Bytes that belonged to neither.
        public internal(set) var bytesSkipped: UInt64 = 0
        /// Places where a frame seemed to begin but the checksum was wrong: frames lost on the line, and noise.
        public internal(set) var badChecksums: UInt64 = 0
    }
    /// Bytes held undrained, 42 frames; beyond it the oldest are skipped.
    public static let bufferLimit = 1 << 16

    private var queue = SensorByteQueue(limit: bufferLimit)
    private var counted = Counters()

    /// A parser at the beginning of a stream.
    public init() {}

    /// What was found and lost so far.
    public var counters: Counters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }
    /// Bytes held because they may be the beginning of a frame; at the end of a file, what was cut off.
    public var bytesPending: Int { queue.count }

    /// Takes the next bytes of the stream; any number.
    public mutating func handle(_ bytes: some Collection<UInt8>) { queue.append(bytes) }

    /// The next frame or reply, or nil until more bytes came.
    public mutating func next() -> Event? {
        while queue.count > 0 {
            guard queue[0] == 0x5A, queue.count < 2 || queue[1] == 0x5A else {
                skip()
                continue
            }
            guard queue.count >= 4 else { return nil }
            // A reply has the same header and no length. Its third byte would have to be 2 and its sum 06 to look like
            // a frame, but the sum over 5A 5A 02 is B6: the two cannot be confused.
            if queue[2] == GYMCU90640Frame.length.low, queue[3] == GYMCU90640Frame.length.high {
                guard queue.count >= GYMCU90640Frame.encodedSize else { return nil }
                if let frame = frame() {
                    queue.removeFirst(GYMCU90640Frame.encodedSize)
                    counted.frames &+= 1
                    return .frame(frame)
                }
                counted.badChecksums &+= 1
                skip()
            } else if (1...100).contains(queue[2]), queue[3] == 0x5A &+ 0x5A &+ queue[2] {
                let percent = queue[2]
                queue.removeFirst(4)
                counted.replies &+= 1
                return .emissivity(percent: percent)
            } else {
                skip()
            }
        }
        return nil
    }

    private func frame() -> GYMCU90640Frame? {
        let end = GYMCU90640Frame.encodedSize - 2
        guard GYMCU90640Frame.checksum(queue[0..<end]) == word(at: end) else { return nil }
        let values = stride(from: 4, to: end, by: 2).map { Int16(bitPattern: word(at: $0)) }
        return GYMCU90640Frame(pixels: Array(values.dropLast()), ambient: values.last ?? 0)
    }
    private func word(at offset: Int) -> UInt16 { UInt16(queue[offset]) | UInt16(queue[offset + 1]) << 8 }

    private mutating func skip() {
        queue.removeFirst()
        counted.bytesSkipped &+= 1
    }
}
