/// An object's place on both clocks of the machine that recorded it.
struct ClockPoint: Hashable, Sendable {
    var position: Int64
    /// Nanoseconds.
    var monotonic: Int64, wall: Int64
    /// Wall clock minus monotonic one; saturates.
    var offset: Int64 { wall.minus(monotonic) }
}

/// A stretch of objects, in the order of their positions, over which both clocks ran alike.
struct ClockRun: Hashable, Sendable {
    var first: ClockPoint
    var last: ClockPoint
}

/// Finds where one of the clocks was set or began anew, without reading each object: looks at some, spread evenly, and halves
/// between two that do not fit together. Costs some hundred looks, and some dozen for each place found.
struct ClockRuns {
    /// Places looked at first.
    static let grid: Int64 = 512
    /// Looks that are left. When none is, what was not looked into counts as one place.
    private(set) var looks = 8_192
    /// The first object at or behind a position.
    private let next: (_ position: Int64) throws -> ClockPoint?

    init(next: @escaping (_ position: Int64) throws -> ClockPoint?) { self.next = next }

    /// Both clocks moved on by as much, as far as a clock that is being drawn near to the true time (up to one part in a thousand)
    /// and the time between receipt and reading allow.
    static func fit(_ a: ClockPoint, _ b: ClockPoint) -> Bool {
        let moved = b.monotonic.minus(a.monotonic)
        guard moved >= 0 else { return false }
        return b.wall.minus(a.wall).minus(moved).magnitude <= UInt64(250_000_000 + moved / 1_000)
    }

    /// The runs from `first` to `last`, one at least.
    mutating func find(_ first: ClockPoint, _ last: ClockPoint) throws -> [ClockRun] {
        var points = [first]
        let step = max(1, last.position.minus(first.position) / Self.grid)
        while let here = points.last, here.position < last.position {
            guard let wanted = here.position.plus(step), wanted < last.position, looks > 0,
                let found = try look(wanted), found.position < last.position, found.position > here.position
            else { break }
            points.append(found)
        }
        if points.last != last { points.append(last) }
        var runs = [ClockRun(first: first, last: first)]
        for (a, b) in zip(points, points.dropFirst()) {
            for (end, begin) in try breaks(a, b) {
                runs[runs.count - 1].last = end
                runs.append(ClockRun(first: begin, last: begin))
            }
            runs[runs.count - 1].last = b
        }
        return runs
    }

    /// Neighbours between `a` and `b` that do not fit together, in order.
    private mutating func breaks(_ a: ClockPoint, _ b: ClockPoint) throws -> [(ClockPoint, ClockPoint)] {
        var found: [(ClockPoint, ClockPoint)] = []
        var open = [(a, b)]
        while let (low, high) = open.popLast() {
            guard !Self.fit(low, high) else { continue }
            var (low, high) = (low, high)
            // No object lies at `bound` or between it and `high`.
            var bound = high.position
            while looks > 0, let middle = low.position.middle(to: bound), middle > low.position, !Self.fit(low, high) {
                guard let found = try look(middle), found.position < bound else {
                    bound = middle
                    continue
                }
                if Self.fit(low, found) {
                    low = found
                } else {
                    open.append((found, high))
                    high = found
                    bound = found.position
                }
            }
            if !Self.fit(low, high) { found.append((low, high)) }
        }
        return found
    }

    private mutating func look(_ position: Int64) throws -> ClockPoint? {
        looks -= 1
        return try next(position)
    }
}

extension Int64 {
    /// The difference; saturates.
    func minus(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < 0 ? .min : .max) : difference
    }
    /// The sum, or nil beyond the range.
    func plus(_ other: Int64) -> Int64? {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? nil : sum
    }
    /// The sum; saturates.
    func adding(_ other: Int64) -> Int64 { plus(other) ?? (other < 0 ? .min : .max) }
    /// Between this and `other`, which is not less, without overflow; nil where nothing lies between.
    func middle(to other: Int64) -> Int64? {
        guard other > self else { return nil }
        let half = UInt64(bitPattern: other &- self) / 2
        return half == 0 ? nil : Int64(truncatingIfNeeded: UInt64(bitPattern: self) &+ half)
    }
}
