import TestSupport
import FlightTypes
import Foundation
import Geodesy
import Testing

@testable import Sensors

/// 2026-07-01T10:20:30Z.
private let now: Int64 = 1_782_901_230_000_000_000

private func sample(
    _ seconds: Double, north: Double = 0, east: Double = 0, _ change: (inout PositionSample) -> Void = { _ in }
) -> PositionSample {
    let nanoseconds = Int64(seconds * 1e9)
    let place = LocalPlane(origin: GeodeticPosition(latitude: 51.45, longitude: 6.73)).position(
        east: east, north: north)
    var sample = PositionSample(
        captureTime: CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: nanoseconds), wall: WallTime(nanoseconds: now + nanoseconds)),
        pose: Pose(latitude: place.latitude, longitude: place.longitude))
    change(&sample)
    return sample
}
/// The remarks of each sample in turn.
private func remarks(_ samples: [PositionSample]) -> [Pose.Remarks] {
    var check = PositionPlausibility()
    return samples.map { check.marked($0).remarks }
}

@Suite struct PositionPlausibilityTests {
    @Test func nothingIsChangedButTheRemarks() {
        var check = PositionPlausibility()
        let wild = sample(0) {
            $0.pose.altitudeMSLMetres = 1_000_000
            $0.remarks = .motion
        }
        var marked = check.marked(wild)
        #expect(marked.remarks == [.motion, .outOfRange], "what was doubtful stays doubtful")
        marked.remarks = .motion
        #expect(marked == wild || marked.pose.heightMetres.isNaN && marked.pose.altitudeMSLMetres == 1_000_000)
    }
    @Test func oneWildFixMarksItselfOnly() {
        let track = (0..<20).map { sample(Double($0) * 0.2, north: Double($0) * 2 + ($0 == 7 ? 6000 : 0)) }
        let result = remarks(track)
        #expect(result[7] == .jump)
        #expect(result.enumerated().allSatisfy { $0.offset == 7 || $0.element == [] })
    }
    @Test func aNewPlaceIsBelievedAfterTenSeconds() {
        // Deception: from the fifth second on the drone is said to be 20 km north, and flies on there.
        let track = (0..<40).map { sample(Double($0), north: Double($0) * 10 + ($0 >= 5 ? 20_000 : 0)) }
        let result = remarks(track)
        #expect(result[..<5].allSatisfy { $0 == [] })
        #expect(result[5..<15].allSatisfy { $0 == .jump })
        #expect(result[15...].allSatisfy { $0 == [] })
    }
    @Test(arguments: [
        (1.0, 149.0, false), (1, 151, true), (10, 1049, false), (10, 1051, true), (600, 5049, false), (600, 5051, true),
    ])
    func theReachGrowsWithTheTime(_ seconds: Double, _ metres: Double, _ isJump: Bool) {
        #expect(remarks([sample(0), sample(seconds, east: metres)])[1] == (isJump ? .jump : []))
    }
    @Test func aCoarseFixMayWander() {
        func coarse(_ accuracy: Float) -> [Pose.Remarks] {
            remarks([
                sample(0) { $0.pose.horizontalAccuracyMetres = accuracy },
                sample(1, east: 330) { $0.pose.horizontalAccuracyMetres = accuracy },
            ])
        }
        #expect(coarse(5)[1] == .jump && coarse(100)[1] == [])
        let liar = remarks([
            sample(0) { $0.pose.horizontalAccuracyMetres = 90_000 },
            sample(1, east: 4000) { $0.pose.horizontalAccuracyMetres = 90_000 },
        ])
        #expect(liar[1] == .jump, "a stated accuracy excuses 200 m at most")
    }
    @Test func nullIsland() {
        func at(_ latitude: Double, _ longitude: Double) -> Pose.Remarks {
            remarks([
                sample(0) {
                    $0.pose.latitude = latitude
                    $0.pose.longitude = longitude
                }
            ])[0]
        }
        #expect(at(0, 0) == .nullIsland && at(0.05, -0.05) == .nullIsland)
        #expect(at(0.2, 0) == [] && at(0, 6.7) == [] && at(51.4, 0) == [])
    }

    // MARK: - Values

