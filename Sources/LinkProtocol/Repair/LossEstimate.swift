/// How much the path loses and in how long runs, smoothed over some hundred datagrams for the share and some thousand for the
/// runs: whether losses come alone or together is a property of the path, how many there are changes with every turn.
struct LossEstimate: Sendable {
    private static let weight = 1.0 / 400
    private static let slowWeight = 1.0 / 4000
    /// From this mean run on losses do not come alone, and planning as if they did only feeds the fade.
    private static let bursty = 2.0
    private var fast = 0.0
    private var slow = 0.0
    private var runs = 0.0
    private var lastWasLost = false
    private var count = 0.0

    /// Takes one datagram's fate, in the order of sending.
    mutating func note(lost: Bool) {
        count += 1
        let step = max(Self.weight, 1 / (count + 20))
        let slowStep = max(Self.slowWeight, 1 / (count + 50))
        fast += (lost ? 1 - fast : -fast) * step
        slow += (lost ? 1 - slow : -slow) * slowStep
        let begins = lost && !lastWasLost
        runs += (begins ? 1 - runs : -runs) * slowStep
        lastWasLost = lost
        if fast < 1e-4 { fast = 0 }
    }

    /// Mean length of a run of losses, 1 when they come alone.
    var meanRun: Double { runs > 1e-6 ? max(1, slow / runs) : 1 }
    /// Whether losses come together.
    var isBursty: Bool { meanRun > Self.bursty && slow > 0.005 && fast > 0.004 }
    /// Share of datagrams lost, 0…1. Where losses come together the long mean is the better guess of the next.
    var fraction: Double { isBursty ? slow : fast }
}
