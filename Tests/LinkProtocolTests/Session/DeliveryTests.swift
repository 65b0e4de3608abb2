import TestSupport
import FlightTypes
import LinkProtocol
import Testing

@Suite struct DeliveryTests {
    /// Ten seconds with objects of every class at once.
    private static func fly(seed: UInt64, weather: VirtualNetwork.Weather) throws -> VirtualNetwork {
        var network = try VirtualNetwork(seed: seed, weather: weather)
        network.run(for: .milliseconds(500))
        // The first handshake may be lost.
        if !network.drone.isEstablished { network.run(for: .seconds(3)) }
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
        #expect(network.station.objectCounts(of: network.name) == (UInt64(network.sent.count), 0, 0))
        #expect(network.drone.counters.handshakes == 1)
        #expect(network.receipted == Set(network.sent.keys))
        #expect(network.station.counters.forged == 0)
        #expect(network.station.counters.replayed > 0)
        // Every object is known to be whole: by the maps, or because the station says so.
        #expect(network.drone.status.whole == UInt64(network.sent.count))
        #expect(network.drone.status.late == 0)
        #expect(network.drone.waiting == 0)
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
    func lossIsRepairedAndNeverAltersOne(seed: UInt64) throws {
        let network = try Self.fly(
            seed: seed, weather: .init(loss: 0.1, duplication: 0.05, delayMilliseconds: 5...60))
        #expect(network.altered == 0)
        #expect(network.delivered.values.allSatisfy { $0 == 1 })
        // A tenth of all datagrams is lost. Telemetry has time for several tries; of the pictures some are skipped in the first
        // moments, while the link does not know yet how much it may send: backfill's business.
        #expect(network.missing.filter { network.sent[$0]?.count ?? 0 <= 408 } == [])
        #expect(network.missing.count * 20 <= network.sent.count)
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
        // Before the handshake is through, nothing can leave: three visible objects wait, the rest is counted.
        for _ in 0..<20 { network.submit(size: 5000, class: .visible) }
        network.submit(size: LinkLimits.objectSize + 1, class: .visible)
        network.drone.submit([], class: .telemetry, at: network.droneNow)
        #expect(network.drone.waiting == 3)
        #expect(network.drone.objectCounts.dropped == 19)
        network.run(for: .seconds(2))
        #expect(network.delivered.keys.sorted() == Array(17..<20))
        #expect(network.altered == 0)
    }

    @Test func largestObjectArrives() throws {
        var network = try VirtualNetwork(seed: 14)
        network.run(for: .milliseconds(200))
        network.submit(size: LinkLimits.objectSize, class: .thermal)
        // The link starts slowly and may use four megabytes a second.
        network.run(for: .seconds(6))
        network.captured.removeAll()
        #expect(network.missing == [])
    }
}
