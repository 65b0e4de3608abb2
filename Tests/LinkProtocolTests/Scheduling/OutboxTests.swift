import FlightTypes
import Testing

@testable import LinkProtocol

private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

private func path(loss: Double = 0, rate: Double = 10_000_000, isBursty: Bool = false, isFull: Bool = false)
    -> Outbox.Path
{
    Outbox.Path(
        roundTrip: .milliseconds(60), oneWay: .milliseconds(30), loss: loss, isBursty: isBursty, isFull: isFull,
        rate: rate)
}

extension Outbox {
    /// Everything of a class that may leave now.
    fileprivate mutating func all(_ objectClass: ObjectClass, _ path: Path = path(), at now: MonotonicInstant)
        -> [Fragment]
    {
        var fragments: [Fragment] = []
        while let (fragment, _) = nextFragment(of: objectClass, largestSymbol: 1000, path: path, at: now) {
            fragments.append(fragment)
        }
        return fragments
    }
    fileprivate mutating func append(
        _ size: Int, _ objectClass: ObjectClass, id: ObjectID? = nil, at now: MonotonicInstant
    ) {
        append(
            EncodedObject(head: [UInt8](repeating: UInt8(size & 255), count: size)), class: objectClass, id: id, at: now
        )
    }
}

@Suite struct OutboxTests {
    @Test func withoutLossEachSymbolLeavesOnce() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(10_000, .visible, at: start)
        #expect(outbox.hasLiveToSend && outbox.liveCount == 1 && outbox.queuedBytes() == 10_000)
        let fragments = outbox.all(.visible, at: start)
        #expect(fragments.map(\.index) == Array(0..<10))
        #expect(!outbox.hasToSend(.visible))
        for fragment in fragments {
            _ = outbox.arrived(object: fragment.object, block: 0, index: Int(fragment.index))
        }
        #expect(outbox.counters.whole == 1)
        #expect(outbox.liveCount == 0)
        #expect(outbox.counters.fragments == 10 && outbox.counters.repairs == 0)
    }

    @Test func whatIsLostIsReplacedByParity() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(10_000, .thermal, at: start)
        let first = outbox.all(.thermal, at: start)
        expect(outbox.lost(object: 0, block: 0), is: true)
        expect(outbox.lost(object: 0, block: 0), is: true)
        let now = start.advanced(by: .milliseconds(70))
        outbox.replan([0], path: path(), at: now)
        let repair = outbox.all(.thermal, at: now)
        // Fresh symbols, never the same again, and at least as many as were lost.
        #expect(repair.map(\.index) == Array(10..<10 + UInt8(repair.count)))
        #expect((2...5).contains(repair.count))
        #expect(outbox.counters.repairs == UInt64(repair.count))
        // Eight of the first ten and two of these are enough, in whatever order it becomes known.
        for fragment in first.dropFirst(2) + repair.prefix(2) {
            #expect(outbox.counters.whole == 0)
            expect(outbox.arrived(object: 0, block: 0, index: Int(fragment.index)), is: true)
        }
        #expect(outbox.counters.whole == 1)
        expect(outbox.arrived(object: 0, block: 0, index: 0), is: false)
        expect(outbox.lost(object: 0, block: 0), is: false)
    }

    @Test func aLossyPathGetsRepairBeforehandOnlyWhereThereIsNoTimeForIt() {
        // Visible frames have 200 ms: two more rounds.
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(10_000, .visible, at: start)
        let early = outbox.all(.visible, path(loss: 0.1), at: start).count
        var hasty = LinkDeadlines()
        hasty.visible = .milliseconds(60)
        outbox = Outbox(deadlines: hasty)
        outbox.append(10_000, .visible, at: start)
        let late = outbox.all(.visible, path(loss: 0.1), at: start).count
        var plan = RepairPlan()
        #expect(late == plan.symbols(missing: 10, roundsLeft: 0, loss: 0.1))
        #expect((10..<late).contains(early))
    }

    @Test func deadlinesEndAnObject() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(3_000, .visible, at: start)
        #expect(outbox.all(.visible, at: start).count == 3)
        let deadline = start.advanced(by: LinkDeadlines().visible)
        outbox.runDeadlines(path: path(), at: deadline.advanced(by: .nanoseconds(-1)))
        #expect(outbox.counters.late == 0)
        outbox.runDeadlines(path: path(), at: deadline)
        #expect(outbox.counters.late == 1)
        #expect(outbox.liveCount == 0)
        #expect(outbox.nextDeadline(path: path()) == nil)
        // News of it comes too late.
        expect(outbox.arrived(object: 0, block: 0, index: 0), is: false)
    }

    @Test func theLastCallSendsWhatMayStillBeInTime() throws {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(3_000, .visible, at: start)
        // What is late may stand in a queue: it is not sent again.
        let path = path(loss: 0.1, isFull: true)
        let first = outbox.all(.visible, path, at: start).count
        let call = try #require(outbox.nextDeadline(path: path))
        #expect(call < start.advanced(by: .milliseconds(170)))
        #expect(call > start.advanced(by: .milliseconds(150)))
        outbox.runDeadlines(path: path, at: call)
        var plan = RepairPlan()
        let wanted = plan.symbols(missing: 3, roundsLeft: 0, loss: 0.1)
        var more = 0
        var now = call
        // Spread over the time that is left, so that one burst of losses does not take all.
        while now < start.advanced(by: .milliseconds(200)) {
            more += outbox.all(.visible, path, at: now).count
            now = now.advanced(by: .milliseconds(1))
        }
        #expect(first + more == wanted)
        #expect(more > 0)
    }

    /// A fade may have taken all of it, whatever the losses were like before; a queue may hold it, and then more would make it longer.
    @Test(arguments: [true, false])
    func whatWasNotHeardOfLeavesOnceMoreUnlessItMayStandInAQueue(isFull: Bool) {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(40_000, .visible, at: start)
        #expect(outbox.all(.visible, at: start).count == 40)
        let late = start.advanced(by: .milliseconds(165))
        outbox.runDeadlines(path: path(isFull: isFull), at: late)
        #expect(outbox.all(.visible, path(isFull: isFull), at: late).count == (isFull ? 0 : 40))
    }

    /// The longer a whole frame's repair takes, the likelier a fade takes part of it; a few symbols are safer apart.
    @Test(arguments: [10, 60])
    func fewSymbolsOfTheLastRoundAreSpreadAndManyAreNot(lost: Int) {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(80_000, .visible, at: start)
        let bursty = path(loss: 0.1, isBursty: true)
        for fragment in outbox.all(.visible, at: start) {
            if fragment.index < lost {
                _ = outbox.lost(object: 0, block: 0)
            } else {
                _ = outbox.arrived(object: 0, block: 0, index: Int(fragment.index))
            }
        }
        let now = start.advanced(by: .milliseconds(130))
        outbox.replan([0], path: bursty, at: now)
        let atOnce = outbox.all(.visible, bursty, at: now).count
        #expect(lost == 10 ? atOnce == 1 : atOnce >= lost)
    }

    @Test func urgentObjectsLeaveInSeveralCopies() throws {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(127, .telemetry, at: start)
        #expect(outbox.all(.telemetry, at: start).count == 1)
        outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(127, .telemetry, at: start)
        var times: [Duration] = []
        var now = start
        for _ in 0..<40 {
            times += outbox.all(.telemetry, path(loss: 0.1), at: now).map { _ in now.since(start) }
            now = now.advanced(by: .milliseconds(1))
        }
        // Four at 10 % loss, some milliseconds apart, the first at once.
        #expect(times.count == 4)
        #expect(times.first == .zero)
        #expect(Set(times).count == 4)
        #expect(try #require(times.last) <= .milliseconds(12))
    }

    @Test func theEarliestDeadlineFirst() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(3_000, .visible, at: start)
        _ = outbox.all(.visible, at: start)
        let now = start.advanced(by: .milliseconds(70))
        outbox.append(3_000, .visible, at: now)
        _ = outbox.nextFragment(of: .visible, largestSymbol: 1000, path: path(), at: now)
        // A loss of the old one becomes known while the new one is leaving.
        _ = outbox.lost(object: 0, block: 0)
        outbox.replan([0], path: path(), at: now)
        let objects = outbox.all(.visible, at: now).map(\.object)
        #expect(objects.first == 0)
        #expect(objects == objects.sorted())
        #expect(objects.filter { $0 == 1 }.count == 2)
    }

    @Test func whatCannotBeInTimeDoesNotBegin() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        let slow = path(rate: 100_000)
        outbox.append(5_000, .visible, at: start)
        outbox.append(100_000, .visible, at: start)
        outbox.append(5_000, .visible, at: start)
        let sent = outbox.all(.visible, slow, at: start)
        #expect(Set(sent.map(\.length)) == [5_000])
        #expect(outbox.counters.dropped == 1)
        // With nothing else on its way even that one leaves.
        outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(100_000, .visible, at: start)
        #expect(outbox.all(.visible, slow, at: start).count > 0)
    }

    @Test(arguments: ObjectClass.allCases)
    func queuesAreBounded(objectClass: ObjectClass) {
        var outbox = Outbox(deadlines: LinkDeadlines())
        for number in 0..<UInt64(300) {
            let id = ObjectID(flight: 1, stream: StreamID(.visible), sequence: number)
            outbox.append(100 + Int(number), objectClass, id: id, at: start)
            #expect(outbox.overfull == nil)
        }
        // The oldest went; the newest are there.
        #expect(outbox.count(of: objectClass) == objectClass.waitingLimit)
        #expect(outbox.counters.dropped == UInt64(300 - objectClass.waitingLimit))
        #expect(outbox.contains(ObjectID(flight: 1, stream: StreamID(.visible), sequence: 299)))
        #expect(!outbox.contains(ObjectID(flight: 1, stream: StreamID(.visible), sequence: 0)))
        #expect(outbox.liveCount == (objectClass == .backfill ? 0 : objectClass.waitingLimit))
    }

    @Test func objectsBeingSentAreBounded() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        for _ in 0..<1000 {
            outbox.append(500, .detections, at: start)
            _ = outbox.nextFragment(of: .detections, largestSymbol: 1000, path: path(), at: start)
            #expect(outbox.overfull == nil)
        }
        #expect(outbox.begun.count == 96)
        // Once the station has some of them, the next begin.
        outbox.whole(3)
        outbox.whole(4)
        outbox.whole(100_000)
        #expect(outbox.counters.whole == 2)
        #expect(outbox.all(.detections, at: start).count == 2)
    }

    @Test func emptyAndGiantObjectsAreRefused() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(0, .visible, at: start)
        outbox.append(LinkLimits.objectSize + 1, .visible, at: start)
        #expect(outbox.counters.dropped == 2 && outbox.counters.accepted == 0 && outbox.liveCount == 0)
    }

    /// When all 256 symbols of a block are used up, data symbols go round again.
    @Test func aBlockNeverRunsOutOfSymbols() {
        var outbox = Outbox(deadlines: LinkDeadlines())
        outbox.append(2_000, .backfill, at: start)
        var now = start
        var indices: [UInt8] = []
        for _ in 0..<400 {
            for fragment in outbox.all(.backfill, at: now) {
                indices.append(fragment.index)
                _ = outbox.lost(object: 0, block: 0)
            }
            outbox.replan([0], path: path(), at: now)
            now = now.advanced(by: .milliseconds(100))
        }
        #expect(indices.prefix(256).map(Int.init) == Array(0..<256))
        #expect(indices.count > 300)
        #expect(Set(indices.dropFirst(256)).isSubset(of: [0, 1]))
    }
}