    @Test func impossibleValues() {
        let values: [(WritableKeyPath<Pose, Float>, Float)] = [
            (\.altitudeMSLMetres, 1_000_000), (\.altitudeMSLMetres, -.infinity), (\.heightMetres, 30_000),
            (\.groundSpeed, 151), (\.groundSpeed, -1), (\.courseDegrees, 361), (\.horizontalAccuracyMetres, -1),
            (\.horizontalAccuracyMetres, .infinity), (\.pitchDegrees, 91), (\.rollDegrees, -181),
            (\.yawDegrees, .infinity),
        ]
        for (key, value) in values {
            #expect(remarks([sample(0) { $0.pose[keyPath: key] = value }]) == [.outOfRange], "\(key) \(value)")
            #expect(remarks([sample(0) { $0.pose[keyPath: key] = .nan }]) == [[]], "unknown is in order")
        }
    }
    @Test func impossiblePlacesAndSatellites() {
        #expect(remarks([sample(0) { $0.pose.latitude = 91 }]) == [.outOfRange])
        #expect(remarks([sample(0) { $0.pose.longitude = .nan }]) == [.outOfRange])
        #expect(remarks([sample(0) { $0.pose.satellites = 200 }]) == [.outOfRange])
        #expect(remarks([sample(0) { $0.pose.satellites = 255 }]) == [[]], "255 is how unknown is written")
    }

    // MARK: - Motion

    /// A flight at 15 m/s round a circle of 60 m radius, with what it says of itself changed.
    private static func circle(_ change: (inout PositionSample, Int) -> Void) -> [PositionSample] {
        (0..<100).map { index in
            let time = Double(index) * 0.2
            let angle = time * 15 / 60
            return sample(time, north: 60 * sin(angle), east: -60 * cos(angle)) {
                $0.pose.groundSpeed = 15
                let course = angle * 180 / .pi
                $0.pose.courseDegrees = Float(course.truncatingRemainder(dividingBy: 360))
                change(&$0, index)
            }
        }
    }
    @Test func aCurveIsNoContradiction() {
        #expect(remarks(Self.circle { _, _ in }).allSatisfy { $0 == [] })
    }
    @Test func speedAndCourseHaveToFitTheWay() {
        // From the 50th sample on, after at most six seconds it shows.
        let reversed = remarks(
            Self.circle { sample, index in
                if index >= 50 { sample.pose.courseDegrees = PoseAngle.compass(sample.pose.courseDegrees + 180) }
            })
        #expect(reversed[..<50].allSatisfy { $0 == [] } && reversed[80...].allSatisfy { $0 == .motion })
        let fast = remarks(Self.circle { sample, index in if index >= 50 { sample.pose.groundSpeed = 80 } })
        #expect(fast[..<50].allSatisfy { $0 == [] } && fast[80...].allSatisfy { $0 == .motion })
        let standing = remarks(Self.circle { sample, _ in sample.pose.groundSpeed = 0 })
        #expect(standing.suffix(20).allSatisfy { $0 == .motion })
        let frozen = remarks(
            (0..<50).map {
                sample(Double($0) * 0.2) {
                    $0.pose.groundSpeed = 15; $0.pose.courseDegrees = 0
                }
            })
        #expect(frozen.suffix(20).allSatisfy { $0 == .motion }, "the place stands and the speed does not")
    }
    @Test func unknownSpeedContradictsNothing() {
        #expect(remarks(Self.circle { sample, _ in sample.pose.groundSpeed = .nan }).allSatisfy { $0 == [] })
        #expect(remarks(Self.circle { sample, _ in sample.pose.courseDegrees = .nan }).allSatisfy { $0 == [] })
    }
    /// A receiver at rest that wanders by metres and states small wrong speeds is in order, at any rate of samples.
    @Test(arguments: 0..<20 as Range<UInt64>) func wanderIsNoContradiction(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let interval = Double.random(in: 0.1...1.5, using: &random)
        let track = (0..<300).map { index in
            sample(
                Double(index) * interval, north: .random(in: -5...5, using: &random),
                east: .random(in: -5...5, using: &random)
            ) {
                $0.pose.groundSpeed = Float.random(in: 0...1, using: &random)
                $0.pose.courseDegrees = Float.random(in: 0..<360, using: &random)
            }
        }
        #expect(remarks(track).allSatisfy { $0 == [] })
    }

