import FlightTypes

/// Turns the bytes of a GNSS receiver into reports: NMEA 0183 sentences of any talker and UBX NAV-PVT, mixed at will.
///
/// Bytes may come in pieces of any size. Anything that is neither a sentence nor a UBX frame is skipped and counted; a
/// UBX frame is stepped over by its length, so that its payload is never read as a sentence. Holds at most one
/// incomplete sentence or frame (4 KiB) and 4,096 reports that nobody fetched.
public struct NMEAParser: PiecewiseParser, Sendable {
    /// Longest text between `$` and the line end. The standard allows 79; proprietary sentences are longer.
    static let longestSentence = 255
    /// Reports kept for `nextReport`; beyond, the oldest goes.
    static let longestQueue = 4096

    /// A report takes more than 16 bytes: so many never make more than the queue holds.
    public static let pieceLimit = longestQueue * 16

    /// What became of the bytes so far.
    public private(set) var counters = NMEACounters()
    private var buffer: [UInt8] = []
    private var assembler = NMEAEpochAssembler()
    /// What the assembler gave out with the last observation.
    private var made: [NMEAReport] = []
    private var queue: [NMEAReport] = []
    private var queueStart = 0

    /// A parser that has seen nothing.
    public init() {}

    /// Takes the next bytes from the receiver.
    public mutating func handle(_ bytes: ArraySlice<UInt8>) {
        counters.bytes &+= UInt64(bytes.count)
        buffer.append(contentsOf: bytes)
        scan(isFinal: false)
    }
    /// Takes the oldest report not fetched yet.
    public mutating func next() -> NMEAReport? { nextReport() }
    /// Takes the oldest report not fetched yet.
    public mutating func nextReport() -> NMEAReport? {
        guard queueStart < queue.count else { return nil }
        let report = queue[queueStart]
        queueStart += 1
        if queueStart == queue.count {
            queue.removeAll(keepingCapacity: true)
            queueStart = 0
        }
        return report
    }
    /// The stream has ended: reads what is left and completes the report under way.
    public mutating func finish() {
        scan(isFinal: true)
        assembler.close(&made)
        enqueueMade()
    }

    /// What a position of the buffer turned out to be.
    private enum Step {
        /// So many bytes were dealt with.
        case consumed(Int)
        /// So many bytes were nothing.
        case skipped(Int)
        case needsMore
    }

    private mutating func scan(isFinal: Bool) {
        // Moved out, so that reading it does not bar the rest of the parser.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        var position = 0
        scanning: while position < bytes.count {
            let step: Step
            switch bytes[position] {
            case UInt8(ascii: "$"), UInt8(ascii: "!"): step = sentence(bytes, at: position, isFinal: isFinal)
            case UBXFrame.sync1: step = ubx(bytes, at: position, isFinal: isFinal)
            case 0x0A, 0x0D: step = .consumed(1)
            default: step = .skipped(1)
            }
            switch step {
            case .consumed(let count): position += count
            case .skipped(let count):
                counters.bytesSkipped &+= UInt64(count)
                position += count
            case .needsMore: break scanning
            }
        }
        // The space is used again; what is left is the beginning of one sentence or frame.
        bytes.removeSubrange(..<position)
        swap(&bytes, &buffer)
    }

    private mutating func sentence(_ bytes: [UInt8], at start: Int, isFinal: Bool) -> Step {
        let limit = min(bytes.count, start + Self.longestSentence + 1)
        var end = start + 1
        var sum: UInt8 = 0
        while end < limit {
            let byte = bytes[end]
            // Printable characters but `$`, in one comparison each.
            guard byte &- 0x20 <= 0x7E - 0x20, byte != UInt8(ascii: "$") else { break }
            sum ^= byte
            end += 1
        }
        if end < bytes.count, bytes[end] == 0x0A || bytes[end] == 0x0D {
            take(bytes, (start + 1)..<end, sum)
            return .consumed(end - start)
        }
        guard end < bytes.count || isFinal else { return .needsMore }
        counters.broken &+= 1
        return .skipped(end - start)
    }
    /// Takes the sentence whose text lies at `text` of `bytes`; `sum` is the exclusive or of all of it.
    private mutating func take(_ bytes: [UInt8], _ text: Range<Int>, _ sum: UInt8) {
        var body = text
        if let star = text.last(where: { bytes[$0] == UInt8(ascii: "*") }) {
            body = text.lowerBound..<star
            // What `sum` holds besides the body is the star and what comes behind it.
            let own = bytes[star..<text.upperBound].reduce(sum) { $0 ^ $1 }
            guard let stated = Self.hexByte(bytes[(star + 1)..<text.upperBound]), stated == own else {
                counters.badChecksums &+= 1
                return
            }
        } else {
            counters.withoutChecksum &+= 1
        }
        var observation = NMEAObservation(address: 0)
        switch NMEASentence.read(bytes, body, into: &observation) {
        case .ignored: counters.ignored &+= 1
        case .malformed: counters.malformed &+= 1
        case .understood:
            counters.understood &+= 1
            take(observation)
        }
    }
    private static func hexByte(_ text: ArraySlice<UInt8>) -> UInt8? {
        guard text.count == 2 else { return nil }
        var value: UInt8 = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (byte - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (byte - UInt8(ascii: "A") + 10)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private mutating func ubx(_ bytes: [UInt8], at start: Int, isFinal: Bool) -> Step {
        switch UBXFrame.read(bytes[start...]) {
        case .frame(let frame, let length):
            counters.ubxFrames &+= 1
            if let observation = UBXNavigation.observation(of: frame) { take(observation) }
            return .consumed(length)
        case .refused:
            counters.ubxRefused &+= 1
            return .skipped(1)
        case .needsMore:
            return isFinal ? .skipped(1) : .needsMore
        }
    }
    private mutating func take(_ observation: NMEAObservation) {
        assembler.take(observation, &made)
        counters.late = assembler.late
        if !made.isEmpty { enqueueMade() }
    }
    private mutating func enqueueMade() {
        for report in made { enqueue(report) }
        made.removeAll(keepingCapacity: true)
    }
    private mutating func enqueue(_ report: NMEAReport) {
        counters.reports &+= 1
        if queue.count - queueStart >= Self.longestQueue {
            queueStart += 1
            counters.reportsDropped &+= 1
        }
        // The fetched front is cut off now and then, so that the cost of a report stays constant on average.
        if queueStart >= Self.longestQueue {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        queue.append(report)
    }
}
