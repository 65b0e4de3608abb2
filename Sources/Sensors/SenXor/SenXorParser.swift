/// Finds messages in what a SenXor sensor sends, however it is cut, in noise, and with replies put into pictures.
struct SenXorParser: Sendable {
    /// Bytes held undrained, six of the largest frames; beyond it the oldest are skipped.
    static let bufferLimit = 1 << 18
    /// The longest reply that is no picture: all 256 registers of a sensor.
    static let longestReply = 256 * 4 + SenXorMessage.overhead
    private static let picture: [UInt8] = Array("GFRA".utf8)

    private var queue = SensorByteQueue(limit: bufferLimit)
    private var counted = ThermalSerialCounters()
    /// Replies that were found in pictures, at most ``ReplySearch/repliesLimit``, the next one last.
    private var replies: [SenXorMessage] = []
    /// Up to here behind the head no other picture begins.
    private var searched = 1

    var counters: ThermalSerialCounters {
        var result = counted
        result.bytesSkipped &+= queue.dropped
        return result
    }
    var bytesPending: Int { queue.count }

    mutating func handle(_ bytes: some Collection<UInt8>) {
        let dropped = queue.dropped
        queue.append(bytes)
        if queue.dropped != dropped { searched = 1 }
    }
    mutating func forgetPartial() { skip(queue.count) }

    /// The next message with a right checksum, or nil.
    mutating func next() -> SenXorMessage? {
        if let reply = replies.popLast() { return counting(reply) }
        while findPrefix() {
            guard queue.count >= SenXorMessage.headerSize + 4 else { return nil }
            guard let size = size(at: 0) else {
                counted.badChecksums &+= 1
                skip()
                continue
            }
            if let place = nextPicture(before: size) {
                // The one that begins here was cut short: no picture holds these twelve bytes by chance.
                counted.badChecksums &+= 1
                skip(place)
                continue
            }
            switch search(size) {
            case .wait: return nil
            case .frame(let bytes, let found):
                guard let message = take(bytes, found) else { continue }
                return counting(message)
            case .none:
                counted.badChecksums &+= 1
                skip()
            }
        }
        return nil
    }

    /// Skips to where the prefix, or a beginning of it, stands at the head. False when there is none.
    private mutating func findPrefix() -> Bool {
        let prefix = SenXorMessage.prefix
        while let place = queue.firstIndex(of: prefix[0]) {
            skip(place)
            if queue.holds(Array(prefix.prefix(queue.count)), at: 0) { return true }
            skip()
        }
        skip(queue.count)
        return false
    }

    /// Bytes of the message that begins `place` after the head; nil when none can begin there. Twelve bytes are needed.
    private func size(at place: Int) -> Int? {
        guard queue.holds(SenXorMessage.prefix, at: place), queue.count >= place + 12,
            let length = SenXorMessage.number(queue[place + 4..<place + 8])
        else { return nil }
        let fits =
            queue.holds(Self.picture, at: place + 8)
            ? SenXorFormat.with(contentSize: length - SenXorMessage.overhead) != nil
            : length >= SenXorMessage.overhead && length <= Self.longestReply
                && queue[place + 8..<place + 12].allSatisfy { (65...90).contains($0) }
        return fits ? SenXorMessage.headerSize + length : nil
    }

    /// The first place behind the head, within a message of `size`, where a picture begins.
    private mutating func nextPicture(before size: Int) -> Int? {
        let end = min(size, queue.count - 11)
        while let place = queue.firstIndex(of: SenXorMessage.prefix, from: searched), place < end {
            if queue.holds(Self.picture, at: place + 8), self.size(at: place) != nil { return place }
            searched = place + 1
        }
        searched = max(searched, end - 3)
        return nil
    }

    /// Replies within a picture are whole messages with checksums of their own.
    private func search(_ size: Int) -> ReplySearch.Result {
        ReplySearch.frame(of: size, in: queue) { place in
            let prefix = SenXorMessage.prefix
            guard queue[place] == prefix[0] else { return .none }
            let rest = queue.count - place
            guard rest >= SenXorMessage.headerSize + 4 else {
                return queue.holds(Array(prefix.prefix(rest)), at: place) ? .unfinished : .none
            }
            guard let length = self.size(at: place), length <= Self.longestReply + SenXorMessage.headerSize else {
                return .none
            }
            guard rest >= length else { return .unfinished }
            return SenXorMessage(bytes: Array(queue[place..<place + length])) == nil ? .none : .reply(length)
        } isWhole: {
            SenXorMessage(bytes: $0) != nil
        }
    }

    private mutating func take(_ bytes: [UInt8], _ found: [Range<Int>]) -> SenXorMessage? {
        guard let message = SenXorMessage(bytes: bytes) else {
            skip()
            return nil
        }
        replies = found.reversed().compactMap { SenXorMessage(bytes: Array(queue[$0])) }
        queue.removeFirst(bytes.count + found.reduce(0) { $0 + $1.count })
        searched = 1
        return message
    }
    private mutating func counting(_ message: SenXorMessage) -> SenXorMessage {
        if message.command == "GFRA" { counted.frames &+= 1 } else { counted.replies &+= 1 }
        return message
    }

    private mutating func skip(_ count: Int = 1) {
        queue.removeFirst(count)
        counted.bytesSkipped &+= UInt64(count)
        searched = 1
    }
}
