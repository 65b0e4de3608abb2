import TestSupport
import Glibc

@testable import Geodesy

/// A hover over a known point with known truth, all noise from one seed.
struct SyntheticHover {
    var seed: UInt64 = 1
    var seconds = 120.0
    var framesPerSecond = 8.7
    /// How often the drone turns around while it hovers; 0 keeps the nose north.
    var turns = 4.0
    /// Amplitudes of rocking (degrees) and of wandering (metres).
    var rockDegrees = 4.0, wanderMetres = 3.0
    var heightMetres = 20.0
    var truth = Boresight(rollDegrees: 1.7, pitchDegrees: -2.3, yawDegrees: 1.1)
    var timeOffsetMilliseconds = 85.0
    /// Error of position that stays, and the amplitude of one that drifts, metres.
    var biasNorth = 1.2, biasEast = -0.7, driftMetres = 0.1
    /// White noise of each attitude angle and each pixel coordinate.
    var attitudeDegrees = 0.2, pixels = 0.3
    /// Share of observations that are somewhere else altogether.
    var outliers = 0.05
    var gimbal = false

    static let point = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)
    static let pointAboveMetres = 0.8

    /// As it stands before: a Lepton that looks straight down as far as anyone knows.
    static func calibration() -> CameraCalibration? {
        let lens = LensDistortion(k1: -0.12, k2: 0.01)
        let camera = lens.flatMap { CameraModel(width: 160, height: 120, focalLengthPixels: 147, distortion: $0) }
        return camera.map {
            CameraCalibration(
                name: "synthetic", camera: $0, timeOffsetMilliseconds: 0,
                uncertainty: CalibrationUncertainty(
                    focalLengthPercent: 2, boresightDegrees: 3, timeOffsetMilliseconds: 100))
        }
    }

    private func truePose(_ t: Double) -> CameraPose {
        func wave(_ period: Double, _ phase: Double) -> Double { sin(2 * .pi * t / period + phase) }
        let plane = LocalPlane(origin: Self.point)
        let yaw = turns == 0 ? 2 * wave(9, 1) : turns * 360 * t / seconds
        return CameraPose(
            position: plane.position(east: wanderMetres * wave(11.3, 0.4), north: wanderMetres * wave(7.1, 2)),
            heightMetres: heightMetres + 0.5 * wave(13, 0), rollDegrees: rockDegrees * wave(1.7, 0),
            pitchDegrees: rockDegrees * wave(2.3, 1), yawDegrees: remainder(yaw, 360),
            gimbalPitchDegrees: gimbal ? -90 + rockDegrees * wave(3.1, 2) : .nan,
            gimbalYawDegrees: gimbal ? remainder(yaw, 360) : .nan)
    }

    /// Pose log at 50 Hz with its errors, on the pose clock.
    func poses() -> [TimedPose] {
        var random = SplitMix(seed: seed)
        return (0...Int(seconds * 50)).map { step in
            let t = Double(step) / 50
            var pose = truePose(t)
            let here = LocalPlane(origin: pose.position)
            pose.position = here.position(
                east: -biasEast + driftMetres * sin(2 * .pi * t / 37),
                north: -biasNorth + driftMetres * sin(2 * .pi * t / 53))
            pose.rollDegrees += attitudeDegrees * random.normal()
            pose.pitchDegrees += attitudeDegrees * random.normal()
            pose.yawDegrees += attitudeDegrees * random.normal()
            pose.gimbalPitchDegrees += attitudeDegrees * random.normal()
            return TimedPose(seconds: 1_000 + t, pose: pose)
        }
    }

    /// What the camera saw, by its own late stamps.
    func observations() -> [HoverObservation] {
        guard var camera = Self.calibration()?.camera else { return [] }
        var random = SplitMix(seed: seed ^ 0xC0FFEE)
        camera.boresight = truth
        return (0..<Int(seconds * framesPerSecond)).compactMap { step in
            let t = Double(step) / framesPerSecond
            guard
                var pixel = project(
                    Self.point, aboveMetres: Self.pointAboveMetres, camera: camera, pose: truePose(t)),
                camera.contains(pixel)
            else { return nil }
            pixel.x += pixels * random.normal()
            pixel.y += pixels * random.normal()
            if Double.random(in: 0..<1, using: &random) < outliers {
                pixel = ImagePoint(x: .random(in: 0...160, using: &random), y: .random(in: 0...120, using: &random))
            }
            return HoverObservation(seconds: 1_000 + t + timeOffsetMilliseconds / 1000, pixel: pixel)
        }
    }

    func solved(_ assumptions: HoverAssumptions = HoverAssumptions()) throws -> HoverCalibration {
        guard let poses = PoseLog(poses()), let calibration = Self.calibration() else { throw Unusable() }
        return try HoverSolver.solve(
            observations: observations(), poses: poses, point: Self.point, pointAboveMetres: Self.pointAboveMetres,
            calibration: calibration, assumptions: assumptions)
    }
    struct Unusable: Error {}
}
