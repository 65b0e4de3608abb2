import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

@Suite struct PartialObjectTests {
    /// From parity alone, from data alone, and from every mixture.
    @Test(arguments: [1, 2, 7, 64, 128])
    func anySymbolsWillDo(count: Int) throws {
        var random = SplitMix(seed: UInt64(count))
        let size = 256
        let bytes = random.bytes((count - 1) * size + 17)
        let pieces = fragments(of: bytes, number: 1, largestSymbol: size, parity: count)
        let layout = try #require(pieces.first?.consistentLayout)
        #expect(layout.symbols == count || count == 1)
        for parity in Set([0, 1, count / 2, count]) {
            var partial = PartialObject(layout, isBackfill: false, at: start)
            let chosen =
                pieces.prefix(count).shuffled(using: &random).prefix(count - parity)
                + pieces.suffix(count).shuffled(using: &random).prefix(parity)
            for (place, piece) in chosen.shuffled(using: &random).enumerated() {
                #expect(!partial.isWhole)
                expect(partial.take(piece, at: start), is: .useful)
                // The same once more helps nothing.
                expect(partial.take(piece, at: start), is: .useless)
                #expect(partial.isWhole == (place == count - 1))
            }
            #expect(partial.take() == bytes)
        }
    }

    @Test func memoryIsThatOfTheDataAndTimeIsThatOfTheNewest() throws {
        let bytes = [UInt8](repeating: 3, count: 10_000)
        let pieces = fragments(of: bytes, number: 1, largestSymbol: 1000, parity: 2)
        let layout = try #require(pieces.first?.consistentLayout)
        var partial = PartialObject(layout, isBackfill: true, at: start)
        #expect(partial.bytes == 10_000)
        let later = start.advanced(by: .seconds(1))
        _ = partial.take(pieces[0], at: later)
        #expect(partial.newest == later)
        // What helps nothing does not keep it alive.
        _ = partial.take(pieces[0], at: later.advanced(by: .seconds(1)))
        #expect(partial.newest == later)
    }
}
