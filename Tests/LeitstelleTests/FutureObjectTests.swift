import FlightTypes
import LinkProtocol
import Recording
import Situation
import Testing

/// An agent newer than its station: what the station does not know is recorded and acknowledged, and does not come
/// again.
@Suite struct FutureObjectTests {
    private struct Seeded: RandomNumberGenerator, Sendable {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// Both ends of a link under a virtual clock, and the station's record behind it.
    private struct Flight {
        let name: DroneID
        var drone: DroneLink
        var station: StationLink
        let writer: IncidentWriter
        var now = MonotonicInstant(nanoseconds: 1_000_000_000)
        var onboard: [ObjectID: [UInt8]] = [:]
        var delivered: [(id: ObjectID, isBackfill: Bool)] = []
        let endpoint = LinkEndpoint(host: [10, 0, 0, 1], port: 4000)

        init(record: String) throws {
            name = try #require(DroneID("adler-1"))
            let own = try #require(StaticKeyPair(secret: [UInt8](repeating: 1, count: 32)))
            let keys = try #require(StaticKeyPair(secret: [UInt8](repeating: 2, count: 32)))
            drone = DroneLink(
                configuration: .init(own: own, stationKey: keys.publicKey, flight: 1, bytesPerSecond: 1_000_000),
                random: Seeded(state: 3), at: now)
            station = StationLink(
                own: keys, enrolled: [.init(drone: name, publicKey: own.publicKey)], freshness: [:],
                random: Seeded(state: 4), at: now)
            writer = try IncidentWriter(
                path: record, incident: .init(name: "Test", openedAt: WallTime(nanoseconds: 1), openedBy: nil),
                limits: OnboardLimits(maximumBytes: nil, reserveBytes: 0))
        }

        /// Records on board, and sends or leaves it to backfill.
        mutating func take(_ bytes: [UInt8], live: Bool) throws {
            let id = try FlightObject(decoding: bytes).id
            onboard[id] = bytes
            if live { drone.submit(bytes, class: .detections, id: id, at: now) } else { drone.skip(id, at: now) }
        }

        mutating func run(for duration: Duration) throws {
            let end = now.advanced(by: duration)
            while now < end {
                now = now.advanced(by: .milliseconds(5))
                runDrone()
                try runStation()
            }
        }

        private mutating func runDrone() {
            while true {
                switch drone.nextOutput(at: now) {
                case .transmit(let bytes): station.handle(bytes, from: endpoint, at: now)
                case .fetch(let id): drone.answerFetch(id, onboard[id], at: now)
                case .event, .exportKeys: continue
                case .wait: return
                }
            }
        }

        private mutating func runStation() throws {
            while true {
                switch station.nextOutput(at: now) {
                case .transmit(let bytes, _): drone.handle(bytes, at: now)
                case .deliver(_, let bytes, let isBackfill): try record(bytes, isBackfill)
                case .keepFreshness, .event, .exportKeys: continue
                case .wait: return
                }
            }
        }

        private mutating func record(_ bytes: [UInt8], _ isBackfill: Bool) throws {
            let object = try FlightObject(decoding: bytes)
            delivered.append((object.id, isBackfill))
            let item = RecordableObject(
                drone: name.name, receiveTime: WallTime(nanoseconds: now.nanoseconds), receiveMonotonic: now,
                object: object,
                bytes: bytes, isBackfilled: isBackfill)
            for durable in try writer.append([item], recordTime: WallTime(nanoseconds: now.nanoseconds)).durable {
                station.acknowledge(
                    [durable.id], isReduced: durable.representation == .reduced, of: name, at: now)
            }
        }
    }

    /// Kind 9 in a stream of kind 9.
    private func future(_ sequence: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(bytes: [9, 3, 1, 0, 0, 0, 0, 9] as [UInt8])
        writer.write(sequence)
        writer.write(bytes: [UInt8](repeating: 7, count: 216))
        return writer.bytes
    }
    private func telemetry(_ sequence: UInt64) -> [UInt8] {
        FlightObject.telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: sequence),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 5), wall: .init(nanoseconds: 6)), pose: .unknown)
        ).encoded()
    }

    @Test func itIsRecordedAcknowledgedAndNotSentAgain() throws {
        let folder = try TemporaryFolder()
        var flight = try Flight(record: folder.path + "/a.lagebild")
        try flight.run(for: .seconds(1))
        for sequence in UInt64(0)..<6 {
            try flight.take(telemetry(sequence), live: true)
            // Half of them is left to the record on board.
            try flight.take(future(sequence), live: sequence % 2 == 0)
            try flight.run(for: .milliseconds(200))
        }
        #expect(flight.drone.status.missing > 0)
        // Far longer than an object without a receipt waits until it is sent again.
        try flight.run(for: .seconds(90))
        #expect(flight.drone.status.missing == 0 && flight.drone.counters.fetches == 3)
        #expect(flight.delivered.count == 12 && flight.delivered.count { $0.isBackfill } == 3)
        try flight.writer.close()
        let reader = try IncidentReader(path: folder.path + "/a.lagebild")
        #expect(try reader.counts().map { "\($0.stream) \($0.objects)" } == ["telemetry0 6", "kind9-0 6"])
        #expect(try reader.verify().isEmpty)
        for sequence in UInt64(0)..<6 {
            let id = ObjectID(flight: 1, stream: StreamID(code: 0x0900), sequence: sequence)
            #expect(try reader.object(drone: "adler-1", id: id)?.bytes == future(sequence))
        }
    }
}
