import TestSupport
import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
private let visible = StreamID(.visible)

private func id(_ sequence: UInt64, flight: UInt32 = 5, stream: StreamID = visible) -> ObjectID {
    ObjectID(flight: flight, stream: stream, sequence: sequence)
}

extension BackfillLedger {
    /// Everything that may be fetched at `now`, up to the limit of requests.
    fileprivate mutating func all(at now: MonotonicInstant) -> [ObjectID] {
        var found: [ObjectID] = []
        while let next = next(at: now, isLive: { _ in false }) { found.append(next) }
        return found
    }
    fileprivate mutating func receipt(_ range: ClosedRange<UInt64>, isReduced: Bool = false, flight: UInt32 = 5) {
        durable(
            ReceiptRange(
                flight: flight, stream: visible, isReduced: isReduced, first: range.lowerBound, last: range.upperBound))
    }
}

@Suite struct BackfillLedgerTests {
    /// Two objects a second, from `start` on.
    private static func flown(_ count: UInt64, policy: OriginalsPolicy = .detections) -> BackfillLedger {
        var ledger = BackfillLedger(policy: policy)
        for sequence in 0..<count {
            ledger.produced(id(sequence), at: start.advanced(by: .milliseconds(500 * Int(sequence))))
        }
        return ledger
    }

    @Test func liveHasThreeSecondsFirst() {
        var ledger = Self.flown(4)
        #expect(ledger.missing == 4)
        #expect(ledger.all(at: start.advanced(by: .milliseconds(2999))) == [])
        #expect(ledger.all(at: start.advanced(by: .milliseconds(3000))) == [id(0)])
        #expect(ledger.all(at: start.advanced(by: .milliseconds(3600))) == [id(1)])
        #expect(ledger.all(at: start.advanced(by: .milliseconds(4600))) == [id(2), id(3)])
    }

    @Test func whatIsDurableOrStillLiveIsNotFetched() {
        var ledger = Self.flown(6)
        ledger.receipt(1...3)
        #expect(ledger.isDurable(id(2)) && !ledger.isDurable(id(0)))
        #expect(ledger.missing == 3)
        let now = start.advanced(by: .seconds(10))
        expect(ledger.next(at: now, isLive: { $0 == id(0) }), is: id(4))
        #expect(ledger.all(at: now) == [id(0), id(5)])
        ledger.receipt(0...5)
        #expect(ledger.missing == 0)
        #expect(ledger.all(at: now.advanced(by: .seconds(60))) == [])
    }

    @Test func receiptsSaidAgainAndObjectsProducedAgainChangeNothing() {
        var ledger = Self.flown(6)
        for _ in 0..<5 {
            ledger.receipt(2...3)
            ledger.receipt(3...3)
            ledger.produced(id(1), at: start.advanced(by: .seconds(3)))
            #expect(ledger.missing == 4)
        }
        #expect(ledger.all(at: start.advanced(by: .seconds(10))) == [id(0), id(1), id(4), id(5)])
        // Of what was never heard of, nothing is believed.
        ledger.receipt(0...(.max), flight: 77)
        #expect(ledger.missing == 4)
    }

