import FlightTypes
import LinkProtocol
import Testing

@Suite struct PriorityTests {
    /// A large frame fills the path; what is more important passes it.
    @Test func smallAndImportantPassesLarge() throws {
        var network = try VirtualNetwork(seed: 1)
        network.run(for: .seconds(1))
        network.submit(size: 40_000, class: .visible)
        network.run(for: .milliseconds(5))
        network.submit(size: 3_000, class: .detections)
        network.submit(size: 127, class: .telemetry)
        let detection = try #require(network.run(atMost: .seconds(1)) { $0.delivered[1] == 1 })
        #expect(network.delivered[2] == 1)
        #expect(network.delivered[0] == nil)
        #expect(detection <= .milliseconds(60))
        network.run(for: .seconds(1))
        #expect(network.missing == [])
    }

    /// While live traffic wants everything, the record's objects still get a little.
    @Test func backfillHasAFloor() throws {
        var network = try VirtualNetwork(seed: 2)
        network.run(for: .seconds(1))
        network.weather.loss = 1
        for _ in 0..<3 { network.submit(size: 2_000, class: .visible, isRecorded: true) }
        network.run(for: .seconds(1))
        network.weather.loss = 0
        for _ in 0..<400 {
            network.submit(size: 120_000, class: .thermal)
            network.run(for: .milliseconds(25))
            network.captured.removeAll()
        }
        #expect(network.lacking.filter { $0 < 3 } == [])
        #expect(network.backfilled.count >= 3)
    }
}
