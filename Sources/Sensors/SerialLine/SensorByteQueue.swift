import Glibc

/// The bytes of a stream that are not yet understood, oldest first.
///
/// Holds at most `limit` bytes. Drop rule: the oldest go, and `dropped` counts them; a caller that drains its parser
/// after every read never gets there.
struct SensorByteQueue: Sendable {
    private var bytes: [UInt8] = []
    private var head = 0
    private let limit: Int
    /// Bytes lost because nobody drained.
    private(set) var dropped: UInt64 = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { bytes.count - head }
    /// The byte `offset` after the oldest; only for 0..<count.
    subscript(offset: Int) -> UInt8 { bytes[head + offset] }
    /// The bytes `range` after the oldest; only within 0..<count.
    subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[head + range.lowerBound..<head + range.upperBound] }

    /// The place of the first `byte` at or after `start`; nil when there is none. As fast as memory, for noise is long.
    func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        guard start >= 0, start < count else { return nil }
        return bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress, let found = memchr(base + head + start, Int32(byte), count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base - head
        }
    }
    /// Whether `pattern` lies `offset` after the oldest byte; false when it would end beyond the newest.
    func holds(_ pattern: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, offset + pattern.count <= count else { return false }
        for place in pattern.indices where bytes[head + offset + place] != pattern[place] { return false }
        return true
    }
    /// The place of the first whole `pattern` at or after `start`; nil when there is none.
    func firstIndex(of pattern: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first else { return nil }
        var place = start
        while let found = firstIndex(of: first, from: place) {
            if holds(pattern, at: found) { return found }
            place = found + 1
        }
        return nil
    }
    mutating func removeAll() { removeFirst(count) }

    mutating func append(_ more: some Collection<UInt8>) {
        // Moving the rest to the front only when it is the smaller part keeps the cost per byte constant.
        if head > 4096, head > count {
            bytes.removeFirst(head)
            head = 0
        }
        bytes.append(contentsOf: more)
        let excess = count - limit
        if excess > 0 {
            dropped &+= UInt64(excess)
            removeFirst(excess)
        }
    }
    mutating func removeFirst(_ number: Int = 1) {
        head = min(head + number, bytes.count)
        if head == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            head = 0
        }
    }
}