    /// A station that cannot read a newer drone's reports never acknowledges them; once it was asked for nothing else
    /// any more.
    @Test func aStreamWithoutReceiptsLeavesRoomForOthers() {
        var ledger = BackfillLedger(policy: .all)
        let reports = StreamID(.detections)
        for sequence in UInt64(0)..<100 {
            ledger.produced(id(sequence, stream: reports), at: start)
            ledger.produced(id(sequence), at: start)
        }
        var asked: [StreamID: Int] = [:]
        for second in 5..<605 {
            for found in ledger.all(at: start.advanced(by: .seconds(second))) {
                asked[found.stream, default: 0] += 1
                if found.stream == visible { ledger.receipt(found.sequence...found.sequence) }
            }
            if second == 60 { #expect(asked[visible] == 100) }
        }
        #expect(ledger.missing == 100 && asked[visible] == 100)
        // Sixteen at a time: twice, and then after pauses of 20, 40, 80, 160 and 320 s.
        #expect(asked[reports] == 6 * 16)
        // The first receipt ends the pause.
        let now = start.advanced(by: .seconds(620))
        #expect(ledger.all(at: now).isEmpty)
        ledger.durable(ReceiptRange(flight: 5, stream: reports, first: 0, last: 0))
        #expect(ledger.all(at: now).count == 16)
    }

    @Test func aRequestIsMadeAgainAfterTwentySeconds() {
        var ledger = Self.flown(1)
        let now = start.advanced(by: .seconds(5))
        #expect(ledger.all(at: now) == [id(0)])
        #expect(ledger.all(at: now.advanced(by: .seconds(19))) == [])
        #expect(ledger.all(at: now.advanced(by: .seconds(21))) == [id(0)])
    }

    @Test func requestsAreBounded() {
        var ledger = Self.flown(100)
        let now = start.advanced(by: .seconds(100))
        #expect(ledger.all(at: now) == (0..<16).map { id($0) })
        // A receipt makes room, and so does a record that does not have it.
        ledger.receipt(0...3)
        ledger.unavailable(id(4))
        #expect(ledger.all(at: now) == (16..<21).map { id($0) })
        #expect(ledger.missing == 95)
    }

    @Test func whatTheRecordDoesNotHaveIsNeverAskedForAgain() {
        var ledger = Self.flown(3)
        for sequence in 0..<UInt64(3) { ledger.unavailable(id(sequence)) }
        #expect(ledger.all(at: start.advanced(by: .seconds(1000))) == [])
        #expect(ledger.missing == 0)
    }

    @Test func earlierFlightsAndSmallStreamsFirst() {
        var ledger = Self.flown(2)
        ledger.produced(id(0, stream: StreamID(.telemetry)), at: start)
        ledger.holds(flight: 3, stream: visible, 7...8)
        ledger.holds(flight: 3, stream: visible, 2...2)
        #expect(ledger.missing == 6)
        // An earlier flight needs no grace.
        #expect(ledger.all(at: start) == [id(2, flight: 3), id(7, flight: 3), id(8, flight: 3)])
        let later = start.advanced(by: .seconds(9))
        #expect(ledger.all(at: later) == [id(0, stream: StreamID(.telemetry)), id(0), id(1)])
        // What was said earlier about it holds.
        ledger.receipt(2...8, flight: 3)
        #expect(ledger.missing == 3)
    }

    @Test(arguments: OriginalsPolicy.allCases)
    func originalsOfReducedCopies(policy: OriginalsPolicy) {
        var ledger = BackfillLedger(policy: policy)
        var now = start
        // Twenty seconds at two a second, a detection in the middle.
        for sequence in 0..<UInt64(40) {
            now = start.advanced(by: .milliseconds(500 * Int(sequence)))
            ledger.produced(id(sequence), at: now)
            ledger.receipt(sequence...sequence, isReduced: true)
            if sequence == 20 { ledger.wantContext(flight: 5, at: now) }
        }
        var fetched: [UInt64] = []
        now = now.advanced(by: .seconds(10))
        while let next = ledger.next(at: now, isLive: { _ in false }) {
            fetched.append(next.sequence)
            ledger.receipt(next.sequence...next.sequence)
        }
        switch policy {
        case .all: #expect(fetched == Array(0..<40))
        case .none: #expect(fetched == [])
        case .detections: #expect(fetched == Array(10...30))
        }
        #expect(ledger.missing == 0)
    }

    /// Looking for what is missing must not settle what a detection a moment later asks for.
    @Test func aDetectionReachesBackBehindWhatWasLookedThrough() {
        var ledger = BackfillLedger(policy: .detections)
        for sequence in 0..<UInt64(40) {
            let now = start.advanced(by: .milliseconds(500 * Int(sequence)))
            ledger.produced(id(sequence), at: now)
            // One is missing altogether: everything before it has been looked through.
            if sequence != 33 { ledger.receipt(sequence...sequence, isReduced: true) }
            _ = ledger.next(at: now, isLive: { _ in true })
        }
        ledger.wantContext(flight: 5, at: start.advanced(by: .milliseconds(500 * 39)))
        var fetched: [UInt64] = []
        while let next = ledger.next(at: start.advanced(by: .seconds(60)), isLive: { _ in false }) {
            fetched.append(next.sequence)
            ledger.receipt(next.sequence...next.sequence)
        }
        #expect(fetched == Array(29..<40))
    }

    @Test func streamsAreBounded() {
        var ledger = BackfillLedger()
        for flight in 0..<UInt32(300) { ledger.holds(flight: flight, stream: visible, 0...0) }
        #expect(ledger.untracked == 44)
        #expect(ledger.missing == 256)
    }

    /// Whatever receipts are lost or repeated: in the end everything was fetched that needed it, and nothing else.
    @Test(arguments: [UInt64(1), 2, 3])
    func everythingIsBroughtInTheEnd(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var ledger = BackfillLedger(policy: .all)
        var atStation: Set<UInt64> = []
        var told: Set<UInt64> = []
        var now = start
        for sequence in 0..<UInt64(200) {
            now = now.advanced(by: .milliseconds(100))
            ledger.produced(id(sequence), at: now)
            if random.chance(0.8) { atStation.insert(sequence) }
            for known in atStation where random.chance(0.02) {
                ledger.receipt(known...known)
                told.insert(known)
            }
            if let next = ledger.next(at: now, isLive: { _ in false }) {
                #expect(!told.contains(next.sequence))
                if random.chance(0.7) { atStation.insert(next.sequence) }
            }
        }
        for _ in 0..<4000 where ledger.missing > 0 {
            now = now.advanced(by: .milliseconds(100))
            guard let next = ledger.next(at: now, isLive: { _ in false }) else { continue }
            guard random.chance(0.8) else { continue }
            atStation.insert(next.sequence)
            ledger.receipt(next.sequence...next.sequence)
        }
        #expect(ledger.missing == 0)
        #expect(atStation.count == 200)
    }
}
