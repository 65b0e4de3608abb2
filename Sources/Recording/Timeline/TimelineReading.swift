import FlightTypes
import GRDB

/// When a record took place, and what is to be known of its clocks.
public struct RecordedSpan: Sendable {
    /// Times of the first and the last object that came live, by the clock as it was last.
    public var first: WallTime, last: WallTime
    /// How long it took, pauses included.
    public var duration: Duration
    /// Sentences about clocks that were set and pauses that are assumed.
    public var remarks: [String]
}

extension IncidentReader {
    /// When it took place; nil for an empty file.
    public func span() throws(RecordingError) -> RecordedSpan? {
        guard let timeline = try timeline(upTo: .max) else { return nil }
        return RecordedSpan(
            first: timeline.wall(at: 0), last: timeline.wall(at: timeline.duration),
            duration: .nanoseconds(timeline.duration), remarks: timeline.remarks.map(\.description))
    }

    /// Which objects the time is counted by: what came live, or, where nothing did, all.
    func timeline(upTo last: Int64) throws(RecordingError) -> Timeline? {
        let isLive = try dialect().isLive
        for condition in isLive == "1" ? ["1"] : [isLive, "1"] {
            guard let begin = try clockPoint(atOrAfter: .min, upTo: last, condition),
                let end = try clockPoint(atOrBefore: last, condition)
            else { continue }
            let boots = try boots()
            var runs: [ClockRun] = []
            do {
                var finder = ClockRuns { try self.clockPoint(atOrAfter: $0, upTo: last, condition) }
                // Two runs of a machine whose clock starts at one and the same time look like one.
                var from = begin
                for boot in boots.dropFirst() where boot.after >= from.position && boot.after < end.position {
                    guard let before = try clockPoint(atOrBefore: boot.after, condition),
                        before.position >= from.position,
                        let after = try clockPoint(atOrAfter: boot.after.adding(1), upTo: last, condition),
                        boot.name == nil || boot.name != boots.last(where: { $0.after < from.position })?.name
                    else { continue }
                    runs += try finder.find(from, before)
                    from = after
                }
                runs += try finder.find(from, end)
            } catch { throw RecordingError(error, path: path) }
            return Timeline(runs, boots: boots)
        }
        return nil
    }

    /// The last object at or before `position` of those the time is counted by, and its monotonic time.
    func clockPoint(atOrBefore position: Int64, _ condition: String) throws(RecordingError) -> ClockPoint? {
        try clockPoint("\(condition) AND position <= ? ORDER BY position DESC", [position])
    }
    private func clockPoint(atOrAfter position: Int64, upTo last: Int64, _ condition: String)
        throws(RecordingError) -> ClockPoint?
    {
        try clockPoint("\(condition) AND position >= ? AND position <= ? ORDER BY position", [position, last])
    }
    private func clockPoint(_ rest: String, _ arguments: StatementArguments) throws(RecordingError) -> ClockPoint? {
        let row = try rows(
            "SELECT position, receiveMonotonic, receiveWall FROM object WHERE \(rest) LIMIT 1", arguments
        ).first
        guard let row else { return nil }
        return ClockPoint(
            position: try row.integer("position"), monotonic: try row.integer("receiveMonotonic"),
            wall: try row.integer("receiveWall"))
    }

    /// Where each program began to write, as far as the file says; what was written before is of a run that nobody knows.
    private func boots() throws(RecordingError) -> [Timeline.Boot] {
        var boots = [Timeline.Boot(after: .min, name: nil)]
        for mark in (try? marks()) ?? [] {
            guard case .begins(let after, let name) = mark.mark, let last = boots.last, after >= last.after else {
                continue
            }
            if after == last.after || after == 0 { boots.removeLast() }
            boots.append(Timeline.Boot(after: after == 0 ? .min : after, name: name))
        }
        return boots
    }

    /// The marks of writers, in order, with their places in the log.
    func marks() throws(RecordingError) -> [(position: Int64, mark: WritingMark)] {
        var marks: [(position: Int64, mark: WritingMark)] = []
        for row in try rows(
            """
            SELECT position, substr(text, 1, 200) AS text FROM event
            WHERE text >= 'writing ' AND text < 'writing!' ORDER BY position LIMIT 10000
            """)
        {
            if let mark = WritingMark(try row.text("text")) { marks.append((try row.integer("position"), mark)) }
        }
        return marks
    }
}
