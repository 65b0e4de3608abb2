import TestSupport
import FlightTypes
import LinkProtocol
import Testing

/// A drone, a station and the air between them, on a virtual clock: the seed and the calls decide what happens.
///
///     submit ─▶ DroneLink ─▶ loss, copies, delay ─▶ StationLink ─▶ delivered, receipts back
struct VirtualNetwork {
    /// What the air does to a datagram, in both directions.
    struct Weather {
        var loss = 0.0
        var duplication = 0.0
        /// Drawn anew for each datagram, so that a wide range reorders.
        var delayMilliseconds = 20...20
    }
    /// A datagram on its way or captured.
    struct Datagram {
        var bytes: [UInt8]
        /// Where it comes from; nil when it goes to the drone.
        var sender: LinkEndpoint?
    }
    private struct Travelling {
        var arrival: MonotonicInstant
        var datagram: Datagram
    }

    var weather: Weather
    /// The drone's address; changing it is roaming.
    var droneEndpoint = LinkEndpoint(host: [10, 0, 0, 1], port: 4000)
    /// The drone's monotonic clock less the station's.
    let droneClockAhead: Duration = .seconds(3 * 3600)
    let name: DroneID
    let droneKeys: StaticKeyPair
    let stationKeys: StaticKeyPair
    var drone: DroneLink
    var station: StationLink
    var random: SplitMix
    private(set) var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    private var travelling: [Travelling] = []  // latest arrival first
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Objects submitted, by the number in their first eight bytes.
    private(set) var sent: [UInt64: [UInt8]] = [:]
    /// How often each number was delivered live.
    private(set) var delivered: [UInt64: Int] = [:]
    /// How often each number came from the onboard record.
    private(set) var backfilled: [UInt64: Int] = [:]
    /// Numbers that the onboard record can give.
    private var recorded: Set<UInt64> = []
    /// Numbers that the drone's link asked the onboard record for.
    private(set) var fetched: [UInt64] = []
    /// Deliveries that differ from what was submitted.
    private(set) var altered = 0
    var droneEvents: [DroneLinkEvent] = []
    var stationEvents: [StationLinkEvent] = []
    /// What the owner of the station has stored.
    private(set) var freshness: [DroneID: UInt64] = [:]
    /// Everything put on the air, lost or not.
    var captured: [Datagram] = []
    /// Datagrams that the station sent to addresses where the drone is not.
    private(set) var strayed = 0
    private var strayedLately: [(bytes: [UInt8], endpoint: LinkEndpoint)] = []
    /// How often a counter had to be made durable.
    private(set) var freshnessWrites = 0
    private(set) var stationTransmissions = 0
    /// Session keys that either end handed out.
    private(set) var droneKeysExported: [SessionKey] = [], stationKeysExported: [SessionKey] = []

    init(
        seed: UInt64, weather: Weather = Weather(), enrolled: Bool = true, knownStationKey: Bool = true,
        exportsKeys: Bool = false
    ) throws {
        var random = SplitMix(seed: seed)
        name = try #require(DroneID("adler-1"))
        droneKeys = try #require(StaticKeyPair(secret: random.bytes(32)))
        stationKeys = try #require(StaticKeyPair(secret: random.bytes(32)))
        let other = try #require(StaticKeyPair(secret: random.bytes(32)))
        self.weather = weather
        var configuration = DroneLink.Configuration(
            own: droneKeys, stationKey: knownStationKey ? stationKeys.publicKey : other.publicKey, flight: 1,
            bytesPerSecond: 4_000_000)
        configuration.exportsKeys = exportsKeys
        drone = DroneLink(
            configuration: configuration, random: SplitMix(seed: random.next()), at: now.advanced(by: droneClockAhead))
        let enrolment = StationLink.Enrolment(drone: name, publicKey: enrolled ? droneKeys.publicKey : other.publicKey)
        station = StationLink(
            own: stationKeys, enrolled: [enrolment], freshness: [:], random: SplitMix(seed: random.next()),
            exportsKeys: exportsKeys, at: now)
        self.random = random
    }

    var droneNow: MonotonicInstant { now.advanced(by: droneClockAhead) }
    /// Submitted numbers that were not delivered live exactly once.
    var missing: [UInt64] { sent.keys.filter { delivered[$0] != 1 }.sorted() }
    /// Submitted numbers that never came, neither live nor later.
    var lacking: [UInt64] { sent.keys.filter { delivered[$0] == nil && backfilled[$0] == nil }.sorted() }
    /// Sequences that receipts have named so far.
    var receipted: Set<UInt64> {
        droneEvents.reduce(into: []) { set, event in
            if case .receipt(let ranges) = event { for range in ranges { set.formUnion(range.first...range.last) } }
        }
    }
    func count(_ wanted: (DroneLinkEvent) -> Bool) -> Int { droneEvents.filter(wanted).count }

    /// Hands an object of `size` bytes (at least eight) to the drone's link; a recorded one is backfilled when live fails.
    mutating func submit(size: Int, class objectClass: ObjectClass = .telemetry, isRecorded: Bool = false) {
        let number = UInt64(sent.count)
        var writer = ByteWriter()
        writer.write(number)
        writer.write(bytes: random.bytes(max(0, size - 8)))
        sent[number] = writer.bytes
        if isRecorded { recorded.insert(number) }
        drone.submit(writer.bytes, class: objectClass, id: isRecorded ? Self.id(number) : nil, at: droneNow)
    }

