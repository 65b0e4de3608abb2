/// A set of sequence numbers as merged ranges. Limit: `limit` ranges; beyond it an insertion that touches none of them is
/// refused, so nothing is ever claimed that was not inserted.
public struct SequenceRanges: Hashable, Sendable {
    /// Ranges kept at once.
    public static let limit = 65_536
    /// Ascending, not touching.
    public private(set) var ranges: [ClosedRange<UInt64>] = []
    /// The empty set.
    public init() {}

    /// Whether nothing is in it.
    public var isEmpty: Bool { ranges.isEmpty }
    /// How many numbers it holds; saturates.
    public var count: UInt64 {
        ranges.reduce(0) { sum, range in
            let (next, overflow) = sum.addingReportingOverflow(range.upperBound - range.lowerBound)
            return overflow || next == .max ? .max : next + 1
        }
    }

    /// The first range that ends at or after `value`.
    fileprivate func place(of value: UInt64) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether `value` is in it.
    public func contains(_ value: UInt64) -> Bool {
        let place = place(of: value)
        return place < ranges.count && ranges[place].contains(value)
    }

    /// Adds a range; false when it would need a new range and there are `limit` already.
    @discardableResult public mutating func insert(_ range: ClosedRange<UInt64>) -> Bool {
        let lower = range.lowerBound == 0 ? 0 : range.lowerBound - 1
        let upper = range.upperBound == .max ? .max : range.upperBound + 1
        let first = place(of: lower)
        var last = first
        while last < ranges.count, ranges[last].lowerBound <= upper { last += 1 }
        if first == last {
            guard ranges.count < Self.limit else { return false }
            ranges.insert(range, at: first)
            return true
        }
        let merged =
            min(range.lowerBound, ranges[first].lowerBound)...max(range.upperBound, ranges[last - 1].upperBound)
        ranges.replaceSubrange(first..<last, with: CollectionOfOne(merged))
        return true
    }

    /// Adds one number.
    @discardableResult public mutating func insert(_ value: UInt64) -> Bool { insert(value...value) }

    /// The lowest number from `start` to `end` that is not in it.
    public func firstMissing(from start: UInt64, through end: UInt64) -> UInt64? {
        guard start <= end else { return nil }
        let place = place(of: start)
        guard place < ranges.count, ranges[place].contains(start) else { return start }
        guard ranges[place].upperBound < end else { return nil }
        return ranges[place].upperBound + 1
    }
}

extension SequenceRanges {
    /// Forgets the lowest range.
    mutating func removeLowest() { if !ranges.isEmpty { ranges.removeFirst() } }

    /// The range that holds `value`.
    func range(around value: UInt64) -> ClosedRange<UInt64>? {
        let place = place(of: value)
        return place < ranges.count && ranges[place].contains(value) ? ranges[place] : nil
    }
}
