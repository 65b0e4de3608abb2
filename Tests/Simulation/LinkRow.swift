import FlightTypes
import NetworkImpairment

/// One impairment that the link is measured under, with what is to be reached: the table of the benchmark.
public struct LinkRow: Sendable {
    /// Short name for the command line.
    public var name: String
    /// What the network does, both ways alike.
    public var conditions: LinkConditions
    /// Deadline of a frame, milliseconds.
    public var deadline: Double
    /// Share of the frames that shall be complete in time, 0…1.
    public var completeGoal: Double
    /// Overhead that shall not be exceeded, 0…1; nil where none is set.
    public var overheadGoal: Double?

    init(
        _ name: String, deadline: Double, complete: Double, overhead: Double?, _ change: (inout LinkConditions) -> Void
    ) {
        self.name = name
        self.deadline = deadline
        completeGoal = complete
        overheadGoal = overhead
        conditions = LinkConditions()
        conditions.delay = .milliseconds(30)
        change(&conditions)
    }

    /// The rows with losses: 60 ms round trip, 30 frames a second of 40…120 KB.
    public static let losses: [LinkRow] = [
        LinkRow("none", deadline: 45, complete: 0.99, overhead: 0.05) { _ in },
        LinkRow("loss10", deadline: 200, complete: 0.999, overhead: 0.20) { $0.loss = 0.10 },
        LinkRow("loss20", deadline: 200, complete: 0.999, overhead: 0.37) { $0.loss = 0.20 },
        LinkRow("loss5-100ms", deadline: 100, complete: 0.999, overhead: 0.25) { $0.loss = 0.05 },
        LinkRow("burst10", deadline: 200, complete: 0.995, overhead: 0.24) { $0.burst = (0.10, 8) },
        LinkRow("fade10", deadline: 200, complete: 0.99, overhead: 0.22) { $0.fade = (0.10, .milliseconds(40)) },
    ]
}
