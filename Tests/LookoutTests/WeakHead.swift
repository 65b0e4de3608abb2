import FlightTypes
import Geodesy

@testable import Lookout

/// A head too weak for one picture, and the same water without it.
enum WeakHead {
    static let home = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)
    static let current = WaterCurrent(metresPerSecond: 1.5, degrees: 90)

    /// 40 m above `home`, level, the nose to the north.
    static func pose(_ quality: Pose.Quality = .interpolated, home: GeodeticPosition = home) -> Pose {
        var pose = Pose(latitude: home.latitude, longitude: home.longitude)
        pose.heightMetres = 40
        (pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees) = (0, 0, 0)
        pose.quality = quality
        return pose
    }
    static func time(milliseconds: Int) -> CaptureTime {
        CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000 + 1),
            wall: WallTime(nanoseconds: 1))
    }

    /// Picture `number` of eight a second from 40 m: noise of about 50 mK, the head 0.6 K in its pixel, drifting east.
    static func frame(
        _ number: Int, head: Bool, flags: Frame.Flags = [], quality: Pose.Quality = .interpolated,
        home: GeodeticPosition = home
    ) -> ThermalFrame {
        var state = UInt64(number) &* 0x9E37_79B9 &+ 17
        var values = (0..<96 * 72).map { _ -> UInt16 in
            var sum = 0
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Int(state >> 33) % 9
            }
            return UInt16(28_900 + sum)
        }
        if head {
            // 57 degrees over 96 pixels from 40 m: 0.45 m a pixel.
            let x = 30 + Int((1.5 * Double(number) / 8 / 0.4525).rounded())
            for (dx, dy, part) in [(0, 0, 60), (1, 0, 25), (-1, 0, 25), (0, 1, 25), (0, -1, 25)] {
                values[(36 + dy) * 96 + x + dx] += UInt16(part)
            }
        }
        return ThermalFrame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: UInt64(number)),
            captureTime: time(milliseconds: number * 125), pose: pose(quality, home: home),
            unit: .centikelvin, flags: flags, width: 96, height: 72, values: values)
    }
}
