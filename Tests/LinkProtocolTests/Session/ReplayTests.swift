import TestSupport
import FlightTypes
import LinkProtocol
import Testing

/// Somebody recorded everything, and plays it back.
@Suite struct ReplayTests {
    private let attacker = LinkEndpoint(host: [6, 6, 6, 6], port: 666)

    private func flown(seed: UInt64) throws -> VirtualNetwork {
        var network = try VirtualNetwork(seed: seed, weather: .init(duplication: 0.05, delayMilliseconds: 5...40))
        network.run(for: .milliseconds(500))
        for _ in 0..<100 {
            network.submit(size: 8 + network.random.below(3000))
            network.run(for: .milliseconds(30))
        }
        network.run(for: .milliseconds(200))
        // What is still on its way would not be played back but delivered by the attacker.
        let count = network.captured.count
        network.run(for: .milliseconds(50))
        network.captured.removeLast(network.captured.count - count)
        return network
    }

    @Test(arguments: [UInt64(1), 2])
    func liveEndsTakeNothing(seed: UInt64) throws {
        var network = try flown(seed: seed)
        let captured = network.captured
        let before = network
        var toStation = 0
        for datagram in captured {
            if datagram.sender != nil {
                network.station.handle(datagram.bytes, from: attacker, at: network.now)
                toStation += 1
            } else {
                network.drone.handle(datagram.bytes, at: network.droneNow)
            }
        }
        #expect(toStation > 100)
        #expect(network.station.counters.accepted == before.station.counters.accepted)
        #expect(network.station.counters.replayed == before.station.counters.replayed + UInt64(toStation))
        #expect(network.drone.counters.refused == before.drone.counters.refused + UInt64(captured.count - toStation))
        network.submit(size: 500)
        network.run(for: .seconds(1))
        #expect(network.missing == [])
        #expect(network.strayed == 0)
        #expect(!network.stationEvents.contains(.moved(network.name)))
    }

    @Test(arguments: [UInt64(3), 4])
    func restartedStationTakesNothing(seed: UInt64) throws {
        var network = try flown(seed: seed)
        let captured = network.captured.filter { $0.sender != nil }
        let transmissions = network.stationTransmissions
        let events = network.stationEvents
        network.restartStation(freshness: network.freshness)
        for datagram in captured { network.station.handle(datagram.bytes, from: attacker, at: network.now) }
        #expect(network.station.counters.accepted == 0)
        #expect(network.station.counters.replayed == 1)
        // It is told, and gets no answer.
        if case .event(.staleHandshake(network.name, from: attacker)) = network.station.nextOutput(at: network.now) {
        } else {
            Issue.record("a replayed handshake was not told")
        }
        if case .wait = network.station.nextOutput(at: network.now) {} else { Issue.record("a replay was answered") }
        #expect(network.stationTransmissions == transmissions)
        #expect(network.stationEvents == events)
    }

    /// The counters were not kept, and the station is restarted: a recording gets one answer a handshake, half as long as itself,
    /// and that is all that comes of it. Nothing is delivered, told, kept or shown.
    @Test(arguments: [UInt64(5), 15, 25]) func withoutKeptCountersARecordingGetsAnAnswerAndNothingElse(seed: UInt64)
        throws
    {
        var network = try flown(seed: seed)
        for flight in UInt32(2)...6 {
            network.restartDrone(flight: flight)
            network.run(for: .seconds(2))
        }
        let captured = network.captured.filter { $0.sender != nil }
        let initiations = captured.count { $0.bytes.first == DatagramType.initiation.rawValue }
        #expect(initiations >= 6)
        network.restartStation(freshness: [:])
        var sent = 0
        let before = network.station.confirmedFingerprint
        for datagram in captured {
            network.station.handle(datagram.bytes, from: attacker, at: network.now)
            answering: while true {
                switch network.station.nextOutput(at: network.now) {
                case .transmit(let bytes, to: attacker): sent += bytes.count
                case .wait: break answering
                case let output: Issue.record("\(output)")
                }
            }
        }
        #expect(network.station.counters.accepted == 0)
        #expect(sent > 0 && sent <= initiations * 76)
        #expect(network.station.confirmedFingerprint == before)
        // Each of them once.
        for datagram in captured { network.station.handle(datagram.bytes, from: attacker, at: network.now) }
        #expect(network.station.counters.accepted == 0)
        network.stationEvents.removeAll()
        network.droneEvents.removeAll()
        let took = network.run(atMost: .seconds(5)) { $0.droneEvents.contains(.established) }
        #expect(try #require(took) <= .seconds(3))
        for _ in 0..<20 { network.submit(size: 2000) }
        network.run(for: .seconds(1))
        #expect(network.stationEvents.contains(.established(network.name, flight: 6)))
        #expect(network.altered == 0)
    }

