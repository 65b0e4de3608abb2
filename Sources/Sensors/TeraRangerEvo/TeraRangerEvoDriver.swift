import FlightTypes

/// The Terabee TeraRanger Evo Thermal 33 or 90: 32×32 pixels in tenths of a kelvin.
///
/// Over USB at any speed; on the UART board at 460,800 bit/s. Replies to commands are found between frames and within.
public struct TeraRangerEvoDriver: ThermalSerialDriver {
    /// The sensor's name for messages.
    public static let name = "TeraRanger Evo Thermal"
    /// Bytes held undrained, 31 frames; beyond it the oldest are skipped.
    public static let bufferLimit = 1 << 16
    /// What is taken for possible, in 0.1 K: −40…700 °C, a little more than the makers of such arrays promise.
    public static let possible: ClosedRange<UInt16> = 2331...9731

    private let emissivityPercent: UInt8
    private var queue = SensorByteQueue(limit: bufferLimit)
    private var counted = ThermalSerialCounters()
    /// Replies that were found in frames, at most ``ReplySearch/repliesLimit`` and handed out before the frame's next.
    private var replies: [TeraRangerEvoReply] = []

    /// - Parameter emissivityPercent: of the surface looked at, 1…100; beyond that it is brought into the range.
    public init(emissivityPercent: Int = 97) { self.emissivityPercent = UInt8(clamping: emissivityPercent) }

    /// Emissivity, and to send.
    public var setUp: [[UInt8]] {
        [
            TeraRangerEvoCommand.emissivity(percent: emissivityPercent).encoded,
            TeraRangerEvoCommand.output(true).encoded,
        ]
    }
    /// What was found and lost.
    public var counters: ThermalSerialCounters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }
    /// Bytes held because they may be the beginning of something.
    public var bytesPending: Int { queue.count }

    /// Takes the next bytes of the line.
    public mutating func handle(_ bytes: some Collection<UInt8>) { queue.append(bytes) }
    /// Forgets what has only begun to arrive.
    public mutating func forgetPartial() { skip(queue.count) }

    /// The next frame or reply, or nil.
    public mutating func next() -> ThermalSerialEvent? {
        if let reply = replies.popLast() { return event(reply) }
        while queue.count > 0 {
            if let reply = TeraRangerEvoReply.at(0, in: queue) {
                queue.removeFirst(TeraRangerEvoReply.size)
                return event(reply)
            }
            if TeraRangerEvoReply.mayBegin(at: 0, in: queue) { return nil }
            guard queue[0] == TeraRangerEvoFrame.header[0] else {
                skipToCandidate()
                continue
            }
            // Between the header's two bytes there may be a reply as well.
            guard queue.count >= 2 else { return nil }
            guard queue[1] == TeraRangerEvoFrame.header[1] || queue[1] == TeraRangerEvoReply.acknowledgedBytes[0] else {
                skip()
                continue
            }
            switch search() {
            case .wait: return nil
            case .frame(let bytes, let found):
                if let frame = take(bytes, found) { return .frame(frame) }
                skip()
            case .none:
                counted.badChecksums &+= 1
                skip()
            }
        }
        return nil
    }

    private func search() -> ReplySearch.Result {
        ReplySearch.frame(of: TeraRangerEvoFrame.encodedSize, in: queue) { place in
            if TeraRangerEvoReply.at(place, in: queue) != nil { return .reply(TeraRangerEvoReply.size) }
            return TeraRangerEvoReply.mayBegin(at: place, in: queue) ? .unfinished : .none
        } isWhole: {
            TeraRangerEvoFrame.isWhole($0)
        }
    }

    private mutating func take(_ bytes: [UInt8], _ found: [Range<Int>]) -> ThermalSerialFrame? {
        guard let frame = TeraRangerEvoFrame(bytes: bytes) else { return nil }
        replies = found.reversed().compactMap { TeraRangerEvoReply.at($0.lowerBound, in: queue) }
        queue.removeFirst(TeraRangerEvoFrame.encodedSize + found.reduce(0) { $0 + $1.count })
        counted.frames &+= 1
        return ThermalSerialFrame(
            width: UInt16(TeraRangerEvoFrame.width), height: UInt16(TeraRangerEvoFrame.height), unit: .decikelvin,
            values: frame.pixels, possible: Self.possible,
            sensorCentikelvin: UInt16(clamping: Int(frame.ambient) * 10))
    }

    private mutating func event(_ reply: TeraRangerEvoReply) -> ThermalSerialEvent {
        counted.replies &+= 1
        return reply == .acknowledged ? .acknowledged : .refused("NACK")
    }

    /// To the next byte that a frame or a reply may begin with.
    private mutating func skipToCandidate() {
        let next = [TeraRangerEvoFrame.header[0], TeraRangerEvoReply.acknowledgedBytes[0]].compactMap {
            queue.firstIndex(of: $0, from: 1)
        }
        skip(next.min() ?? queue.count)
    }
    private mutating func skip(_ count: Int = 1) {
        queue.removeFirst(count)
        counted.bytesSkipped &+= UInt64(count)
    }
}
