import FlightTypes
import Testing

@testable import LinkProtocol

/// A sender that is busy all the time, a bottleneck with an endless queue, and a feedback every 10 ms that comes a round trip
/// after what it speaks of.
private struct Line {
    private struct News {
        var arrival: MonotonicInstant
        var bytes: Int
        var queueing: Duration
        var path: Duration
    }
    var capacity: Double
    var path: Duration = .milliseconds(30)
    var loss = 0.0
    var isBusy = true
    var marks: UInt32 = 0
    var controller = RateController(limits: .init(most: 20_000_000))
    var delay = DelayTracker()
    private var queue = 0.0
    private var onTheWay = 0.0
    private var news: [News] = []
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000)

    init(capacity: Double) { self.capacity = capacity }

    /// Goes on for so long; returns the mean rate and the mean queueing.
    @discardableResult mutating func run(_ duration: Duration) -> (rate: Double, queueing: Double) {
        let steps = Int(duration.milliseconds / 10)
        var rates = 0.0
        var queueing = 0.0
        for _ in 0..<steps {
            now = now.advanced(by: .milliseconds(10))
            let room = Double(controller.window(delay: delay, datagram: 1000, at: now)) - onTheWay
            let sent =
                isBusy
                ? max(0, min(controller.pacingRate(idle: MonotonicInstant(nanoseconds: 0), at: now) * 0.01, room)) : 0
            queue += sent
            onTheWay += sent
            let served = min(queue, capacity * 0.01)
            queue -= served
            let wait = Duration.nanoseconds(Int64(queue / capacity * 1e9))
            news.append(News(arrival: now.advanced(by: path * 2), bytes: Int(served), queueing: wait, path: path))
            while let first = news.first, first.arrival <= now {
                news.removeFirst()
                onTheWay = max(0, onTheWay - Double(first.bytes))
                delay.note(
                    oneWay: first.path + first.queueing, roundTrip: first.path * 2 + first.queueing, at: now)
                controller.handle(
                    arrivedBytes: Int(Double(first.bytes) * (1 - loss)), marks: marks, delay: &delay, isBusy: isBusy,
                    at: now)
            }
            rates += controller.rate
            queueing += wait.milliseconds
        }
        return (rates / Double(steps), queueing / Double(steps))
    }
}

@Suite struct RateControllerTests {
    @Test func risesToTheLimitWhereNothingQueues() {
        var line = Line(capacity: 1e9)
        #expect(line.controller.rate == 250_000)
        line.run(.seconds(3))
        #expect(line.controller.rate == 20_000_000)
        #expect(line.controller.cuts == 0)
    }

    @Test func whatNobodyUsesProvesNothing() {
        var line = Line(capacity: 1e9)
        line.isBusy = false
        line.run(.seconds(20))
        #expect(line.controller.rate == 250_000)
    }

    @Test(arguments: [60_000.0, 400_000, 3_000_000])
    func staysAtTheBottleneck(capacity: Double) {
        var line = Line(capacity: capacity)
        line.run(.seconds(10))
        let (rate, queueing) = line.run(.seconds(20))
        #expect((0.7 * capacity...1.1 * capacity).contains(rate), "\(rate)")
        // The target, 12 ms and the time of four full datagrams (60 ms at most), and the 25 ms that the window has beyond it.
        let target = 12 + min(4 * 1500 / capacity * 1000, 60)
        #expect(queueing < target + 25, "\(queueing) ms")
    }

    @Test func aStandingQueueCuts() {
        var line = Line(capacity: 5_000_000)
        line.run(.seconds(10))
        let before = line.controller.rate
        line.capacity = 1_000_000
        line.run(.seconds(3))
        #expect(line.controller.rate < before / 2)
        #expect(line.run(.seconds(5)).rate < 1_100_000)
        // And back, quickly up to what it was.
        line.capacity = 5_000_000
        line.run(.seconds(15))
        #expect(line.controller.rate > 3_000_000)
    }

    @Test(arguments: [0.05, 0.2, 0.4])
    func lossAloneDoesNot(loss: Double) {
        var line = Line(capacity: 1e9)
        line.loss = loss
        line.run(.seconds(10))
        #expect(line.controller.cuts == 0)
        #expect(line.controller.rate == 20_000_000)
    }

    @Test func marksDo() {
        var line = Line(capacity: 1e9)
        line.run(.seconds(3))
        let before = line.controller.rate
        line.marks = 1
        line.run(.milliseconds(10))
        #expect(line.controller.cuts == 1)
        #expect(line.controller.rate <= before * 0.9)
        #expect(line.controller.rate >= before * 0.5)
        // The same count once more is no news.
        line.run(.seconds(5))
        #expect(line.controller.cuts == 1)
    }

    /// A route that is 100 ms longer looks like a queue that never drains: soon it is taken for what it is.
    @Test func aLongerRouteIsNoQueue() {
        var line = Line(capacity: 2_000_000)
        line.run(.seconds(10))
        line.path = .milliseconds(130)
        line.run(.seconds(4))
        #expect(line.delay.standing < .milliseconds(60))
        let (rate, _) = line.run(.seconds(20))
        #expect(rate > 1_200_000)
    }

    @Test func neverBelowTheLeast() {
        var controller = RateController(limits: .init(most: 20_000_000))
        var delay = DelayTracker()
        for step in 0..<2000 {
            // Whatever is sent, the delay grows.
            let now = MonotonicInstant(nanoseconds: Int64(step) * 10_000_000)
            delay.note(oneWay: .milliseconds(step * step), roundTrip: .milliseconds(60), at: now)
            controller.handle(arrivedBytes: 0, marks: 0, delay: &delay, isBusy: true, at: now)
            #expect((1_000...20_000_000).contains(controller.rate))
        }
        #expect(controller.rate == 1_000)
        // Two datagrams may always be on the way.
        #expect(controller.window(delay: delay, datagram: 500, at: MonotonicInstant(nanoseconds: .max)) >= 1000)
    }

    @Test func theWindowHoldsWhatThePathHolds() {
        var line = Line(capacity: 1e9)
        line.run(.seconds(3))
        // 60 ms of 20 MB/s, and a little queue.
        let window = line.controller.window(delay: line.delay, datagram: 1500, at: MonotonicInstant(nanoseconds: 0))
        #expect((1_200_000...2_400_000).contains(window))
        let small = RateController(limits: .init(most: 1000))
        #expect(small.window(delay: DelayTracker(), datagram: 1500, at: MonotonicInstant(nanoseconds: 0)) == 3000)
    }

    @Test func rungsDoNotFlicker() {
        var rung = LinkRung.full
        rung = rung.next(rate: 100_000, isVideoReduced: true)
        #expect(rung == .reducedVideo)
        rung = rung.next(rate: 49_000, isVideoReduced: true)
        #expect(rung == .thermalStills)
        #expect(rung.next(rate: 55_000, isVideoReduced: true) == .thermalStills)
        #expect(rung.next(rate: 61_000, isVideoReduced: false) == .full)
        rung = rung.next(rate: 5_900, isVideoReduced: true)
        #expect(rung == .detectionsOnly)
        #expect(rung.next(rate: 7_000, isVideoReduced: true) == .detectionsOnly)
        #expect(rung.next(rate: 7_300, isVideoReduced: true) == .thermalStills)
        #expect(LinkRung.full < .detectionsOnly)
    }
}
