import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 5_000_000)

private func sequences(_ ranges: [ReceiptRange]) -> Set<ObjectID> {
    var all: Set<ObjectID> = []
    for range in ranges {
        for sequence in range.first...range.last {
            all.insert(ObjectID(flight: range.flight, stream: range.stream, sequence: sequence))
        }
    }
    return all
}

@Suite struct ReceiptBookTests {
    /// Nothing is ever claimed that is not durable, and everything is claimed in time as long as objects keep coming.
    @Test(arguments: [UInt64(1), 2, 3])
    func lostReceiptsAreHealedByTheNext(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var book = ReceiptBook()
        var durable: Set<ObjectID> = []
        var told: Set<ObjectID> = []
        var now = start
        let streams = [StreamID(.telemetry), StreamID(.thermal), StreamID(.visible, 1)]
        for sequence in 0..<UInt64(400) {
            for stream in streams {
                let id = ObjectID(flight: 7, stream: stream, sequence: sequence)
                durable.insert(id)
                book.note(id, isReduced: false, at: now)
            }
            now = now.advanced(by: .milliseconds(40))
            let ranges = book.ranges(at: now)
            #expect(sequences(ranges).isSubset(of: durable))
            // Four receipts of five are lost, but the last.
            if random.chance(0.2) || sequence == 399 { told.formUnion(sequences(ranges)) }
        }
        #expect(told == durable)
    }

    @Test func holesStayOpenAndTheNewestRangesAreTold() {
        var book = ReceiptBook()
        // Every second number: each is a range of its own, of which the newest few are told.
        let noted = stride(from: UInt64(0), through: 100, by: 2).map {
            ObjectID(flight: 1, stream: StreamID(.visible), sequence: $0)
        }
        for id in noted { book.note(id, isReduced: false, at: start) }
        let ranges = book.ranges(at: start)
        #expect(ranges.map(\.first) == [90, 92, 94, 96, 98, 100])
        #expect(ranges.allSatisfy { $0.first == $0.last })
        // The hole fills: one range tells of all that lies around it.
        for sequence in stride(from: UInt64(1), to: 100, by: 2) {
            book.note(ObjectID(flight: 1, stream: StreamID(.visible), sequence: sequence), isReduced: false, at: start)
        }
        #expect(book.ranges(at: start) == [ReceiptRange(flight: 1, stream: StreamID(.visible), first: 0, last: 100)])
    }

    @Test func reducedCopiesAndFlightsAreToldApart() {
        var book = ReceiptBook()
        let id = ObjectID(flight: 2, stream: StreamID(.visible), sequence: .max)
        let older = ObjectID(flight: 1, stream: StreamID(.visible), sequence: 0)
        book.note(id, isReduced: true, at: start)
        book.note(older, isReduced: false, at: start)
        #expect(
            book.ranges(at: start) == [
                ReceiptRange(flight: 1, stream: StreamID(.visible), first: 0, last: 0),
                ReceiptRange(flight: 2, stream: StreamID(.visible), isReduced: true, first: .max, last: .max),
            ])
    }

    @Test func changesAreRepeatedForTwoSecondsOnly() {
        var book = ReceiptBook()
        #expect(book.isEmpty)
        book.note(ObjectID(flight: 1, stream: StreamID(.status), sequence: 0), isReduced: false, at: start)
        #expect(book.hasNews(at: start.advanced(by: .seconds(2))))
        #expect(book.ranges(at: start.advanced(by: .seconds(2))).count == 1)
        #expect(!book.hasNews(at: start.advanced(by: .milliseconds(2001))))
        #expect(book.ranges(at: start.advanced(by: .milliseconds(2001))).isEmpty)
        #expect(!book.isEmpty)
    }

    @Test func streamsAreBounded() {
        var book = ReceiptBook()
        for number in 0..<UInt32(300) {
            let id = ObjectID(flight: number, stream: StreamID(.status), sequence: 0)
            book.note(id, isReduced: false, at: start.advanced(by: .microseconds(Int(number))))
        }
        let flights = book.ranges(at: start.advanced(by: .milliseconds(1))).map(\.flight)
        #expect(flights == Array(236..<300))
    }
}
