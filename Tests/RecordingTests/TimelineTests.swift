import TestSupport
import FlightTypes
import Testing

@testable import Recording

@Suite struct TimelineTests {
    private static let second: Int64 = 1_000_000_000

    /// Objects at positions of their own on two clocks, as `ClockRuns` asks for them.
    private struct Objects {
        var points: [ClockPoint] = []
        func runs() throws -> (runs: [ClockRun], looks: Int) {
            var finder = ClockRuns { position in
                let index = points.partitioningIndex { $0.position >= position }
                return index < points.count ? points[index] : nil
            }
            let before = finder.looks
            let runs = try finder.find(try #require(points.first), try #require(points.last))
            return (runs, before - finder.looks)
        }
    }

    /// A machine that records an object now and then, is restarted and has its clock set; what it recorded, and how long it took.
    private struct Machine {
        var random: SplitMix
        var objects = Objects()
        var boots = [Timeline.Boot(after: .min, name: "0")]
        private var position: Int64 = 0
        private var monotonic: Int64 = 0
        private var offset: Int64 = 1_700_000_000 * second

        init(seed: UInt64) { random = SplitMix(seed: seed) }

        mutating func record() {
            position += Int64.random(in: 1...5, using: &random)
            objects.points.append(ClockPoint(position: position, monotonic: monotonic, wall: monotonic.adding(offset)))
        }
        mutating func run(for duration: Int64) {
            monotonic += duration
        }
        mutating func setClock(by amount: Int64) { offset += amount }
        mutating func restart(away: Int64) {
            offset += monotonic + away
            monotonic = Int64.random(in: 0...100, using: &random) * second
            offset -= monotonic
            boots.append(Timeline.Boot(after: position, name: "\(boots.count)"))
        }
    }

