import TestSupport
import FlightTypes
import LinkProtocol
import Testing

/// Two agents with one key: a card that was copied.
@Suite struct TwoMachinesTests {
    private let second = LinkEndpoint(host: [10, 0, 0, 2], port: 5000)

    /// The network's drone, and another one without delay on the way, fed in steps of ten milliseconds.
    private struct Other {
        var link: DroneLink
        let endpoint: LinkEndpoint
        var sent = 0

        mutating func run(_ network: inout VirtualNetwork, for duration: Duration) {
            let end = network.now.advanced(by: duration)
            while network.now < end {
                var waits = false
                while !waits {
                    switch link.nextOutput(at: network.now) {
                    case .transmit(let bytes):
                        network.station.handle(bytes, from: endpoint, at: network.now)
                        sent += 1
                    case .wait: waits = true
                    default: break
                    }
                }
                network.run(for: .milliseconds(10))
                for bytes in network.takeStrayed(to: endpoint) { link.handle(bytes, at: network.now) }
            }
        }
    }

    private func makeOther(_ network: inout VirtualNetwork, flight: UInt32) -> Other {
        let configuration = DroneLink.Configuration(
            own: network.droneKeys, stationKey: network.stationKeys.publicKey, flight: flight, bytesPerSecond: 1_000_000
        )
        return Other(
            link: DroneLink(configuration: configuration, random: SplitMix(seed: 9), at: network.now), endpoint: second)
    }

    private func findings(_ network: VirtualNetwork) -> [StationLinkEvent] {
        network.stationEvents.filter { if case .established = $0 { false } else { true } }
    }

    /// The other one is behind with its flights: it stays out, and the advice is not about a lost counter.
    @Test func laterMachineWithAnOlderFlightIsRecognised() throws {
        var network = try VirtualNetwork(seed: 1)
        network.restartDrone(flight: 7)
        network.run(for: .seconds(3))
        var other = makeOther(&network, flight: 3)
        other.run(&network, for: .seconds(10))
        #expect(network.drone.isEstablished && !other.link.isEstablished)
        let found = findings(network)
        #expect(found.count >= 3)
        #expect(
            found.allSatisfy { $0 == .twoMachines(network.name, connected: network.droneEndpoint, other: second) })
    }

    /// It is ahead: it takes the place, and then the first one is the one that knocks.
    @Test func laterMachineWithANewerFlightTakesThePlace() throws {
        var network = try VirtualNetwork(seed: 2)
        network.run(for: .seconds(3))
        var other = makeOther(&network, flight: 9)
        other.run(&network, for: .seconds(12))
        #expect(other.link.isEstablished && !network.drone.isEstablished)
        #expect(
            findings(network).contains(
                .twoMachines(network.name, connected: second, other: network.droneEndpoint)))
        #expect(!findings(network).contains { if case .staleHandshake = $0 { true } else { false } })
    }

    /// The same flight, as after a card was copied: both are let in, one after the other, and both send.
    @Test func copiedCardIsRecognisedWhileBothSend() throws {
        var network = try VirtualNetwork(seed: 3)
        network.run(for: .seconds(3))
        var other = makeOther(&network, flight: 1)
        other.run(&network, for: .seconds(20))
        #expect(findings(network).contains { if case .twoMachines = $0 { true } else { false } })
        #expect(!findings(network).contains { if case .staleHandshake = $0 { true } else { false } })
    }

    /// A lost counter is something else: nobody is connected.
    @Test func lostFlightCounterIsToldAsSuch() throws {
        var network = try VirtualNetwork(seed: 4)
        network.restartDrone(flight: 7)
        network.run(for: .seconds(3))
        network.restartDrone(flight: 1)
        network.droneEndpoint = LinkEndpoint(host: [10, 0, 0, 1], port: 4711)
        network.run(for: .seconds(20))
        let told = network.stationEvents.filter { if case .staleHandshake = $0 { true } else { false } }
        #expect(told.count >= 10)
        #expect(!network.stationEvents.contains { if case .twoMachines = $0 { true } else { false } })
    }

    /// The network doubles a handshake: no word about it.
    @Test func doubledHandshakeIsNoReplay() throws {
        var network = try VirtualNetwork(seed: 5, weather: .init(duplication: 1, delayMilliseconds: 5...400))
        network.run(for: .seconds(300))
        #expect(network.drone.isEstablished)
        #expect(network.station.counters.replayed > 2)
        #expect(findings(network) == [])
    }
}
