/// Finds a frame that short replies of the sensor were put into: its firmware answers while a picture is on the line.
///
/// The replies are taken out, all or some, until what is left is a whole frame. Only for frames whose checksum (or the
/// replies') is strong enough to try a few times.
struct ReplySearch {
    /// What lies at a place.
    enum Match: Hashable {
        case none
        /// A reply of so many bytes.
        case reply(Int)
        /// It may become one: more bytes are needed to know.
        case unfinished
    }
    /// What came of it.
    enum Result: Hashable {
        /// The frame's own bytes, and where the replies in it began and how long they were, in bytes of the queue.
        case frame([UInt8], replies: [Range<Int>])
        /// Not enough bytes yet.
        case wait
        /// No frame begins here.
        case none
    }
    /// Replies in one frame, more than a set-up asks for at once.
    static let repliesLimit = 4

    /// The frame of `size` bytes at the head of `queue`, without the replies in it.
    /// - Parameters:
    ///   - match: what lies at a place of the queue.
    ///   - isWhole: whether bytes are a frame with a right checksum.
    static func frame(
        of size: Int, in queue: SensorByteQueue, match: (Int) -> Match, isWhole: ([UInt8]) -> Bool
    ) -> Result {
        guard queue.count >= size else { return .wait }
        let plain = Array(queue[0..<size])
        if isWhole(plain) { return .frame(plain, replies: []) }
        var replies: [Range<Int>] = []
        var end = size
        var place = 1
        while place < end, place < queue.count, replies.count < repliesLimit {
            switch match(place) {
            case .none: place += 1
            case .unfinished: return .wait
            case .reply(let length):
                replies.append(place..<place + length)
                end += length
                place += length
            }
        }
        guard !replies.isEmpty else { return .none }
        guard queue.count >= end else { return .wait }
        // Bytes of the picture may look like a reply: with few of them every choice can be tried, all of them first.
        for choice in (1..<(1 << replies.count)).reversed() {
            let taken = replies.indices.filter { choice >> $0 & 1 == 1 }.map { replies[$0] }
            let bytes = without(taken, from: queue, size: size)
            if isWhole(bytes) { return .frame(bytes, replies: taken) }
        }
        return .none
    }

    private static func without(_ replies: [Range<Int>], from queue: SensorByteQueue, size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        var place = 0
        for reply in replies {
            bytes += queue[place..<reply.lowerBound]
            place = reply.upperBound
        }
        let rest = max(0, min(size - bytes.count, queue.count - place))
        bytes += queue[place..<place + rest]
        return Array(bytes.prefix(size))
    }
}
