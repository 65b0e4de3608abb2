import TestSupport
import FlightTypes
import LinkProtocol
import Testing

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

private func one(_ number: UInt32) -> Fragment {
    Fragment(object: number, length: 1, size: 1, index: 0, data: [1])
}

@Suite struct ReassemblerTests {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func anyOrderAndDuplicates(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var reassembler = Reassembler()
        var delivered: [[UInt8]: Int] = [:]
        var sent: [[UInt8]] = []
        for round in 0..<10 {
            let objects = (0..<6).map { _ in random.bytes(1 + random.below(20_000)) }
            sent += objects
            var pieces = objects.enumerated().flatMap { fragments(of: $1, number: UInt32(round * 6 + $0)) }
            pieces += pieces.filter { _ in random.chance(0.3) }
            pieces.shuffle(using: &random)
            for piece in pieces {
                if let object = reassembler.handle(piece, at: start) { delivered[object.bytes, default: 0] += 1 }
            }
        }
        #expect(delivered.count == sent.count)
        for object in sent { #expect(delivered[object] == 1) }
        #expect(reassembler.completed == UInt64(sent.count))
        #expect(reassembler.unfinished == 0)
        #expect(reassembler.abandoned == 0)
        #expect(reassembler.refused == 0)
    }

    @Test(arguments: [UInt64(5), 6, 7])
    func lossWithoutRepairDeliversTheCompleteOnesOnly(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var reassembler = Reassembler()
        var now = start
        var complete: Set<UInt32> = []
        var delivered: Set<UInt32> = []
        for number in 0..<UInt32(200) {
            let bytes = random.bytes(4 + random.below(8_000))
            let all = fragments(of: bytes, number: number)
            let arriving = all.filter { _ in !random.chance(0.1) }
            if arriving.count == all.count { complete.insert(number) }
            for piece in arriving.shuffled(using: &random) {
                guard let object = reassembler.handle(piece, at: now) else { continue }
                #expect(object.bytes == bytes)
                #expect(delivered.insert(number).inserted)
            }
            now = now.advanced(by: .milliseconds(100))
            reassembler.expire(at: now)
            // 100 ms apart and five seconds of patience: never more than these wait.
            #expect(reassembler.unfinished <= 51)
        }
        #expect(delivered == complete)
        reassembler.expire(at: now.advanced(by: .seconds(6)))
        #expect(reassembler.unfinished == 0)
        #expect(reassembler.abandoned + reassembler.completed <= 200)
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func parityReplacesWhatWasLost(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var reassembler = Reassembler()
        for number in 0..<UInt32(60) {
            let bytes = random.bytes(1 + random.below(60_000))
            let isBackfill = random.chance(0.3)
            let pieces = fragments(of: bytes, number: number, parity: 40, isBackfill: isBackfill)
            // Any k of a block's symbols are enough, and the object is whole with the last of them, not before.
            let blocks = Set(pieces.map(\.block)).sorted()
            var chosen: [Fragment] = []
            for block in blocks {
                let symbols = pieces.filter { $0.block == block }
                chosen += symbols.shuffled(using: &random).prefix(symbols.count - 40)
            }
            chosen.shuffle(using: &random)
            for (place, piece) in chosen.enumerated() {
                let object = reassembler.handle(piece, at: start)
                #expect((object != nil) == (place == chosen.count - 1))
                if let object {
                    #expect(object.bytes == bytes)
                    #expect(object.isBackfill == isBackfill)
                }
            }
            for piece in pieces { expect(reassembler.handle(piece, at: start), is: nil) }
        }
        #expect(reassembler.completed == 60)
    }

    @Test func abandonedIsNotRevived() {
        var reassembler = Reassembler()
        let pieces = fragments(of: [UInt8](repeating: 1, count: 3000), number: 9)
        expect(reassembler.handle(pieces[0], at: start), is: nil)
        reassembler.expire(at: start.advanced(by: .seconds(6)))
        #expect(reassembler.abandoned == 1)
        for piece in pieces { expect(reassembler.handle(piece, at: start), is: nil) }
        #expect(reassembler.unfinished == 0)
        // Authentic and consistent, but for nothing.
        #expect(reassembler.useless == UInt64(pieces.count))
        #expect(reassembler.refused == 0)
    }

    @Test func unfinishedObjectsAreBounded() {
        var reassembler = Reassembler()
        var now = start
        for number in 0..<UInt32(2_000) {
            now = now.advanced(by: .microseconds(10))
            let piece = Fragment(
                object: number, length: 100_000, size: 1000, index: 0, data: [UInt8](repeating: 0, count: 1000)[...])
            expect(reassembler.handle(piece, at: now), is: nil)
            #expect(reassembler.unfinished <= Reassembler.objectsLimit)
        }
        #expect(reassembler.abandoned == UInt64(2_000 - Reassembler.objectsLimit))
    }

    @Test func bytesAreBounded() {
        var reassembler = Reassembler()
        // Each declares the largest object there may be: two of them fit, the quietest goes for the third.
        let data = [UInt8](repeating: 0, count: 1400)[...]
        for number in 0..<UInt32(20) {
            let piece = Fragment(
                object: number, length: UInt32(LinkLimits.objectSize), size: 1400, index: 0, data: data)
            expect(reassembler.handle(piece, at: start.advanced(by: .milliseconds(Int(number)))), is: nil)
            #expect(reassembler.unfinished * LinkLimits.objectSize <= Reassembler.bytesLimit)
            #expect(reassembler.unfinished == min(Int(number) + 1, Reassembler.bytesLimit / LinkLimits.objectSize))
        }
        #expect(reassembler.abandoned == UInt64(20 - reassembler.unfinished))
        // The youngest ones stayed.
        let next = Fragment(object: 19, length: UInt32(LinkLimits.objectSize), size: 1400, index: 1, data: data)
        expect(reassembler.handle(next, at: start.advanced(by: .seconds(1))), is: nil)
        #expect(reassembler.useless == 0)
        #expect(reassembler.abandoned == UInt64(20 - reassembler.unfinished))
    }

    /// Parity of blocks that stay incomplete is held too, so it counts.
    @Test func parityCountsAgainstTheLimit() {
        var reassembler = Reassembler()
        let size = 1400
        let length = UInt32(size * 256)
        let data = [UInt8](repeating: 7, count: size)[...]
        var now = start
        for number in 0..<UInt32(64) {
            now = now.advanced(by: .milliseconds(1))
            for place in 0..<UInt16(252) {
                let piece = Fragment(
                    object: number, length: length, size: UInt16(size), block: UInt8(place / 126),
                    index: UInt8(129 + place % 126), data: data)
                _ = reassembler.handle(piece, at: now)
            }
        }
        let held = size * (256 + 252)
        #expect(reassembler.unfinished == Reassembler.bytesLimit / held)
        #expect(reassembler.abandoned == UInt64(64 - reassembler.unfinished))
    }

    static let nonsense: [(length: UInt32, size: UInt16, block: UInt8, index: UInt8, bytes: Int)] = [
        (0, 1136, 0, 0, 0), (1, 0, 0, 0, 1), (10, 1136, 0, 0, 9), (10, 1136, 0, 0, 11), (10, 1136, 0, 0, 0),
        (10, 1136, 1, 0, 10), (10, 1136, 255, 0, 10), (300, 255, 0, 0, 255), (1000, 1, 0, 0, 1),
        (0xFF_FFFF, 1136, 0, 0, 1136), (UInt32(LinkLimits.objectSize) + 1, 1136, 0, 0, 1136), (8 << 20, 100, 0, 0, 100),
        (1 << 31, 1400, 0, 0, 1400), (.max, .max, .max, .max, 65_535), (8 << 20, 256, 0, 0, 256),
        // Wrong lengths: a data symbol, the last one, a parity symbol; a size that no datagram carries.
        (2000, 1136, 0, 0, 864), (2000, 1136, 0, 1, 1136), (2000, 1136, 0, 2, 864), (2000, 1136, 0, 255, 864),
        (60_000, 1500, 0, 0, 1500),
    ]

    @Test(arguments: nonsense)
    func declaredNonsenseIsRefused(length: UInt32, size: UInt16, block: UInt8, index: UInt8, bytes: Int) {
        var reassembler = Reassembler()
        let data = [UInt8](repeating: 0, count: bytes)[...]
        let fragment = Fragment(object: 1, length: length, size: size, block: block, index: index, data: data)
        // No layout, so there is nothing whose memory could be taken.
        #expect(fragment.consistentLayout == nil)
        expect(reassembler.handle(fragment, at: start), is: nil)
        #expect(reassembler.refused == 1)
        #expect(reassembler.unfinished == 0)
    }

    @Test func contradictingFragmentsAreRefused() {
        var reassembler = Reassembler()
        let bytes = [UInt8](repeating: 5, count: 3000)
        let pieces = fragments(of: bytes, number: 1)
        expect(reassembler.handle(pieces[0], at: start), is: nil)
        var others = fragments(of: [UInt8](repeating: 6, count: 3001), number: 1)
        others += fragments(of: bytes, number: 1, largestSymbol: 700)
        others += fragments(of: bytes, number: 1, isBackfill: true)
        for piece in others { expect(reassembler.handle(piece, at: start), is: nil) }
        #expect(reassembler.refused == UInt64(others.count))
        expect(reassembler.handle(pieces[1], at: start), is: nil)
        expect(reassembler.handle(pieces[2], at: start)?.bytes, is: bytes)
    }

    @Test func memoryOfFinishedObjectsIsLongButNotEndless() {
        var reassembler = Reassembler()
        for number in 0..<UInt32(20_000) { expect(reassembler.handle(one(number), at: start)?.bytes, is: [1]) }
        for number in stride(from: UInt32(0), to: 20_000, by: 7) {
            expect(reassembler.handle(one(number), at: start), is: nil)
        }
        // A number far ahead of all others would shut out the rest of the flight: it is not taken.
        expect(reassembler.handle(one(.max), at: start), is: nil)
        expect(reassembler.handle(one(20_000), at: start)?.bytes, is: [1])
    }

    @Test func largestObjectGoesTogetherInTimeThatGrowsWithItsSize() {
        var random = SplitMix(seed: 8)
        let bytes = random.bytes(LinkLimits.objectSize)
        var reassembler = Reassembler()
        var pieces = fragments(of: bytes, number: 1)
        let last = pieces.removeLast()
        for piece in pieces.shuffled(using: &random) where reassembler.handle(piece, at: start) != nil {
            Issue.record("complete too early")
        }
        expect(reassembler.handle(last, at: start)?.bytes == bytes, is: true)
    }

    @Test(arguments: [UInt64(21), 22])
    func hundredThousandHostileFragments(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var reassembler = Reassembler()
        let lengths = [1, 255, 256, 257, 1400, 3000, 9000, 40_000, LinkLimits.objectSize, Int(UInt32.max)]
        let sizes = [0, 1, 255, 256, 700, 1200, 1400, 1472, 1473, 65_535]
        for step in 0..<100_000 {
            let length = random.chance(0.9) ? lengths[random.below(7)] : lengths[random.below(10)]
            let size = sizes[random.below(10)]
            let count = random.chance(0.5) ? size : random.below(1500)
            let fragment = Fragment(
                object: UInt32(random.below(200)), length: UInt32(length), size: UInt16(size),
                block: UInt8(random.chance(0.9) ? 0 : random.below(256)), index: UInt8(random.below(256)),
                isBackfill: random.chance(0.1), data: [UInt8](repeating: UInt8(step & 255), count: count)[...])
            if let object = reassembler.handle(fragment, at: start.advanced(by: .milliseconds(step))) {
                #expect(object.bytes.count == length)
            }
            #expect(reassembler.unfinished <= Reassembler.objectsLimit)
        }
        #expect(reassembler.completed <= 200)
        #expect(reassembler.refused > 50_000)
    }
}
