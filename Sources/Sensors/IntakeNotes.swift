import ImageCoding

/// What is to be told of pictures that a source refused or mended: at once, then with the count in growing steps. Pure.
struct IntakeNotes: Sendable {
    /// Kinds of mending told apart; there are fewer.
    private static let kindsLimit = 32
    /// Pictures refused so far.
    private(set) var refused: UInt64 = 0
    /// Why the last of them was.
    private(set) var lastReason: String?
    private var mended: [JPEGIntake.Mendings: UInt64] = [:]

    /// Counts refused pictures; what to say about it now, if anything.
    mutating func refuse(_ reason: String, count: Int = 1) -> String? {
        let before = refused
        refused &+= UInt64(max(0, count))
        lastReason = reason
        guard Self.isStep(from: before, to: refused) else { return nil }
        return "\(refused) \(refused == 1 ? "picture" : "pictures") refused so far, the last for this: \(reason)"
    }

    /// Counts a picture that was mended; what to say about it now, if anything.
    mutating func mend(_ mendings: JPEGIntake.Mendings) -> String? {
        guard !mendings.isEmpty, mended[mendings] != nil || mended.count < Self.kindsLimit else { return nil }
        let before = mended[mendings] ?? 0
        mended[mendings] = before &+ 1
        guard Self.isStep(from: before, to: before &+ 1) else { return nil }
        return "\(before &+ 1) \(before == 0 ? "picture" : "pictures") mended so far: \(mendings)"
    }

    /// Whether a count passed 1, 10, 100 and so on.
    static func isStep(from before: UInt64, to after: UInt64) -> Bool {
        var step: UInt64 = 1
        while step <= before {
            let (next, overflow) = step.multipliedReportingOverflow(by: 10)
            if overflow { return false }
            step = next
        }
        return after >= step
    }
}
