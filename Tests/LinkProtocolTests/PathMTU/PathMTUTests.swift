import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

@Suite struct PathMTUTests {
    /// Probes for `duration` on a path that carries datagrams of `largest` bytes; returns what was probed.
    private static func probe(_ mtu: inout PathMTU, from begin: Duration, for duration: Duration, largest: Int) -> [Int]
    {
        var probed: [Int] = []
        var now = start.advanced(by: begin)
        let end = now.advanced(by: duration)
        while now < end {
            if let size = mtu.probe(at: now, interval: .milliseconds(200)) {
                probed.append(size)
                if size <= largest { mtu.probeArrived(size, at: now.advanced(by: .milliseconds(60))) }
            }
            now = max(now.advanced(by: .milliseconds(10)), min(mtu.nextProbe, end))
        }
        return probed
    }

    @Test(arguments: [(1472, 1472), (1471, 1452), (1452, 1452), (1400, 1400), (1300, 1280), (1279, 1200), (1200, 1200)])
    func findsTheLargestOfTheLadder(largest: Int, found: Int) {
        var mtu = PathMTU(at: start)
        #expect(mtu.size == 1200)
        let probed = Self.probe(&mtu, from: .zero, for: .seconds(60), largest: largest)
        #expect(mtu.size == found)
        // Each size three times, largest first; then quiet for ten minutes.
        #expect(probed == probed.sorted(by: >))
        #expect(probed.count <= 18)
        expect(mtu.probe(at: start.advanced(by: .seconds(300)), interval: .zero), is: nil)
        #expect(mtu.nextProbe >= start.advanced(by: .seconds(600)))
    }

    @Test func triesAgainLaterAndGrows() {
        var mtu = PathMTU(at: start)
        _ = Self.probe(&mtu, from: .zero, for: .seconds(60), largest: 1400)
        #expect(mtu.size == 1400)
        _ = Self.probe(&mtu, from: .seconds(60), for: .seconds(700), largest: 1472)
        #expect(mtu.size == 1472)
    }

    @Test func losingAProbeNowAndThenDoesNotMatter() {
        var mtu = PathMTU(at: start)
        for step in 0..<3 {
            let now = start.advanced(by: .seconds(step))
            expect(mtu.probe(at: now, interval: .milliseconds(200)), is: 1472)
            if step == 2 { mtu.probeArrived(1472, at: now) }
        }
        #expect(mtu.size == 1472)
    }

    /// The size that counts is that of the probe that arrived, not of the one that left last.
    @Test func anOldProbeDoesNotVouchForALargerOne() {
        var mtu = PathMTU(at: start)
        _ = Self.probe(&mtu, from: .zero, for: .seconds(60), largest: 1280)
        mtu.pathChanged(at: start.advanced(by: .seconds(60)))
        expect(mtu.probe(at: start.advanced(by: .seconds(60)), interval: .milliseconds(200)), is: 1472)
        mtu.probeArrived(1280, at: start.advanced(by: .seconds(61)))
        #expect(mtu.size == 1280)
    }

    @Test func aBlackHoleIsNoticed() {
        var mtu = PathMTU(at: start)
        _ = Self.probe(&mtu, from: .zero, for: .seconds(1), largest: 1472)
        #expect(mtu.size == 1472)
        let now = start.advanced(by: .seconds(2))
        for _ in 0..<3 { mtu.note(largeArrived: 0, largeLost: 4, smallArrived: 1, at: now) }
        #expect(mtu.size == 1200)
        #expect(mtu.blackHoles == 1)
        // It may have passed in a minute.
        expect(mtu.probe(at: now.advanced(by: .seconds(59)), interval: .zero), is: nil)
        _ = Self.probe(&mtu, from: .seconds(62), for: .seconds(30), largest: 1400)
        #expect(mtu.size == 1400)
    }

    @Test func lossesAloneAreNoBlackHole() {
        var mtu = PathMTU(at: start)
        _ = Self.probe(&mtu, from: .zero, for: .seconds(1), largest: 1472)
        // Everything is lost: an outage. Some large ones arrive: a bad path.
        for _ in 0..<100 { mtu.note(largeArrived: 0, largeLost: 4, smallArrived: 0, at: start) }
        mtu.note(largeArrived: 1, largeLost: 0, smallArrived: 0, at: start)
        for _ in 0..<100 {
            mtu.note(largeArrived: 0, largeLost: 11, smallArrived: 9, at: start)
            mtu.note(largeArrived: 1, largeLost: 5, smallArrived: 9, at: start)
        }
        // And what is small says nothing about what is large.
        for _ in 0..<100 { mtu.note(largeArrived: 0, largeLost: 0, smallArrived: 50, at: start) }
        #expect(mtu.size == 1472)
        #expect(mtu.blackHoles == 0)
    }

    @Test func aNewPathIsProbedSoonAndKeepsWhatWasProven() {
        var mtu = PathMTU(at: start)
        _ = Self.probe(&mtu, from: .zero, for: .seconds(10), largest: 1400)
        mtu.pathChanged(at: start.advanced(by: .seconds(10)))
        #expect(mtu.size == 1400)
        #expect(mtu.nextProbe == start.advanced(by: .seconds(10)))
        _ = Self.probe(&mtu, from: .seconds(10), for: .seconds(10), largest: 1472)
        #expect(mtu.size == 1472)
    }
}
