import DurableFiles
import FlightTypes
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LinkTransport

private final class HandClock: Clocks {
    private let time = Mutex<Int64>(1_000_000_000)
    func monotonicNow() -> MonotonicInstant { MonotonicInstant(nanoseconds: time.withLock { $0 }) }
    func wallNow() -> WallTime { WallTime(nanoseconds: time.withLock { $0 }) }
    func pass(milliseconds: Int64) { time.withLock { $0 += milliseconds * 1_000_000 } }
}

@Suite struct FreshnessStoreTests {
    private let clock = HandClock()
    private let adler: DroneID
    private let falke: DroneID

    init() throws {
        adler = try #require(DroneID("adler-1"))
        falke = try #require(DroneID("falke-2"))
    }

    private func store(_ path: String, dronesHaveFlown: Bool = true) -> FreshnessStore {
        FreshnessStore(
            path: path, dronesHaveFlown: dronesHaveFlown, clocks: clock, logger: Logger(label: "test"))
    }

    @Test func whatIsNotedIsThereAfterARestart() throws {
        let folder = try TemporaryFolder()
        let first = store(folder.file("freshness"), dronesHaveFlown: false)
        #expect(first.loaded.isEmpty)
        first.start()
        for counter in UInt64(1)...100 { first.note(adler, counter) }
        first.note(falke, 7)
        // A lower one, of an older session, takes nothing back.
        first.note(falke, 6)
        first.stop()
        #expect(store(folder.file("freshness")).loaded == [adler: 100, falke: 7])
        #expect(first.state == .working)
    }

    /// While the disk hangs `note` returns, and what was not kept is told after three seconds. The time passes, and the state is
    /// asked, inside the write: whoever held a lock across it would block for ever.
    @Test func aDiskThatHangsKeepsNobodyWaiting() {
        let box = Mutex<FreshnessStore?>(nil)
        let states = Mutex<[String]>([])
        let written = Mutex<[[DroneID: UInt64]]>([])
        let disk = FreshnessStore.Disk(
            load: { [:] }, salvage: { [:] }, setAside: { nil },
            store: { [clock, falke] counters in
                let store = box.withLock { $0 }
                store?.note(falke, 1)
                clock.pass(milliseconds: 2_900)
                states.withLock { $0.append("\(store?.state.isRecording ?? false)") }
                clock.pass(milliseconds: 200)
                states.withLock { $0.append("\(store?.state.isRecording ?? true)") }
                store?.look()
                written.withLock { $0.append(counters) }
            })
        let store = FreshnessStore(path: "/data/freshness", disk: disk, clocks: clock, logger: Logger(label: "test"))
        box.withLock { $0 = store }
        store.note(adler, 1)
        expect(store.step(), is: true)
        #expect(states.withLock { $0 } == ["true", "false"])
        // What was noted meanwhile follows with the next write.
        expect(store.step(), is: true)
        #expect(written.withLock { $0 } == [[adler: 1], [adler: 1, falke: 1]])
        #expect(store.state == .working)
        box.withLock { $0 = nil }
    }

    @Test func aFullDiskIsToldAndTriedAgain() {
        let isFull = Mutex(true)
        let written = Mutex<[DroneID: UInt64]>([:])
        let disk = FreshnessStore.Disk(
            load: { [:] }, salvage: { [:] }, setAside: { nil },
            store: { counters in
                if isFull.withLock({ $0 }) { throw DurableFile.Failure(description: "no room") }
                written.withLock { $0 = counters }
            })
        let store = FreshnessStore(path: "/data/freshness", disk: disk, clocks: clock, logger: Logger(label: "test"))
        for counter in UInt64(1)...5 {
            store.note(adler, counter)
            expect(store.step(), is: false)
            clock.pass(milliseconds: 1_000)
        }
        guard case .failing(let reason, _) = store.state else {
            Issue.record("\(store.state)")
            return
        }
        #expect(reason == "no room")
        isFull.withLock { $0 = false }
        expect(store.step(), is: true)
        #expect(store.state == .working)
        #expect(written.withLock { $0 } == [adler: 5])
    }

    /// The station starts with a file that it cannot understand; the file is kept, and what can be read of it counts.
    @Test(arguments: ["", "\u{0}\u{0}\u{0}", "adler-1 7\nfalke-2 x\n", "rubbish"])
    func whatCannotBeUnderstoodIsSetAside(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "freshness")
        let first = store(path)
        #expect(first.loaded == (text.hasPrefix("adler-1 7") ? [adler: 7] : [:]))
        // Nothing is written before there is something to write.
        #expect(try folder.read("freshness") == text)
        first.note(adler, 9)
        expect(first.step(), is: true)
        #expect(try folder.read("freshness.unreadable") == text)
        #expect(store(path).loaded == [adler: 9])
    }

    @Test func whatCannotBeSetAsideIsNotWrittenOver() {
        let written = Mutex(0)
        let disk = FreshnessStore.Disk(
            load: { throw DurableFile.Failure(description: "rubbish") }, salvage: { [:] }, setAside: { nil },
            store: { _ in written.withLock { $0 += 1 } })
        let store = FreshnessStore(path: "/data/freshness", disk: disk, clocks: clock, logger: Logger(label: "test"))
        store.note(adler, 1)
        expect(store.step(), is: false)
        #expect(written.withLock { $0 } == 0)
        #expect(store.state != .working)
    }

    /// A file that cannot even be opened, in a folder that cannot be made: it starts.
    @Test func aFolderThatIsNotThereIsTold() throws {
        let folder = try TemporaryFolder()
        let store = store(folder.file("none/freshness"))
        store.start()
        store.note(adler, 1)
        store.stop(patience: 0.2)
        #expect(store.loaded == [adler: 1])
    }

    private func expect<Value: Equatable>(_ value: Value, is expected: Value) { #expect(value == expected) }
}
