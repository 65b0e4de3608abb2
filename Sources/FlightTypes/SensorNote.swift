/// Why a sensor is as it is, in one sentence with a way to mend it.
public struct SensorNote: Hashable, Sendable {
    /// What kind of trouble it is, so that a page can say it in its own language.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// Something that none of the others says.
        case other = 0
        /// Nothing comes.
        case silent = 1
        /// Bytes come, and none of them are understood: often the wrong speed.
        case notUnderstood = 2
        /// What comes is another protocol than the one configured.
        case otherProtocol = 3
        /// The receiver or autopilot has no satellite fix.
        case noFix = 4
        /// The source is understood, but sends no message with a position.
        case noPositionMessages = 5
        /// No autopilot is heard, only other parts of a vehicle or ground stations.
        case noVehicle = 6
        /// More than one autopilot is heard and none is configured.
        case severalVehicles = 7
        /// Packets lack the signature that the configuration asks for.
        case unsigned = 8
        /// Packets are signed with another key.
        case otherKey = 9
        /// gpsd runs, but has no receiver.
        case noReceiver = 10
        /// The device, file or host is not there.
        case absent = 11
        /// No trouble: which vehicle or receiver is followed.
        case following = 12
        /// Pictures come that cannot be taken.
        case refused = 13
        /// Pictures repeat, wholly or in part.
        case repeated = 14
        /// Of the onboard record: the card is full.
        case recordFull = 15
        /// Of the onboard record: the card may not be written.
        case recordReadOnly = 16
        /// Of the onboard record: the card takes nothing and gives no error.
        case recordHangs = 17
        /// Of the onboard record: writing fails for another reason.
        case recordFails = 18
    }
    /// No text is longer, bytes of UTF-8.
    public static let textLimit = 200
    /// What kind.
    public let kind: Kind
    /// One English sentence; control characters are left out, and what exceeds the limit is cut off.
    public let text: String
    /// A note of its parts.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text.withoutControls(limit: Self.textLimit)
    }
}

extension StatusReport {
    /// The sensors as they stand on the wire: the onboard record's note goes as that of one more sensor, on the status' own
    /// stream, so that readers that do not know of it show it too. Where there is no link, there are no notes.
    var listed: [Sensor] {
        guard let recordNote, link != nil else { return sensors }
        return sensors + [Sensor(stream: StreamID(.status), state: .failing, taken: 0, lost: 0, note: recordNote)]
    }

    /// Takes that note out of the sensors `listed`.
    static func takeRecordNote(from listed: inout [Sensor]) -> SensorNote? {
        guard let last = listed.last, last.stream == StreamID(.status), last.state == .failing, last.taken == 0,
            last.lost == 0, let note = last.note
        else { return nil }
        listed.removeLast()
        return note
    }
}

extension ByteWriter {
    /// Appends the notes of sensors: docs/wire-format.md §5.5.
    mutating func write(_ notes: [(stream: StreamID, note: SensorNote)]) {
        guard !notes.isEmpty else { return }
        write(UInt8(clamping: notes.count))
        for (stream, note) in notes.prefix(255) {
            let text = Array(note.text.utf8.prefix(SensorNote.textLimit))
            write(stream.code)
            write(note.kind.rawValue)
            write(UInt8(clamping: text.count))
            write(bytes: text)
        }
    }
}

extension ByteReader {
    /// The next notes. A kind that is not known yet reads as `other`.
    mutating func readNotes() throws(Malformed) -> [(stream: StreamID, note: SensorNote)] {
        let count = Int(try read(UInt8.self))
        guard (1...16).contains(count) else { throw Malformed("number of notes") }
        var notes: [(stream: StreamID, note: SensorNote)] = []
        for _ in 0..<count {
            let stream = StreamID(code: try read())
            let kind = SensorNote.Kind(rawValue: try read()) ?? .other
            let length = Int(try read(UInt8.self))
            guard length <= SensorNote.textLimit else { throw Malformed("length of a note") }
            notes.append((stream, SensorNote(kind, String(decoding: try readBytes(length), as: UTF8.self))))
        }
        return notes
    }
}
