import FlightTypes
import LinkProtocol
import Testing

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

private func fragments(of bytes: [UInt8], number: UInt32, size: Int = LinkLimits.fragmentSize) -> [Fragment] {
    stride(from: 0, to: bytes.count, by: size).enumerated().map { place, first in
        Fragment(
            object: number, length: UInt32(bytes.count), size: UInt16(size), index: UInt16(place),
            data: bytes[first..<min(first + size, bytes.count)])
    }
}

@Suite struct ReassemblerTests {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func anyOrderAndDuplicates(seed: UInt64) {
        var random = SeededRandom(seed)
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
                if let object = reassembler.handle(piece, at: start) { delivered[object, default: 0] += 1 }
            }
        }
        #expect(delivered.count == sent.count)
        for object in sent { #expect(delivered[object] == 1) }
        #expect(reassembler.completed == UInt64(sent.count))
        #expect(reassembler.unfinished == 0)
        #expect(reassembler.abandoned == 0)
    }

    @Test(arguments: [UInt64(5), 6, 7])
    func lossDeliversTheCompleteOnesOnly(seed: UInt64) {
        var random = SeededRandom(seed)
        var reassembler = Reassembler()
        var now = start
        var complete: Set<UInt32> = []
        var delivered: Set<UInt32> = []
        for number in 0..<UInt32(200) {
            var bytes = random.bytes(4 + random.below(8_000))
            for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: number >> UInt32(8 * place)) }
            let all = fragments(of: bytes, number: number)
            let arriving = all.filter { _ in !random.chance(0.1) }
            if arriving.count == all.count { complete.insert(number) }
            for piece in arriving.shuffled(using: &random) {
                guard let object = reassembler.handle(piece, at: now) else { continue }
                #expect(object == bytes)
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

    @Test func abandonedIsNotRevived() {
        var reassembler = Reassembler()
        let pieces = fragments(of: [UInt8](repeating: 1, count: 3000), number: 9)
        expect(reassembler.handle(pieces[0], at: start), is: nil)
        reassembler.expire(at: start.advanced(by: .seconds(6)))
        #expect(reassembler.abandoned == 1)
        for piece in pieces { expect(reassembler.handle(piece, at: start), is: nil) }
        #expect(reassembler.unfinished == 0)
        #expect(reassembler.refused == UInt64(pieces.count))
    }

    @Test func unfinishedObjectsAreBounded() {
        var reassembler = Reassembler()
        var now = start
        for number in 0..<UInt32(10_000) {
            now = now.advanced(by: .microseconds(10))
            let piece = Fragment(
                object: number, length: UInt32(LinkLimits.objectSize), size: 1000, index: 0,
                data: [UInt8](repeating: 0, count: 1000)[...])
            expect(reassembler.handle(piece, at: now), is: nil)
            #expect(reassembler.unfinished <= Reassembler.objectsLimit)
        }
        #expect(reassembler.abandoned == UInt64(10_000 - Reassembler.objectsLimit))
    }

    @Test func bytesAreBounded() {
        var reassembler = Reassembler()
        let size = 60_000
        let data = [UInt8](repeating: 0, count: size)[...]
        let perObject = LinkLimits.objectSize / size  // one short of complete
        var held = 0
        for number in 0..<UInt32(6) {
            for index in 0..<UInt16(perObject) {
                let piece = Fragment(
                    object: number, length: UInt32(LinkLimits.objectSize), size: UInt16(size), index: index, data: data)
                expect(reassembler.handle(piece, at: start.advanced(by: .milliseconds(Int(number)))), is: nil)
                held = max(held, reassembler.unfinished)
            }
        }
        #expect(held * perObject * size <= Reassembler.bytesLimit + LinkLimits.objectSize)
        #expect(reassembler.abandoned > 0)
    }

    static let nonsense: [(length: UInt32, size: UInt16, index: UInt16, bytes: Int)] = [
        (0, 1136, 0, 0), (1, 0, 0, 1), (10, 1136, 1, 10), (10, 1136, 0, 9), (10, 1136, 0, 11), (300, 255, 0, 255),
        (1000, 1, 0, 1), (0xFF_FFFF, 1136, 0, 1136), (UInt32(LinkLimits.objectSize) + 1, 1136, 0, 1136),
        (8 << 20, 100, 0, 100),
        (2000, 1136, 1, 1136), (2000, 1136, 0xFFFF, 864), (.max, .max, .max, 65_535), (10, 1136, 0, 0),
    ]

    @Test(arguments: nonsense)
    func declaredNonsenseIsRefused(length: UInt32, size: UInt16, index: UInt16, bytes: Int) {
        var reassembler = Reassembler()
        let data = [UInt8](repeating: 0, count: bytes)[...]
        expect(
            reassembler.handle(Fragment(object: 1, length: length, size: size, index: index, data: data), at: start),
            is: nil)
        #expect(reassembler.refused == 1)
        #expect(reassembler.unfinished == 0)
    }

    @Test func contradictingFragmentsAreRefused() {
        var reassembler = Reassembler()
        let bytes = [UInt8](repeating: 5, count: 3000)
        let pieces = fragments(of: bytes, number: 1)
        expect(reassembler.handle(pieces[0], at: start), is: nil)
        let other = fragments(of: [UInt8](repeating: 6, count: 3001), number: 1)
        for piece in other { expect(reassembler.handle(piece, at: start), is: nil) }
        #expect(reassembler.refused == UInt64(other.count))
        expect(reassembler.handle(pieces[1], at: start), is: nil)
        expect(reassembler.handle(pieces[2], at: start), is: bytes)
    }

    @Test func memoryOfFinishedObjectsIsLongButNotEndless() {
        var reassembler = Reassembler()
        for number in 0..<UInt32(20_000) {
            let piece = Fragment(object: number, length: 1, size: 1136, index: 0, data: [1])
            expect(reassembler.handle(piece, at: start), is: [1])
        }
        for number in stride(from: UInt32(0), to: 20_000, by: 7) {
            expect(
                reassembler.handle(Fragment(object: number, length: 1, size: 1136, index: 0, data: [1]), at: start),
                is: nil)
        }
        let last = Fragment(object: .max, length: 1, size: 1136, index: 0, data: [1])
        expect(reassembler.handle(last, at: start), is: [1])
        expect(reassembler.handle(last, at: start), is: nil)
    }

    @Test func largestObjectGoesTogetherInTimeThatGrowsWithItsSize() {
        var random = SeededRandom(8)
        let bytes = random.bytes(LinkLimits.objectSize)
        var reassembler = Reassembler()
        var pieces = fragments(of: bytes, number: 1)
        let last = pieces.removeLast()
        for piece in pieces.shuffled(using: &random) where reassembler.handle(piece, at: start) != nil {
            Issue.record("complete too early")
        }
        expect(reassembler.handle(last, at: start), is: bytes)
    }
}