    /// Whatever happens to the clocks, it lasts as long as it really did, each object lies where it was, and the right time of day is
    /// that of the clock as it was last.
    @Test(arguments: Array(UInt64(1)...60)) func lastsAsLongAsItDid(seed: UInt64) throws {
        var machine = Machine(seed: seed)
        machine.record()
        var moments: [Int64] = [0]
        var now: Int64 = 0
        func move(_ duration: Int64) { now += duration }
        for _ in 0..<Int.random(in: 1...3_000, using: &machine.random) {
            switch UInt16.random(in: 0..<1_000, using: &machine.random) {
            case 0:
                machine.setClock(by: Int64.random(in: -40_000_000...40_000_000, using: &machine.random) * Self.second)
            case 1: machine.setClock(by: Int64.random(in: 2...30, using: &machine.random) * Self.second)
            case 2:
                let away = Int64.random(in: 1...3_600, using: &machine.random) * Self.second
                machine.restart(away: away)
                move(away)
            default: break
            }
            let step = Int64.random(in: 0...400_000_000, using: &machine.random)
            machine.run(for: step)
            move(step)
            machine.record()
            moments.append(now)
        }
        let runs = try machine.objects.runs().runs
        let timeline = Timeline(runs, boots: machine.boots)
        // Where a restart and a step of the clock come together, nobody knows the pause; it is bounded all the same.
        let isKnown = timeline.remarks.isEmpty || machine.boots.count == 1
        if isKnown { #expect(timeline.duration == now) }
        var last: Int64 = -1
        for (point, moment) in zip(machine.objects.points, moments) {
            let time = timeline.time(position: point.position, monotonic: point.monotonic)
            #expect(time >= last)
            if isKnown { #expect(time == moment) }
            last = time
        }
        #expect(last == timeline.duration)
        let end = try #require(machine.objects.points.last)
        #expect(timeline.wall(at: timeline.duration).nanoseconds == end.wall)
    }

    /// The two cases, and those beside them.
    @Test(
        arguments: [
            365 * 86_400, -3_600, 3_600, -1, 1, 56 * 365 * 86_400, -56 * 365 * 86_400,
        ] as [Int64]) func oneStep(seconds: Int64) throws
    {
        var objects = Objects()
        for number in Int64(0)...80 {
            let monotonic = 50 * Self.second + number * 125_000_000
            let step = number > 40 ? seconds * Self.second : 0
            objects.points.append(
                ClockPoint(
                    position: number + 1, monotonic: monotonic, wall: 1_700_000_000 * Self.second + step + monotonic))
        }
        for boots in [[], [Timeline.Boot(after: .min, name: "a")]] {
            let timeline = Timeline(try objects.runs().runs, boots: boots)
            #expect(timeline.duration == 10 * Self.second)
            #expect(timeline.remarks.count == 1)
            #expect("\(timeline.remarks[0])".contains(seconds < 0 ? "back" : "forward"))
            // Counted back from the clock as it was last.
            #expect(timeline.wall(at: 0).nanoseconds == (1_700_000_050 + seconds) * Self.second)
        }
    }

    /// A machine without a battery starts at the same time each day: nothing but its own word tells two runs of it apart.
    @Test func twoRunsThatLookLikeOne() throws {
        var objects = Objects()
        for number in Int64(0)..<40 {
            let monotonic = (number < 20 ? 10 + number : 40 + number) * Self.second
            objects.points.append(ClockPoint(position: number + 1, monotonic: monotonic, wall: monotonic))
        }
        let boots = [Timeline.Boot(after: .min, name: "a"), Timeline.Boot(after: 20, name: "b")]
        let first = ClockRun(first: objects.points[0], last: objects.points[19])
        let second = ClockRun(first: objects.points[20], last: objects.points[39])
        #expect(Timeline([first, second], boots: boots).segments.count == 2)
        #expect(try objects.runs().runs.count == 1)
    }

    /// A pause that cannot be: shortened, and said.
    @Test(arguments: [-1, 3_601, 1_000_000_000] as [Int64]) func pausesNobodyBelieves(away: Int64) throws {
        var objects = Objects()
        for (number, monotonic) in zip(Int64(0)..., [100, 101, 5, 6] as [Int64]) {
            let wall = (number < 2 ? monotonic : monotonic + 96 + away) * Self.second
            objects.points.append(ClockPoint(position: number, monotonic: monotonic * Self.second, wall: wall))
        }
        let timeline = Timeline(try objects.runs().runs, boots: [])
        #expect(timeline.duration == 2 * Self.second + Timeline.assumedPause)
        #expect("\(timeline.remarks)".contains("not known"))
    }

    /// Looking costs little, however large the file; a slewed clock is no set one.
    @Test func looksAreFew() throws {
        var objects = Objects()
        for number in Int64(0)..<1_000_000 {
            let monotonic = number * 33_000_000
            let slewed = monotonic + monotonic / 2_000
            objects.points.append(
                ClockPoint(
                    position: number * 3, monotonic: monotonic, wall: slewed + (number > 654_321 ? Self.second * 60 : 0)
                ))
        }
        let (runs, looks) = try objects.runs()
        #expect(runs.count == 2 && runs[1].first.position == 654_322 * 3)
        #expect(looks < 700)
    }

    /// Values of a hostile file: no trap, no endless search, times that never fall.
    @Test(arguments: Array(UInt64(1)...40)) func anyValues(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let extremes = [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max]
        func value() -> Int64 {
            Bool.random(using: &random)
                ? extremes.randomElement(using: &random) ?? 0 : Int64(truncatingIfNeeded: random.next())
        }
        let positions = Set((0..<Int.random(in: 1...300, using: &random)).map { _ in value() }).sorted()
        var objects = Objects()
        for position in positions {
            objects.points.append(ClockPoint(position: position, monotonic: value(), wall: value()))
        }
        let boots = (0..<3).map { _ in value() }.sorted().map { Timeline.Boot(after: $0, name: "\($0)") }
        let (runs, looks) = try objects.runs()
        #expect(looks <= 8_192 && runs.count <= positions.count)
        let timeline = Timeline(runs, boots: boots)
        var last = Int64.min
        for segment in timeline.segments {
            #expect(segment.start >= last && segment.end >= segment.start)
            last = segment.end
        }
        for point in objects.points {
            let time = timeline.time(position: point.position, monotonic: point.monotonic)
            #expect(time >= 0 && time <= timeline.duration)
            _ = timeline.wall(at: time)
        }
        _ = timeline.wall(at: .min)
        _ = "\(timeline.remarks)"
    }
}

extension Array {
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
