/// Finds frames and replies in what a GY-MCU90640 sends, however it is cut, and in noise.
///
/// Feed with `handle`, then call `next` until it gives nil. After noise or lost bytes the next whole frame is found,
/// because whatever merely began like a frame is looked through again from its second byte.
public struct GYMCU90640Parser: PiecewiseParser, Sendable {
    /// What the sensor said.
    public enum Event: Hashable, Sendable {
        /// A picture with a right checksum.
        case frame(GYMCU90640Frame)
        /// The emissivity in percent, 1…100: the answer to `queryEmissivity`.
        case emissivity(percent: UInt8)
    }
    /// Bytes held undrained, 42 frames; beyond it the oldest are skipped.
    public static let bufferLimit = 1 << 16
    /// What is left undecided after a drain is less than a frame.
    public static let pieceLimit = bufferLimit / 2

    private var queue = SensorByteQueue(limit: bufferLimit)
    private var counted = ThermalSerialCounters()

    /// A parser at the beginning of a stream.
    public init() {}

    /// What was found and lost so far.
    public var counters: ThermalSerialCounters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }
    /// Bytes held because they may be the beginning of a frame; at the end of a file, what was cut off.
    public var bytesPending: Int { queue.count }

    /// Forgets what has only begun to arrive, when the stream was interrupted.
    public mutating func forgetPartial() {
        counted.bytesSkipped &+= UInt64(queue.count)
        queue.removeAll()
    }
    /// Takes the next bytes of the stream; any number.
    public mutating func handle(_ bytes: some Collection<UInt8>) { queue.append(bytes) }

    /// The next frame or reply, or nil until more bytes came.
    public mutating func next() -> Event? {
        while findHeader() {
            guard queue.count >= 4 else { return nil }
            // A reply has the same header and no length. Its third byte would have to be 2 and its sum 06 to look like
            // a frame, but the sum over 5A 5A 02 is B6: the two cannot be confused.
            if queue.holds(Self.header, at: 0) {
                switch frame() {
                case .whole(let frame):
                    queue.removeFirst(GYMCU90640Frame.encodedSize)
                    counted.frames &+= 1
                    return .frame(frame)
                case .unfinished: return nil
                case .broken: counted.badChecksums &+= 1
                case .noise: counted.refused &+= 1
                }
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

    /// Skips to where `5A 5A`, or a last `5A`, stands at the head. False when there is none.
    private mutating func findHeader() -> Bool {
        while let place = queue.firstIndex(of: 0x5A) {
            skip(place)
            if queue.count < 2 || queue[1] == 0x5A { return true }
            skip()
        }
        skip(queue.count)
        return false
    }

    private static let header: [UInt8] = [0x5A, 0x5A, GYMCU90640Frame.length.low, GYMCU90640Frame.length.high]
    private enum Finding { case whole(GYMCU90640Frame), unfinished, broken, noise }

    private func frame() -> Finding {
        let size = GYMCU90640Frame.encodedSize
        let end = size - 2
        guard queue.count >= size else { return .unfinished }
        guard GYMCU90640Frame.checksum(queue[0..<end]) == word(at: end) else { return .broken }
        // A sum of 16 bits is right by chance once in 65,536 times. What was most likely to get here is a frame cut
        // short with the next one behind it: then that one's header lies within, and none behind the end.
        if holdsHeader {
            guard queue.count >= size + Self.header.count else { return .unfinished }
            guard queue.holds(Self.header, at: size) else { return .broken }
        }
        let pixels = (0..<GYMCU90640Frame.width * GYMCU90640Frame.height).map {
            Int16(bitPattern: word(at: 4 + 2 * $0))
        }
        // Nor may noise behind bytes that look like a header be taken for a picture.
        if ThermalPlausibility.isNoise(
            pixels, width: GYMCU90640Frame.width, possible: -4000...30_000, farApart: 10_000)
        {
            return .noise
        }
        return GYMCU90640Frame(pixels: pixels, ambient: Int16(bitPattern: word(at: end - 2))).map { .whole($0) }
            ?? .broken
    }
    /// Whether another header begins within, or at least two bytes of it stand at the very end.
    private var holdsHeader: Bool {
        let size = GYMCU90640Frame.encodedSize
        if let place = queue.firstIndex(of: Self.header, from: 1), place < size { return true }
        return queue.holds([0x5A, 0x5A], at: size - 2) || queue.holds([0x5A, 0x5A, 0x02], at: size - 3)
    }
    private func word(at offset: Int) -> UInt16 { UInt16(queue[offset]) | UInt16(queue[offset + 1]) << 8 }

    private mutating func skip(_ count: Int = 1) {
        queue.removeFirst(count)
        counted.bytesSkipped &+= UInt64(count)
    }
}