    /// The same while the drone comes back: the attacker has a thousand recorded handshakes and plays a hundred a second. They
    /// take neither the drone's place nor its share, and once it is there not one of them is answered.
    @Test(arguments: [UInt64(7), 17]) func aThousandRecordingsDoNotKeepTheDroneAway(seed: UInt64) throws {
        var network = try flown(seed: seed)
        network.weather.loss = 1
        for flight in UInt32(2)...1001 {
            network.restartDrone(flight: flight)
            network.run(for: .milliseconds(10))
        }
        let recordings = network.captured.filter { $0.bytes.first == DatagramType.initiation.rawValue }.map(\.bytes)
        #expect(recordings.count >= 1000)
        network.weather.loss = 0
        network.restartDrone(flight: 2000)
        network.restartStation(freshness: [:])
        network.droneEvents.removeAll()
        network.stationEvents.removeAll()
        var recording = recordings.makeIterator()
        var waited = 0
        while !network.stationEvents.contains(.established(network.name, flight: 2000)), waited < 500 {
            if let bytes = recording.next() { network.station.handle(bytes, from: attacker, at: network.now) }
            network.run(for: .milliseconds(10))
            waited += 1
        }
        #expect(waited <= 300)
        _ = network.takeStrayed(to: attacker)
        while let bytes = recording.next() {
            network.station.handle(bytes, from: attacker, at: network.now)
            network.run(for: .milliseconds(10))
        }
        // Nothing but cookies, where there are too many handshakes.
        #expect(network.takeStrayed(to: attacker).allSatisfy { $0.first == DatagramType.cookieReply.rawValue })
        #expect(network.droneEvents.count { $0 == .established } == 1)
        #expect(network.count { $0 == .silent } == 0)
        network.submit(size: 2000)
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }

    /// Between the station's answer and the drone's first word a recording must not take the place of the session to come.
    @Test func aRecordingDoesNotDisplaceAnAnswerThatIsUnderWay() throws {
        var network = try flown(seed: 8)
        let recordings = network.captured.filter { $0.bytes.first == DatagramType.initiation.rawValue }
        network.restartDrone(flight: 2)
        network.restartStation(freshness: [:])
        network.stationEvents.removeAll()
        for _ in 0..<100 {
            for recording in recordings { network.station.handle(recording.bytes, from: attacker, at: network.now) }
            network.run(for: .milliseconds(2))
        }
        #expect(network.stationEvents.contains(.established(network.name, flight: 2)))
        #expect(network.freshness == [network.name: 2 << 32 + 1])
    }

    @Test func initiationOfAnEarlierFlightStaysOut() throws {
        var network = try flown(seed: 6)
        let old = network.captured
        network.captured.removeAll()
        network.restartDrone(flight: 2)
        network.run(for: .seconds(1))
        #expect(network.drone.isEstablished)
        #expect(network.stationEvents.contains(.established(network.name, flight: 2)))
        let accepted = network.station.counters.accepted
        for datagram in old where datagram.sender != nil {
            network.station.handle(datagram.bytes, from: attacker, at: network.now)
        }
        #expect(network.station.counters.accepted == accepted)
        // The new flight counts its objects from 0 again, and all of them arrive.
        for _ in 0..<20 { network.submit(size: 2000) }
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }
}
