import FlightTypes
import Foundation

/// Who decided.
public enum JournalAuthor: Hashable, Sendable {
    /// The program, by its rules.
    case program
    /// A signed-in user.
    case person(String)

    /// The user's name.
    public var name: String? {
        guard case .person(let name) = self else { return nil }
        return name
    }
}

/// When something was written down, by the clocks of the station that did it.
public struct JournalTime: Hashable, Sendable, Codable {
    /// For showing.
    public var wall: WallTime
    /// For order and length, on the clock of `boot`.
    public var monotonic: MonotonicInstant
    /// Which run of which machine the monotonic clock belongs to; two readings can be compared where it is the same.
    public var boot: String
    /// A moment of its readings.
    public init(wall: WallTime, monotonic: MonotonicInstant, boot: String) {
        self.wall = wall
        self.monotonic = monotonic
        self.boot = boot
    }
}

/// Why an entry cannot be made or read.
public enum JournalFault: Error, Hashable, Sendable {
    /// It is longer than `JournalEntry.sizeLimit`.
    case tooLong
    /// Its bytes are no entry.
    case unreadable
}

/// One line of the journal. Its bytes are made once, and are what every file and every machine keeps.
public struct JournalEntry: Hashable, Sendable {
    /// No entry is longer (bytes).
    public static let sizeLimit = 16_384
    /// Which line: counts from 1.
    public let position: UInt64
    /// When it was written down.
    public let time: JournalTime
    /// Who decided.
    public let author: JournalAuthor
    /// The incident that was open then, or that it opens or closes.
    public let incident: IncidentID?
    /// What happened.
    public let event: JournalEvent
    /// JSON in UTF-8 with sorted keys: docs/incident-file.md.
    public let bytes: [UInt8]

    /// An entry of its parts; refuses one that would be longer than `sizeLimit`.
    public init(
        position: UInt64, time: JournalTime, author: JournalAuthor, incident: IncidentID?, event: JournalEvent
    ) throws(JournalFault) {
        self.position = position
        self.time = time
        self.author = author
        self.incident = incident
        self.event = event
        let coded = CodedEntry(
            position: position, time: time, by: author.name, incident: incident, event: CodedEvent(event))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(coded) else { throw .unreadable }
        guard data.count <= Self.sizeLimit else { throw .tooLong }
        bytes = Array(data)
    }

    /// Reads an entry back. An event whose name is not known is kept as it is.
    public init(decoding bytes: [UInt8]) throws(JournalFault) {
        guard bytes.count <= Self.sizeLimit else { throw .tooLong }
        guard let coded = try? JSONDecoder().decode(CodedEntry.self, from: Data(bytes)) else {
            throw .unreadable
        }
        position = coded.position
        time = coded.time
        author = coded.by.map(JournalAuthor.person) ?? .program
        incident = coded.incident
        event = coded.event.event
        self.bytes = bytes
    }
}

private struct CodedEntry: Codable {
    var position: UInt64
    var time: JournalTime
    var by: String?
    var incident: IncidentID?
    var event: CodedEvent
}

/// An event whose name may be one of a later version.
private struct CodedEvent: Codable {
    let event: JournalEvent
    init(_ event: JournalEvent) { self.event = event }

    init(from decoder: any Decoder) throws {
        if let known = try? JournalEvent(from: decoder) {
            event = known
            return
        }
        let names = try decoder.container(keyedBy: AnyKey.self).allKeys
        // One of ours that is not right is no event of a later version.
        guard names.count == 1, let name = names.first?.stringValue, !JournalEvent.names.contains(name) else {
            throw JournalFault.unreadable
        }
        let content = try decoder.container(keyedBy: AnyKey.self).decode(AnyJSON.self, forKey: AnyKey(name))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        event = .unknown(name: name, json: String(decoding: try encoder.encode(content), as: UTF8.self))
    }

    func encode(to encoder: any Encoder) throws {
        guard case .unknown(let name, let json) = event else { return try event.encode(to: encoder) }
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(try JSONDecoder().decode(AnyJSON.self, from: Data(json.utf8)), forKey: AnyKey(name))
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

/// Any JSON, so that what a later version wrote can be kept.
private indirect enum AnyJSON: Codable {
    case null, boolean(Bool), integer(Int64), number(Double), text(String), list([AnyJSON]), object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let boolean = try? value.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([AnyJSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: AnyJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JournalEvent {
    /// The names of all events of this version.
    fileprivate static let names: Set<String> = [
        "incidentOpened", "incidentNamed", "incidentClosed", "alarmRaised", "alarmChanged", "alarmGone",
        "alarmReturned", "alarmMerged", "alarmPictured", "alarmSeen", "alarmJudged", "note", "gap", "recorderFailed",
        "recorderWorks",
        "droneCame", "droneWent", "droneRevoked", "unknown",
    ]
}
