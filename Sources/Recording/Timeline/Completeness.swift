import FlightTypes
import Foundation
import GRDB

/// Whether a file holds all that was written to it, as far as that can be known.
public enum Completeness: Hashable, Sendable {
    /// It was closed, and nothing is missing behind its last object.
    case closed
    /// It is being written, or its program stopped without notice; the journal beside it was read.
    case open
    /// It was not closed, and there is no journal beside it.
    case withoutJournal(after: Int64)
    /// A program went on writing after the journal of the one before was lost.
    case cut(after: Int64)
    /// It was closed behind an object that it does not hold any more.
    case shortened(last: Int64)
    /// The journal beside it is another file's.
    case foreignJournal
    /// A program wrote it that did not say whether it closed it.
    case unknown

    /// Whether something may be missing that was acknowledged.
    public var isDoubtful: Bool {
        switch self {
        case .closed, .open, .unknown: false
        case .withoutJournal, .cut, .shortened, .foreignJournal: true
        }
    }

    /// A sentence, or nil where there is nothing to say.
    public var sentence: String? {
        switch self {
        case .closed: nil
        case .open:
            "not closed: it is being written, or its program stopped without notice; the journal beside it was read"
        case .withoutJournal(let position):
            "not closed, and without its journal: what stood in the -wal file beside it may be missing, all behind object "
                + "\(position) or earlier; copy the file again together with its -wal, or after the incident is closed"
        case .cut(let position): "the journal was lost once: behind object \(position) some may be missing"
        case .shortened(let position): "cut short: it was closed at object \(position), which it does not hold"
        case .foreignJournal: "the journal (-wal) beside it is another file's; move it away and copy the right one"
        case .unknown:
            "an older program wrote it, which does not say whether it was closed; if its -wal was left behind, the end is missing"
        }
    }
}

extension IncidentReader {
    /// Whether the file holds all that was written to it.
    public func completeness() throws(RecordingError) -> Completeness {
        let marks = try marks()
        let last = try rows("SELECT max(position) AS p FROM object").first?.optionalInteger("p") ?? 0
        let hasJournal = CarefulConnection.journalSize(path) > 0
        if hasJournal, try !journalIsOurs() { return .foreignJournal }
        for mark in marks { if case .cut(let position) = mark.mark { return .cut(after: position) } }
        switch marks.last?.mark {
        case .ends(let position): return last < position ? .shortened(last: position) : hasJournal ? .open : .closed
        case .begins, .cut: return hasJournal ? .open : .withoutJournal(after: last)
        case nil:
            if hasJournal { return .open }
            return try isIncidentClosed() == true ? .closed : .unknown
        }
    }

    /// Whether the last that people or the station did to the incident was to close it; nil where nothing was noted, as on
    /// board.
    public func isIncidentClosed() throws(RecordingError) -> Bool? {
        let row = try rows(
            """
            SELECT substr(text, 1, 200) AS text FROM event WHERE substr(text, 1, 8) <> 'writing ' AND text <> 'backfill'
            ORDER BY position DESC LIMIT 1
            """
        ).first
        return try row?.text("text").hasPrefix("closed by ")
    }

    /// SQLite takes any journal under the right name. What the file says without it must stand unchanged in what it says with it:
    /// the incident, the last line of its log, its first and its last object.
    private func journalIsOurs() throws(RecordingError) -> Bool {
        var own: [String] = []
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.prepareDatabase { try CarefulConnection.prepare($0) }
            let uri = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
            let database = try DatabaseQueue(path: uri, configuration: configuration)
            defer { try? database.close() }
            for question in Self.identities {
                let row = try database.read { try Row.fetchOne($0, sql: question.last) }
                own.append(try row.map { try Self.identity(HostileRow($0, path: path)) } ?? "")
            }
        } catch {
            // The pages may be in motion, or all of it stands in the journal still: nothing to compare.
            return true
        }
        for (question, identity) in zip(Self.identities, own) where !identity.isEmpty {
            guard let position = Int64(identity.prefix { $0 != " " }),
                let row = try rows(question.at, [position]).first,
                try Self.identity(row) == identity
            else { return false }
        }
        return true
    }

    /// Rows of `position` and texts: how to ask for one, and how to ask for that one again.
    private static let identities: [(last: String, at: String)] = {
        let incident = "SELECT rowid AS position, openedAt || ' ' || substr(name, 1, 200) AS what FROM incident"
        let event = "SELECT position, wall || ' ' || substr(text, 1, 200) AS what FROM event"
        let object = """
            SELECT position, drone || ' ' || flight || ' ' || stream || ' ' || sequence || ' ' || hex(sha256) AS what FROM object
            """
        return [
            ("\(incident) LIMIT 1", "\(incident) WHERE rowid = ?"),
            ("\(event) ORDER BY position DESC LIMIT 1", "\(event) WHERE position = ?"),
            ("\(object) ORDER BY position LIMIT 1", "\(object) WHERE position = ?"),
            ("\(object) ORDER BY position DESC LIMIT 1", "\(object) WHERE position = ?"),
        ]
    }()
    private static func identity(_ row: HostileRow) throws(RecordingError) -> String {
        "\(try row.integer("position")) \(try row.optionalText("what") ?? "")"
    }
}
