import FlightTypes

/// What a reader of the hub is given. It says so once, and is not woken for anything else.
public struct Interest: Sendable, Hashable {
    /// Only these drones; nil means all.
    public var drones: Set<DroneID>?
    /// Only these kinds of streams; nil means all.
    public var kinds: Set<StreamKind>?
    /// Of streams of pictures only these; nil means all.
    public var pictures: Set<StreamID>?
    /// Also what came later from a drone's own record, and objects of a kind not known: both are for the record alone.
    public var includesBackfill: Bool
    /// Also what was decided and what happened.
    public var includesJournal: Bool

    /// An interest of its parts.
    public init(
        drones: Set<DroneID>? = nil, kinds: Set<StreamKind>? = nil, pictures: Set<StreamID>? = nil,
        includesBackfill: Bool = false, includesJournal: Bool = false
    ) {
        self.drones = drones
        self.kinds = kinds
        self.pictures = pictures
        self.includesBackfill = includesBackfill
        self.includesJournal = includesJournal
    }

    /// All that there is: for the record.
    public static let everything = Interest(includesBackfill: true, includesJournal: true)
    /// All that is live: for the eye.
    public static let live = Interest()

    /// Whether `item` is given to the reader.
    public func admits(_ item: HubItem) -> Bool {
        switch item {
        case .entry: includesJournal
        case .object(let object): admits(object)
        }
    }

    private func admits(_ object: HubObject) -> Bool {
        guard includesBackfill || !(object.isBackfill || object.object.isUnknown),
            drones?.contains(object.drone) ?? true
        else { return false }
        let stream = object.object.id.stream
        guard kinds?.contains(stream.kind) ?? true else { return false }
        guard let pictures, case .frame = object.object else { return true }
        return pictures.contains(stream)
    }
}
