import FlightTypes
import LinkProtocol
import LinkTransport
import Logging

/// What the Leitstelle's log says of its drones: each trouble once, then with a count, then when it is over; and what to do about
/// it. A value: events and time come in, lines come out.
struct DroneJournal: Sendable {
    struct Line: Hashable, Sendable {
        var level: Logger.Level
        var text: String
        init(_ level: Logger.Level, _ text: String) {
            self.level = level
            self.text = text
        }
    }
    private enum Refusal: Hashable, Sendable { case unknown, flood }

    private let dronesFile: String
    private let freshnessFile: String
    private var flights: [DroneID: UInt32] = [:]
    private var starts = Troubles<DroneID>()
    private var silences = Troubles<DroneID>()
    private var moves = Troubles<DroneID>()
    private var handshakes = Troubles<DroneID>()
    private var excesses = Troubles<DroneID>()
    private var objects = Troubles<DroneID>()
    private var refusals = Troubles<Refusal>()

    /// With the names of the files that its advice is about.
    init(dronesFile: String, freshnessFile: String) {
        self.dronesFile = dronesFile
        self.freshnessFile = freshnessFile
    }

    /// The line about an event, or nil when nothing has to be said now.
    mutating func line(for event: StationLinkEvent, at now: MonotonicInstant) -> Line? {
        switch event {
        case .established(let drone, let flight): return established(drone, flight, at: now)
        case .heard(let drone): return heard(drone, at: now)
        case .silent(let drone):
            return silences.failed(drone, at: now).map { silent(drone, $0) }
        case .moved(let drone):
            return moves.failed(drone, at: now).map { Line(.notice, "\(drone) comes from a new address\($0.times)") }
        case .staleHandshake, .replayedHandshake, .twoMachines: return handshake(event, at: now)
        case .unknownDrone(let key):
            let text = PublicKeyLine(key: key, comment: "NAME").text
            return refusals.failed(.unknown, text, at: now).map {
                Line(
                    .warning,
                    """
                    A drone that is not enrolled knocks\($0.times): \(text)
                     – refused. To let it in: lagebild keys authorize \(dronesFile) NAME 'KEY'
                    """)
            }
        case .overLimit(let drone, let refused):
            return excesses.failed(drone, at: now).map {
                Line(
                    .warning,
                    """
                    \(drone) sends more than the Leitstelle takes of one drone; what is beyond is not looked at \
                    (\(refused) datagrams and objects just now\($0.times)). Other drones do not notice. Is its agent broken, or \
                    is its key in other hands?
                    """)
            }
        case .handshakesPutOff(let count):
            return refusals.failed(.flood, at: now).map {
                Line(
                    .warning,
                    """
                    Handshakes flood in, \(count) a second beyond what is answered at once\($0.times). Drones that are \
                    connected do not notice; one that comes now has to prove its address first, which takes it a moment.
                    """)
            }
        }
    }

    /// An object of a drone was refused at the door; `reason` says why and what that means.
    mutating func refused(_ drone: DroneID, _ reason: String, at now: MonotonicInstant) -> Line? {
        objects.failed(drone, reason, at: now).map { Line(.warning, "Refused of \(drone)\($0.times): \(reason)") }
    }

    /// Lines that are due although nothing happened; ask about once a second.
    mutating func overdue(at now: MonotonicInstant) -> [Line] {
        silences.stillTroubled(at: now).map { silent($0.key, $0.tally) }
    }

    private func silent(_ drone: DroneID, _ tally: RepeatedTrouble.Tally) -> Line {
        Line(.warning, "\(drone) is silent; its picture is shown as old\(tally.times)")
    }

    private mutating func heard(_ drone: DroneID, at now: MonotonicInstant) -> Line? {
        silences.worked(drone, at: now).map { Line(.notice, "\(drone) is heard again\($0.afterwards("silences"))") }
    }

    /// New keys every two minutes are no news; a new flight is.
    private mutating func established(_ drone: DroneID, _ flight: UInt32, at now: MonotonicInstant) -> Line? {
        guard flights[drone] != flight else { return heard(drone, at: now) }
        flights[drone] = flight
        let silence = silences.worked(drone, at: now)?.afterwards("silences") ?? ""
        return starts.failed(drone, "\(flight)", at: now).map {
            let others = $0.count > RepeatedTrouble.reasonsLimit ? "; its agent starts again and again\($0.times)" : ""
            return Line(.notice, "\(drone) is connected, flight \(flight)\(silence)\(others)")
        }
    }

    private mutating func handshake(_ event: StationLinkEvent, at now: MonotonicInstant) -> Line? {
        switch event {
        case .staleHandshake(let drone, let from):
            return handshakes.failed(drone, "stale", at: now).map {
                Line(
                    .warning,
                    """
                    \(drone) was refused\($0.times), from \(from.text): its handshake counter was used before. Either the drone \
                    has lost its flight counter (a new card, an older copy of it); then remove its line from \(freshnessFile), \
                    or the file where that is the only one, and restart. Or somebody plays a recording back; then there is nothing to do.
                    """)
            }
        case .replayedHandshake(let drone, let from):
            return handshakes.failed(drone, "replayed", at: now).map {
                Line(
                    .warning,
                    """
                    An old handshake of \(drone) came from \(from.text)\($0.times) while \(drone) is connected: a recording \
                    is being played back. It is refused and changes nothing.
                    """)
            }
        case .twoMachines(let drone, let connected, let other):
            return handshakes.failed(drone, "two", at: now).map {
                Line(
                    .error,
                    """
                    Two machines use the key of \(drone)\($0.times): \(connected.text) is connected, \(other.text) wants to be. \
                    Give each a key and a name of its own: lagebild keys generate on one of them, then lagebild keys \
                    authorize \(dronesFile). Until then their pictures stand under one name, and they push each other out.
                    """)
            }
        default: return nil
        }
    }
}
