import Foundation
import Testing

@testable import DroneAgent

@Suite struct BoundedQueueTests {
    @Test func theOldestGiveWay() {
        let queue = BoundedQueue<Int>(limit: 3, rule: .oldest)
        for number in 1...5 { queue.append(number) }
        #expect(queue.dropped == 2)
        #expect(queue.takeAll() == [3, 4, 5])
        queue.append(6)
        #expect(queue.takeAll() == [6])
        #expect(queue.dropped == 2)
    }

    @Test func theNewestAreRefused() {
        let queue = BoundedQueue<Int>(limit: 3, rule: .newest)
        for number in 1...5 { queue.append(number) }
        #expect(queue.dropped == 2)
        #expect(queue.takeAll() == [1, 2, 3])
    }

    @Test func theLimitCountsCosts() {
        let refusing = BoundedQueue<Int>(limit: 100, rule: .newest) { $0 }
        for size in [60, 41, 40, 1] { refusing.append(size) }
        #expect(refusing.dropped == 2)
        #expect(refusing.takeAll() == [60, 40])
        refusing.append(101)
        #expect(refusing.dropped == 3)
        refusing.append(100)
        #expect(refusing.takeAll() == [100])

        let dropping = BoundedQueue<Int>(limit: 100, rule: .oldest) { $0 }
        for size in [10, 20, 30, 60] { dropping.append(size) }
        #expect(dropping.takeAll() == [30, 60])
        #expect(dropping.dropped == 2)
        // One too large for the limit alone still passes: a queue that refused it would be stuck for good.
        for size in [10, 500] { dropping.append(size) }
        #expect(dropping.takeAll() == [500])
        #expect(dropping.dropped == 3)
    }

    @Test func closedGivesOutTheRestThenNil() {
        let queue = BoundedQueue<Int>(limit: 3, rule: .newest)
        queue.append(1)
        queue.close()
        queue.append(2)
        #expect(queue.takeAll() == [1])
        #expect(queue.takeAll() == nil)
        #expect(queue.dropped == 0)
    }

    /// Everything a slow thread appends comes to a waiting one, in order, and closing ends the wait.
    @Test func twoThreads() async {
        let queue = BoundedQueue<Int>(limit: 100_000, rule: .newest)
        let taken = await withCheckedContinuation { (continuation: CheckedContinuation<[Int], Never>) in
            Thread {
                var taken: [Int] = []
                while let batch = queue.takeAll() { taken += batch }
                continuation.resume(returning: taken)
            }.start()
            Thread {
                for number in 0..<50_000 { queue.append(number) }
                queue.close()
            }.start()
        }
        #expect(taken == Array(0..<50_000))
        #expect(queue.dropped == 0)
    }
}