    /// All objects of a test count as one stream.
    private static func id(_ number: UInt64) -> ObjectID {
        ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: number)
    }

    /// A station that knows what the old one had stored, and nothing else.
    mutating func restartStation(freshness: [DroneID: UInt64]) {
        station = StationLink(
            own: stationKeys, enrolled: [.init(drone: name, publicKey: droneKeys.publicKey)], freshness: freshness,
            random: SplitMix(seed: random.next()), at: now)
    }

    /// The agent's next run.
    mutating func restartDrone(flight: UInt32) {
        drone = DroneLink(
            configuration: .init(
                own: droneKeys, stationKey: stationKeys.publicKey, flight: flight, bytesPerSecond: 4_000_000),
            random: SplitMix(seed: random.next()), at: droneNow)
    }

    /// Lets virtual time pass.
    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while true {
            var next = drain()
            if let first = travelling.last { next = min(next, first.arrival) }
            guard next <= end else { break }
            now = max(now, next)
            while let first = travelling.last, first.arrival <= now {
                travelling.removeLast()
                arrive(first.datagram)
            }
        }
        now = end
        _ = drain()
    }

    /// Runs until `condition` holds; how long that took, or nil after `limit`.
    mutating func run(atMost limit: Duration, until condition: (VirtualNetwork) -> Bool) -> Duration? {
        let start = now
        while now.since(start) < limit {
            if condition(self) { return now.since(start) }
            run(for: .milliseconds(10))
        }
        return condition(self) ? now.since(start) : nil
    }

    private mutating func arrive(_ datagram: Datagram) {
        if let sender = datagram.sender {
            station.handle(datagram.bytes, from: sender, at: now)
        } else {
            drone.handle(datagram.bytes, at: droneNow)
        }
    }

    private mutating func transmit(_ datagram: Datagram) {
        note([datagram.sender == nil ? 1 : 2] + datagram.bytes.suffix(16))
        captured.append(datagram)
        if random.chance(weather.loss) { return }
        for _ in 0..<(random.chance(weather.duplication) ? 2 : 1) {
            let span = weather.delayMilliseconds.count * 1000
            let delay = weather.delayMilliseconds.lowerBound * 1000 + random.below(span)
            let arrival = now.advanced(by: .microseconds(delay))
            var place = travelling.startIndex
            while place < travelling.endIndex, travelling[place].arrival > arrival { place += 1 }
            travelling.insert(Travelling(arrival: arrival, datagram: datagram), at: place)
        }
    }

    /// Carries out what both ends want; returns when one of them wants to be asked again.
    private mutating func drain() -> MonotonicInstant {
        var next = drainStation()
        draining: while true {
            switch drone.nextOutput(at: droneNow) {
            case .transmit(let bytes): transmit(Datagram(bytes: bytes, sender: droneEndpoint))
            case .event(let event):
                droneEvents.append(event)
                note(Array("drone \(event)".utf8))
            case .fetch(let id):
                fetched.append(id.sequence)
                let bytes = recorded.contains(id.sequence) ? sent[id.sequence] : nil
                drone.answerFetch(id, bytes, at: droneNow)
            case .exportKeys(let keys): droneKeysExported += keys
            case .wait(let until):
                next = min(next, now.advanced(by: until.since(droneNow)))
                break draining
            }
        }
        return next
    }

    private mutating func drainStation() -> MonotonicInstant {
        while true {
            switch station.nextOutput(at: now) {
            case .keepFreshness(let drone, let counter):
                freshness[drone] = counter
                freshnessWrites += 1
            case .transmit(let bytes, let endpoint):
                stationTransmissions += 1
                guard endpoint != droneEndpoint else {
                    transmit(Datagram(bytes: bytes, sender: nil))
                    continue
                }
                strayed += 1
                if strayedLately.count < 1000 { strayedLately.append((bytes, endpoint)) }
            case .deliver(_, let bytes, let isBackfill): receive(bytes, isBackfill)
            case .event(let event):
                stationEvents.append(event)
                note(Array("station \(event)".utf8))
            case .exportKeys(let keys): stationKeysExported += keys
            case .wait(let until): return until
            }
        }
    }

    /// What the station has lately sent to an address where the drone is not, at most a thousand datagrams.
    mutating func takeStrayed(to endpoint: LinkEndpoint) -> [[UInt8]] {
        defer { strayedLately = [] }
        return strayedLately.filter { $0.endpoint == endpoint }.map(\.bytes)
    }

    private mutating func receive(_ bytes: [UInt8], _ isBackfill: Bool) {
        var reader = ByteReader(bytes)
        guard let number = try? reader.read(UInt64.self), sent[number] == bytes else {
            altered += 1
            return
        }
        if isBackfill { backfilled[number, default: 0] += 1 } else { delivered[number, default: 0] += 1 }
        note(bytes.prefix(8))
        station.acknowledge([Self.id(number)], of: name, at: now)
    }

    /// FNV-1a over what happens and when.
    private mutating func note(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ UInt64(bitPattern: now.nanoseconds)) &* 0x0000_0100_0000_01B3
    }
}
