import TestSupport
import LinkProtocol
import Testing

@Suite struct DataHeaderTests {
    private static func bytes(_ header: DataHeader) -> [UInt8] {
        var bytes: [UInt8] = []
        header.append(to: &bytes)
        return bytes
    }

    @Test func roundTripAndRefusals() {
        var random = SplitMix(seed: 9)
        for _ in 0..<200 {
            let index = UInt32(truncatingIfNeeded: random.next())
            let header = DataHeader(receiverIndex: index, counter: random.next())
            #expect(header.receiverIndex == index & 0xFF_FFFF)
            let head = Self.bytes(header)
            #expect(head.count == LinkLimits.headerSize)
            let datagram = head + random.bytes(16 + random.below(50))
            #expect(DataHeader(datagram) == header)
            for count in [0, 1, 7, 8, 23] { #expect(DataHeader(Array(datagram.prefix(count))) == nil) }
            for type: UInt8 in [0, 1, 2, 3, 5, 255] { #expect(DataHeader([type] + datagram.dropFirst()) == nil) }
            #expect(DataHeader(head + [UInt8](repeating: 0, count: LinkLimits.largestDatagram - 8)) != nil)
            #expect(DataHeader(head + [UInt8](repeating: 0, count: LinkLimits.largestDatagram - 7)) == nil)
        }
    }

    @Test func layoutOfTheEightBytes() {
        let header = DataHeader(receiverIndex: 0x0A_0B0C, counter: 0x1122_3344_5566_7788)
        #expect(Self.bytes(header) == [4, 0x0C, 0x0B, 0x0A, 0x88, 0x77, 0x66, 0x55])
    }

    /// A counter is completed rightly when it lies less than 2³¹ from the one expected next.
    @Test(arguments: [UInt64(1), 2, 3])
    func completesEveryCounterNearby(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let half: UInt64 = 1 << 31
        let edges: [UInt64] = [
            0, 1, half - 1, half, half + 1, 2 * half - 1, 2 * half, 2 * half + 1, 3 * half, 4 * half - 1, 4 * half,
            1 << 60, (1 << 60) - 1, 12345 << 32,
        ]
        for step in 0..<20_000 {
            let highest = step < 2000 ? edges[step % edges.count] : random.next() >> UInt64(4 + random.below(40))
            let distance = step.isMultiple(of: 3) ? UInt64(random.below(5)) : random.next() % (half - 1)
            let expected = highest + 1
            let isAhead = random.chance(0.5)
            guard isAhead || distance <= expected else { continue }
            let counter = isAhead ? expected + distance : expected - distance
            let header = DataHeader(receiverIndex: 1, counter: counter)
            guard header.counter(near: highest) == counter else {
                Issue.record("\(counter) near \(highest) became \(header.counter(near: highest))")
                return
            }
        }
    }

    @Test func firstCounterAndTheEndsOfTheRange() {
        #expect(DataHeader(receiverIndex: 1, counter: 77).counter(near: nil) == 77)
        #expect(DataHeader(receiverIndex: 1, counter: 0).counter(near: 0) == 0)
        // Below zero there is nothing: what would be is taken for what it says.
        #expect(DataHeader(receiverIndex: 1, counter: 0xFFFF_FFFF).counter(near: 3) == 0xFFFF_FFFF)
        // Nothing traps at the upper end.
        for low: UInt64 in [0, 1, 1 << 31, 0xFFFF_FFFF] {
            for highest: UInt64 in [.max, .max - 1, .max - (1 << 31), .max - (1 << 32), .max - (1 << 33)] {
                _ = DataHeader(receiverIndex: 1, counter: low).counter(near: highest)
            }
        }
        #expect(DataHeader(receiverIndex: 1, counter: .max).counter(near: .max - 1) == .max)
    }
}
