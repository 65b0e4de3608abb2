import FlightTypes
import LinkProtocol
import Testing

@Suite struct DeliveryTests {
    /// Ten seconds with objects of every class at once.
    private static func fly(seed: UInt64, weather: VirtualNetwork.Weather) throws -> VirtualNetwork {
        var network = try VirtualNetwork(seed: seed, weather: weather)
        network.run(for: .milliseconds(500))
        for step in 0..<100 {
            network.submit(size: 8 + network.random.below(400))
            if step.isMultiple(of: 5) { network.submit(size: 3000 + network.random.below(30_000), class: .visible) }
            if step.isMultiple(of: 10) { network.submit(size: 1136 * (1 + network.random.below(3)), class: .thermal) }
            network.run(for: .milliseconds(100))
        }
        network.run(for: .seconds(2))
        return network
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func reorderedAndDuplicatedYetEachOnce(seed: UInt64) throws {
        let network = try Self.fly(seed: seed, weather: .init(duplication: 0.2, delayMilliseconds: 5...60))
        #expect(network.missing == [])
        #expect(network.altered == 0)
        #expect(network.drone.objectCounts.dropped == 0)
        #expect(network.drone.objectCounts.accepted == UInt64(network.sent.count))
        #expect(network.station.objectCounts(of: network.name) == (UInt64(network.sent.count), 0))
        #expect(network.drone.counters.handshakes == 1)
        #expect(network.receipted == Set(network.sent.keys))
        #expect(network.station.counters.forged == 0)
        #expect(network.station.counters.replayed > 0)
        let last = network.droneEvents.compactMap { event -> Feedback? in
            if case .feedback(let feedback) = event { feedback } else { nil }
        }.max { $0.datagrams < $1.datagrams }
        #expect(last?.objects == UInt64(network.sent.count))
    }

    @Test(arguments: [UInt64(4), 5])
    func clockOffsetIsTrueToItsBound(seed: UInt64) throws {
        let network = try Self.fly(seed: seed, weather: .init(delayMilliseconds: 5...60))
        let local = try #require(network.station.localTime(network.droneNow, of: network.name))
        let quality = network.station.quality(of: network.name)
        let bound = try #require(quality.clockBound)
        #expect(abs(local.since(network.now).nanosecondsClamped) <= bound.nanosecondsClamped)
        #expect(try #require(quality.roundTrip) >= .milliseconds(10))
    }

    @Test(arguments: [UInt64(6), 7, 8])
    func lossCostsObjectsButNeverAltersOne(seed: UInt64) throws {
        let network = try Self.fly(
            seed: seed, weather: .init(loss: 0.1, duplication: 0.05, delayMilliseconds: 5...60))
        #expect(network.altered == 0)
        #expect(network.delivered.values.allSatisfy { $0 == 1 })
        // One datagram each: about nine in ten arrive.
        let small = network.sent.filter { $0.value.count < LinkLimits.fragmentSize }.keys
        let arrived = small.filter { network.delivered[$0] == 1 }.count
        #expect(Double(arrived) > 0.7 * Double(small.count))
        #expect(network.receipted.isSubset(of: Set(network.delivered.keys)))
        #expect(!network.receipted.isEmpty)
    }

    @Test func sameSeedSameStory() throws {
        let weather = VirtualNetwork.Weather(loss: 0.05, duplication: 0.05, delayMilliseconds: 5...60)
        let first = try Self.fly(seed: 11, weather: weather)
        let second = try Self.fly(seed: 11, weather: weather)
        let other = try Self.fly(seed: 12, weather: weather)
        #expect(first.hash == second.hash)
        #expect(first.hash != other.hash)
        #expect(first.station.counters == second.station.counters)
    }

    @Test func fullQueueDropsTheOldestAndCounts() throws {
        var network = try VirtualNetwork(seed: 13)
        // Before the handshake is through, nothing can leave: eight visible objects wait, the rest is counted.
        for _ in 0..<20 { network.submit(size: 5000, class: .visible) }
        network.submit(size: LinkLimits.objectSize + 1, class: .visible)
        network.drone.submit([], class: .telemetry)
        #expect(network.drone.waiting == 8)
        #expect(network.drone.objectCounts.dropped == 14)
        network.run(for: .seconds(2))
        #expect(network.delivered.keys.sorted() == Array(12..<20))
        #expect(network.altered == 0)
    }

    @Test func largestObjectArrives() throws {
        var network = try VirtualNetwork(seed: 14)
        network.run(for: .milliseconds(200))
        network.submit(size: 1 << 20, class: .thermal)
        network.run(for: .seconds(1))
        network.captured.removeAll()
        #expect(network.missing == [])
    }
}
