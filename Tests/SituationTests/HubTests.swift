import FlightTypes
import TestSupport
import Testing

@testable import Situation

@Suite struct HubTests {
    private let alpha: DroneID
    private let bravo: DroneID
    private let hub = StreamHub()

    init() throws {
        alpha = try #require(DroneID("alpha"))
        bravo = try #require(DroneID("bravo"))
    }

    @Test func onlyTheNewestFrameOfEachStreamWaits() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        for sequence in UInt64(0)..<5 {
            hub.publish(.object(Arrivals.frame(alpha, sequence)))
            hub.publish(.object(Arrivals.frame(alpha, 100 + sequence, stream: StreamID(.visible, 1))))
            hub.publish(.object(Arrivals.frame(bravo, 200 + sequence)))
        }
        #expect(reader.statistics == HubReader.Statistics(queued: 3, queuedBytes: 30, dropped: 12))
        #expect(await reader.next()?.sequences == [4, 104, 204])
        #expect(reader.statistics == HubReader.Statistics(queued: 0, queuedBytes: 0, dropped: 12))
    }

    /// Evidence of a kind not known is for the record; no browser could show it.
    @Test func whatIsNotKnownWaitsForTheRecorderAlone() async throws {
        let bytes = [9, 1, 1, 0, 0, 0, 0, 9] + [UInt8](repeating: 0, count: 40)
        var object = Arrivals.telemetry(alpha, 0)
        object.object = try FlightObject(decoding: bytes)
        let browser = try #require(hub.subscribe(.newestFrame))
        let recorder = try #require(hub.subscribe(.refuseBeyond(bytes: 1000), interest: .everything))
        hub.publish(.object(object))
        #expect(browser.statistics.queued == 0 && recorder.statistics.queued == 1)
    }

    /// A newer frame goes to the end: what is given out is in the order of arrival.
    @Test func theOrderOfArrivalStays() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        hub.publish(.object(Arrivals.frame(alpha, 1)))
        hub.publish(.object(Arrivals.telemetry(alpha, 2)))
        hub.publish(.object(Arrivals.frame(alpha, 3)))
        #expect(await reader.next()?.sequences == [2, 3])
    }

    @Test func smallObjectsDropTheOldestAndNeverAFrame() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        hub.publish(.object(Arrivals.frame(alpha, 9_999)))
        let limit = UInt64(HubReader.smallObjectsLimit)
        for sequence in 0..<limit + 3 { hub.publish(.object(Arrivals.telemetry(alpha, sequence))) }
        #expect(reader.statistics.dropped == 3)
        #expect(reader.statistics.queued == HubReader.smallObjectsLimit + 1)
        let batch = try #require(await reader.next())
        #expect(batch.sequences == [9_999] + Array(3..<limit + 3))
    }

    /// 564 MiB once stayed with a station whose disk had been full for a minute.
    @Test(arguments: [(63, Int.max, 0), (64, .max, 1), (100, 7, 1), (100, 1, 1), (0, 1, 0)])
    func theEndOfAFloodIsTold(megabytes: Int, batch: Int, times: Int) async throws {
        let told = Counter()
        let subscribed = hub.subscribe(.refuseBeyond(bytes: 256 << 20), afterFlood: { told.add() })
        let reader = try #require(subscribed)
        for number in 0..<megabytes { hub.publish(.object(Arrivals.telemetry(alpha, UInt64(number), size: 1 << 20))) }
        while reader.statistics.queued > 0 { _ = await reader.next(atMost: batch) }
        // What was taken last is in the owner's hands until it asks again.
        #expect(told.count == 0)
        reader.finish()
        for _ in 0..<3 { _ = await reader.next() }
        #expect(told.count == times)
    }

    /// However many streams and drones there are, and however large what they send: what waits for one browser is bounded.
    @Test func whatWaitsForABrowserIsBoundedInBytes() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        let limit = HubReader.newestBytesLimit
        for number in UInt64(0)..<40 {
            hub.publish(
                .object(Arrivals.frame(alpha, number, stream: StreamID(.visible, UInt8(number % 10)), size: limit / 4)))
            hub.publish(.object(Arrivals.telemetry(bravo, number, size: limit / 8)))
            #expect(reader.statistics.queuedBytes <= limit)
        }
        #expect(await reader.next()?.sequences.suffix(2) == [39, 39])
        // The newest is never left out, even if it is larger than all that may wait.
        hub.publish(.object(Arrivals.telemetry(bravo, 1)))
        hub.publish(.object(Arrivals.frame(alpha, 100, size: limit + 1)))
        #expect(reader.statistics.queued == 1)
        #expect(await reader.next()?.sequences == [100])
    }

    /// Who takes one at a time leaves the rest to be replaced.
    @Test func oneAtATime() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        hub.publish(.object(Arrivals.frame(alpha, 1)))
        hub.publish(.object(Arrivals.frame(bravo, 2)))
        #expect(await reader.next(atMost: 1)?.sequences == [1])
        hub.publish(.object(Arrivals.frame(bravo, 3)))
        #expect(reader.statistics == HubReader.Statistics(queued: 1, queuedBytes: 10, dropped: 1))
        #expect(await reader.next(atMost: 1)?.sequences == [3])
        async let waiting = reader.next(atMost: 1)
        hub.publish(.object(Arrivals.frame(alpha, 4)))
        #expect(await waiting?.sequences == [4])
        #expect(reader.statistics.queuedBytes == 0)
    }

    @Test func evidenceRefusesTheNewBeyondItsBytes() async throws {
        let reader = try #require(hub.subscribe(.refuseBeyond(bytes: 100)))
        hub.publish(.object(Arrivals.frame(alpha, 1, size: 40)))
        hub.publish(.object(Arrivals.frame(alpha, 2, size: 61)))  // More than is free.
        hub.publish(.object(Arrivals.frame(bravo, 3, size: 45)))
        hub.publish(.object(Arrivals.frame(bravo, 4, size: 16)))  // One byte too many.
        #expect(reader.statistics == HubReader.Statistics(queued: 2, queuedBytes: 85, dropped: 2))
        #expect(await reader.next()?.sequences == [1, 3])
        hub.publish(.object(Arrivals.frame(alpha, 5, size: 100)))
        #expect(await reader.next()?.sequences == [5])
        hub.publish(.object(Arrivals.frame(alpha, 6, size: 101)))
        #expect(reader.statistics == HubReader.Statistics(queued: 0, queuedBytes: 0, dropped: 3))
    }

    /// One drone floods a disk that stands still: it holds three quarters, and each of its neighbours still finds room.
    @Test func floodOfOneDroneLeavesRoomForTheOthers() async throws {
        let reader = try #require(hub.subscribe(.refuseBeyond(bytes: 10_000)))
        for sequence in UInt64(0)..<2_000 { hub.publish(.object(Arrivals.frame(alpha, sequence, size: 10))) }
        let held = reader.statistics.queuedBytes
        #expect((7_400...7_600).contains(held))
        for sequence in UInt64(0)..<100 { hub.publish(.object(Arrivals.frame(bravo, sequence, size: 10))) }
        #expect(reader.statistics.queuedBytes == held + 1_000)
        for sequence in UInt64(0)..<100 { hub.publish(.object(Arrivals.frame(alpha, sequence, size: 10))) }
        #expect(reader.statistics.queuedBytes == held + 1_000)
        let batch = try #require(await reader.next())
        #expect(batch.count { $0.drone == bravo } == 100)
        // What was taken out is free again.
        hub.publish(.object(Arrivals.frame(alpha, 1, size: 10)))
        #expect(reader.statistics.queued == 1)
    }

    /// Nothing that evidence needs is dropped for a slow viewer, and the other way round.
    @Test func readersDoNotSlowEachOther() async throws {
        let viewer = try #require(hub.subscribe(.newestFrame))
        let recorder = try #require(hub.subscribe(.refuseBeyond(bytes: 1 << 20)))
        for sequence in UInt64(0)..<1_000 { hub.publish(.object(Arrivals.frame(alpha, sequence))) }
        #expect(await recorder.next()?.sequences == Array(0..<1_000))
        #expect(recorder.statistics.dropped == 0)
        #expect(await viewer.next()?.sequences == [999])
    }

    /// Whether the reader waits already or the object is there first, it gets it.
    @Test func aWaitingReaderIsWoken() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        for sequence in UInt64(0)..<200 {
            async let batch = reader.next()
            hub.publish(.object(Arrivals.frame(alpha, sequence)))
            #expect(await batch?.sequences == [sequence])
        }
        #expect(reader.statistics == HubReader.Statistics())
    }

    @Test func finishGivesOutWhatIsQueuedThenNil() async throws {
        let reader = try #require(hub.subscribe(.newestFrame))
        hub.publish(.object(Arrivals.frame(alpha, 1)))
        reader.finish()
        hub.publish(.object(Arrivals.frame(bravo, 2)))
        #expect(await reader.next()?.sequences == [1])
        #expect(await reader.next() == nil)
        #expect(await reader.next() == nil)
    }

    @Test func finishWakesAWaitingReader() async throws {
        for _ in 0..<100 {
            let reader = try #require(hub.subscribe(.newestFrame))
            async let batch = reader.next()
            hub.unsubscribe(reader)
            #expect(await batch == nil)
        }
    }

    @Test func cancellingEndsTheWait() async throws {
        for _ in 0..<100 {
            let reader = try #require(hub.subscribe(.newestFrame))
            let waiting = Task { await reader.next() == nil }
            waiting.cancel()
            #expect(await waiting.value)
            hub.unsubscribe(reader)
        }
    }

    @Test func readersLimit() throws {
        var readers: [HubReader] = []
        for _ in 0..<StreamHub.readersLimit { readers.append(try #require(hub.subscribe(.newestFrame))) }
        #expect(hub.subscribe(.newestFrame) == nil)
        hub.unsubscribe(readers[0])
        hub.unsubscribe(readers[0])
        #expect(hub.subscribe(.newestFrame) != nil)
        #expect(hub.subscribe(.newestFrame) == nil)
    }
}