    // MARK: - Time

    @Test func theSourcesClock() {
        func of(_ source: Int64?) -> Pose.Remarks {
            remarks([sample(0) { $0.sourceTime = source.map { WallTime(nanoseconds: $0) } }])[0]
        }
        let week: Int64 = 604_800_000_000_000
        #expect(of(nil) == [] && of(now) == [] && of(now + 3_600_000_000_000) == [])
        #expect(of(now - 1024 * week) == .sourceTime, "the week counter wrapped")
        #expect(of(now - 2 * 86_400_000_000_000) == .sourceTime && of(0) == .sourceTime)
        #expect(of(.min) == .sourceTime && of(.max) == .sourceTime)
    }
    @Test func aStepOfTheSourcesClock() {
        func track(_ step: Int64) -> [Pose.Remarks] {
            remarks(
                (0..<6).map { index in
                    sample(Double(index)) {
                        let seconds = Int64(index) + (index >= 3 ? step : 0)
                        $0.sourceTime = WallTime(nanoseconds: now + seconds * 1_000_000_000)
                    }
                })
        }
        #expect(track(18) == Array(repeating: [], count: 6), "leap seconds learned")
        #expect(track(-3600)[3] == .sourceTime && track(-3600)[4] == [])
    }

    // MARK: - Anything

    /// 10⁵ samples of anything at any time: all are marked or not, none breaks it, none is changed.
    @Test func anything() {
        var random = SplitMix(seed: 77)
        var check = PositionPlausibility()
        func any() -> Float {
            let values: [Float] = [
                .nan, .infinity, -.infinity, 0, -0, 1e30, .leastNonzeroMagnitude,
                Float(bitPattern: UInt32.random(in: 0 ... .max, using: &random)),
                .random(in: -400...400, using: &random),
            ]
            return values.randomElement(using: &random) ?? 0
        }
        var time: Int64 = 0
        var changed = 0
        for step in 0..<100_000 {
            time =
                step % 50 == 0
                ? Int64(truncatingIfNeeded: random.next())
                : time &+ Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)
            var pose = Pose(latitude: Double(any()), longitude: Double(any()))
            for key in [
                \Pose.groundSpeed, \.courseDegrees, \.altitudeMSLMetres, \.horizontalAccuracyMetres, \.yawDegrees,
            ] {
                pose[keyPath: key] = any()
            }
            let sample = PositionSample(
                captureTime: CaptureTime(
                    monotonic: MonotonicInstant(nanoseconds: time),
                    wall: WallTime(nanoseconds: Int64(truncatingIfNeeded: random.next()))),
                pose: pose, sourceTime: WallTime(nanoseconds: Int64(truncatingIfNeeded: random.next())))
            let marked = check.marked(sample)
            let isSame = marked.pose.latitude.bitPattern == pose.latitude.bitPattern
            if !isSame || marked.captureTime != sample.captureTime { changed += 1 }
        }
        #expect(changed == 0)
        let counters = check.counters
        #expect(counters.jumps > 100 && counters.outOfRange > 1000 && counters.sourceTime > 1000)
    }
    /// Of a real flight only the time is remarked on: the log is of 2018, when there was no agent to fly with.
    @Test(.enabled(if: MAVLinkTestData.exists("mavlink"), "needs the flight log of the shared data folder"))
    func aRealFlightIsPlausible() throws {
        var reader = TlogReader()
        reader.handle(try MAVLinkTestData.bytes("mavlink/vtol.tlog"))
        var telemetry = MAVLinkTelemetry()
        var check = PositionPlausibility()
        var samples = 0
        while let record = reader.next() {
            let at = CaptureTime(monotonic: MonotonicInstant(nanoseconds: record.time.nanoseconds), wall: record.time)
            guard let sample = telemetry.handle(record.packet, at: at) else { continue }
            samples += 1
            _ = check.marked(sample)
        }
        print("vtol: \(samples) samples, \(check.counters)")
        #expect(samples > 780 && check.counters.jumps == 0 && check.counters.outOfRange == 0)
        #expect(check.counters.motion == 0 && check.counters.nullIsland == 0 && check.counters.sourceTime > 780)
    }
}
