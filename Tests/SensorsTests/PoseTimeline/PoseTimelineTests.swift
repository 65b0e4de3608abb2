import TestSupport
import FlightTypes
import Foundation
import Testing

@testable import Sensors

private func instant(_ milliseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
}

private func sample(
    _ milliseconds: Int64, _ latitude: Double, _ longitude: Double, _ change: (inout Pose) -> Void = { _ in }
)
    -> PositionSample
{
    var pose = Pose(latitude: latitude, longitude: longitude)
    change(&pose)
    return PositionSample(
        captureTime: CaptureTime(monotonic: instant(milliseconds), wall: WallTime(nanoseconds: 0)), pose: pose)
}

@Suite struct PoseTimelineTests {
    @Test func interpolatesAcrossTheWraps() {
        var timeline = PoseTimeline()
        #expect(timeline.pose(at: instant(0)).quality == .none)
        timeline.insert(
            sample(1000, 51, 179.999) {
                $0.yawDegrees = 350
                $0.gimbalYawDegrees = 10
                $0.rollDegrees = 179
                $0.heightMetres = 40
                $0.courseDegrees = 1
            })
        timeline.insert(
            sample(2000, 51.001, -179.997) {
                $0.yawDegrees = 20
                $0.gimbalYawDegrees = 330
                $0.rollDegrees = -179
                $0.heightMetres = 60
                $0.satellites = 9
            })
        let pose = timeline.pose(at: instant(1250))
        #expect(pose.quality == .interpolated && pose.ageMilliseconds == 250)
        #expect(abs(pose.latitude - 51.00025) < 1e-9 && abs(pose.longitude - -180) < 1e-9 || pose.longitude == 180)
        #expect(abs(pose.yawDegrees - 357.5) < 1e-3 && abs(pose.gimbalYawDegrees - 0) < 1e-3)
        #expect(abs(pose.rollDegrees - 179.5) < 1e-3 && pose.heightMetres == 45)
        #expect(pose.courseDegrees == 1 && pose.satellites == 255, "unknown on one side: the nearer one")
        #expect(timeline.pose(at: instant(1750)).courseDegrees.isNaN)
        #expect(timeline.pose(at: instant(2000)).longitude == -179.997)
    }

    @Test func carriesOnForHalfASecondThenIsStale() {
        var timeline = PoseTimeline()
        timeline.insert(
            sample(10_000, 51.45, 6.73) {
                $0.groundSpeed = 20
                $0.courseDegrees = 90
            })
        let ahead = timeline.pose(at: instant(10_500))
        #expect(ahead.quality == .extrapolated && ahead.ageMilliseconds == 500)
        #expect(abs((ahead.longitude - 6.73) * 111_195 * cos(51.45 * .pi / 180) - 10) < 0.01)
        let stale = timeline.pose(at: instant(10_501))
        #expect(stale.quality == .stale && stale.longitude == 6.73 && stale.ageMilliseconds == 501)
        #expect(timeline.pose(at: instant(10_000_000)).ageMilliseconds == .max)
        #expect(timeline.pose(at: instant(9_600)).quality == .extrapolated)
        #expect(timeline.pose(at: instant(9_600)).longitude < 6.73)
        #expect(timeline.pose(at: instant(9_400)).quality == .none)
        // Behind a gap the line is not drawn through.
        timeline.insert(sample(20_000, 51.46, 6.74))
        #expect(timeline.pose(at: instant(15_000)).quality == .stale)
        #expect(timeline.pose(at: instant(15_000)).latitude == 51.45)
        #expect(timeline.pose(at: instant(19_700)).quality == .extrapolated)
        #expect(timeline.pose(at: instant(19_700)).latitude == 51.46)
    }

    /// A source of one position a second must not flicker between fresh and stale.
    @Test(
        arguments: [
            (50, 500), (100, 500), (333, 500), (400, 600), (500, 750), (1000, 1500), (2000, 1500), (60_000, 1500),
        ]
            as [(Int64, Int64)])
    func theLimitFollowsTheSource(_ interval: Int64, _ limit: Int64) {
        var timeline = PoseTimeline()
        var flickers = 0
        for index in 0..<40 as Range<Int64> {
            // Once the interval is known, a frame just before the next sample still has a fresh pose.
            if index > 4, timeline.pose(at: instant(index * interval - 1)).quality == .stale { flickers += 1 }
            timeline.insert(sample(index * interval, 51, 6))
        }
        #expect(timeline.extrapolationLimit == .milliseconds(limit))
        #expect(flickers == (interval > 1500 ? 35 : 0))
        let end = 39 * interval
        #expect(timeline.pose(at: instant(end + limit)).quality == .extrapolated)
        #expect(timeline.pose(at: instant(end + limit + 1)).quality == .stale)
    }
    @Test func oneLongPauseDoesNotStretchTheLimit() {
        var timeline = PoseTimeline()
        for index in 0..<10 as Range<Int64> { timeline.insert(sample(index * 200, 51, 6)) }
        timeline.insert(sample(30_000, 51, 6))
        #expect(timeline.extrapolationLimit == .milliseconds(500))
        var fresh = PoseTimeline()
        for moment in [0, 1000, 2000] as [Int64] { fresh.insert(sample(moment, 51, 6)) }
        #expect(fresh.extrapolationLimit == .milliseconds(500), "two intervals are no habit")
    }
    @Test func remarksReachThePose() {
        var timeline = PoseTimeline()
        timeline.insert(sample(0, 51, 6) { $0.remarks = .motion })
        timeline.insert(sample(1000, 51.001, 6) { $0.remarks = .sourceTime })
        #expect(timeline.pose(at: instant(0)).remarks == .motion)
        #expect(timeline.pose(at: instant(400)).remarks == [.motion, .sourceTime])
        #expect(timeline.pose(at: instant(1200)).remarks == .sourceTime)
        #expect(timeline.pose(at: instant(9000)).remarks == .sourceTime)
        // Into a jump no line is drawn.
        timeline.insert(sample(2000, 52, 6) { $0.remarks = .jump })
        #expect(timeline.pose(at: instant(1400)).latitude == 51.001)
        #expect(timeline.pose(at: instant(1600)).latitude == 52 && timeline.pose(at: instant(1600)).remarks == .jump)
    }

    @Test func refusesNonsenseAndReplacesDuplicates() {
        var timeline = PoseTimeline(limit: 3)
        for (latitude, longitude) in [(Double.nan, 0.0), (0, .infinity), (90.1, 0), (0, -180.1)] {
            timeline.insert(sample(1, latitude, longitude))
        }
        timeline.insert(sample(1, 1, 1) { $0.quality = .none })
        #expect(timeline.refused == 5 && timeline.latest == nil)
        timeline.insert(sample(1000, 1, 1) { $0.groundSpeed = .infinity })
        timeline.insert(sample(1000, 2, 2) { $0.yawDegrees = -10 })
        #expect(timeline.count == 1)
        #expect(timeline.pose(at: instant(1000)).latitude == 2 && timeline.pose(at: instant(1000)).yawDegrees == 350)
        timeline.insert(sample(3000, 4, 4))
        timeline.insert(sample(2000, 3, 3))
        #expect(timeline.pose(at: instant(2500)).latitude == 3.5, "a late one is sorted in")
        timeline.insert(sample(4000, 5, 5))
        #expect(timeline.count == 3 && timeline.dropped == 1)
        let tooOld = timeline.insert(sample(1500, 9, 9))
        #expect(!tooOld && timeline.refused == 6)
        #expect(timeline.latest?.pose.latitude == 5)
    }

    @Test(arguments: 0..<20)
    func whateverComesThePoseIsInItsRanges(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        func any() -> Float {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .nan
            case 1: [.infinity, -.infinity, .greatestFiniteMagnitude].randomElement(using: &random) ?? 0
            default: Float.random(in: -720...720, using: &random)
            }
        }
        var timeline = PoseTimeline(limit: 10)
        var time: Int64 = Int64.random(in: 0...100_000_000_000, using: &random)
        for step in 0..<1500 {
            if step % 300 == 299 { time = [Int64.min, .max, 0].randomElement(using: &random) ?? 0 }
            time =
                time.addingReportingOverflow(Int64.random(in: -500_000_000...800_000_000, using: &random)).partialValue
            var pose = Pose(
                latitude: Double.random(in: -95...95, using: &random),
                longitude: Double.random(in: -185...185, using: &random))
            pose.altitudeMSLMetres = any()
            pose.rollDegrees = any()
            pose.pitchDegrees = any()
            pose.yawDegrees = any()
            pose.gimbalPitchDegrees = any()
            pose.gimbalYawDegrees = any()
            pose.groundSpeed = any()
            pose.courseDegrees = any()
            let at = MonotonicInstant(nanoseconds: time)
            let accepted = timeline.insert(
                PositionSample(captureTime: CaptureTime(monotonic: at, wall: WallTime(nanoseconds: 0)), pose: pose))
            #expect(timeline.count <= 10)
            if accepted {
                let own = timeline.pose(at: at)
                #expect(own.latitude == pose.latitude && own.longitude == pose.longitude && own.ageMilliseconds == 0)
            }
            let offset = Duration.nanoseconds(Int64.random(in: -5_000_000_000...5_000_000_000, using: &random))
            let result = timeline.pose(at: at.advanced(by: offset))
            #expect((-90...90).contains(result.latitude) && (-180...180).contains(result.longitude))
            for angle in [result.yawDegrees, result.gimbalYawDegrees, result.courseDegrees] where !angle.isNaN {
                #expect(angle >= 0 && angle < 360)
            }
            #expect(result.rollDegrees.isNaN || result.rollDegrees.magnitude <= 180)
            #expect(result.pitchDegrees.isNaN || result.pitchDegrees.magnitude <= 90)
            #expect(result.groundSpeed.isNaN || (0...1000).contains(result.groundSpeed))
        }
    }
}
