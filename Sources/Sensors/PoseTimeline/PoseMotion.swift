import FlightTypes
import Foundation

extension Pose {
    /// The mean radius of the earth in metres (IUGG). Over the 1.5 s a pose is carried at most, the sphere errs by
    /// centimetres.
    private static let earthRadius = 6_371_008.8

    /// Brought into the ranges `Pose` promises, with everything impossible made unknown; nil when the position itself
    /// is none.
    func validated() -> Pose? {
        guard quality != .none, latitude.isFinite, longitude.isFinite, latitude.magnitude <= 90,
            longitude.magnitude <= 180
        else { return nil }
        func within(_ value: Float, _ range: ClosedRange<Float>) -> Float { range.contains(value) ? value : .nan }
        var pose = self
        pose.altitudeMSLMetres = within(altitudeMSLMetres, -1000...100_000)
        pose.heightMetres = within(heightMetres, -10_000...100_000)
        pose.rollDegrees = PoseAngle.signed(rollDegrees)
        pose.pitchDegrees = within(pitchDegrees, -90...90)
        pose.yawDegrees = PoseAngle.compass(yawDegrees)
        pose.gimbalPitchDegrees = PoseAngle.signed(gimbalPitchDegrees)
        pose.gimbalYawDegrees = PoseAngle.compass(gimbalYawDegrees)
        pose.groundSpeed = within(groundSpeed, 0...1000)
        pose.courseDegrees = PoseAngle.compass(courseDegrees)
        pose.horizontalAccuracyMetres = within(horizontalAccuracyMetres, 0...1_000_000)
        return pose
    }

    /// Between this pose and `other`, by `fraction` (0…1) of the way; angles the short way round, longitude across
    /// 180°. What cannot be halved (fix, satellites) comes from the nearer one, remarks from both, and the basis is the
    /// worse of both. Into and out of a jump no line is drawn: nobody was there.
    func mixed(with other: Pose, fraction: Double) -> Pose {
        var pose = fraction < 0.5 ? self : other
        pose.basis = basis.worse(with: other.basis)
        guard remarks.contains(.jump) == other.remarks.contains(.jump) else { return pose }
        pose.remarks = remarks.union(other.remarks)
        pose.latitude = latitude + (other.latitude - latitude) * fraction
        pose.longitude = PoseAngle.signed(PoseAngle.mix(longitude, other.longitude, fraction))
        func linear(_ key: KeyPath<Pose, Float>) -> Float {
            PoseAngle.mixLinear(self[keyPath: key], other[keyPath: key], fraction)
        }
        func angle(_ key: KeyPath<Pose, Float>) -> Float {
            PoseAngle.mix(self[keyPath: key], other[keyPath: key], fraction)
        }
        pose.altitudeMSLMetres = linear(\.altitudeMSLMetres)
        pose.heightMetres = linear(\.heightMetres)
        pose.rollDegrees = PoseAngle.signed(angle(\.rollDegrees))
        pose.pitchDegrees = linear(\.pitchDegrees)
        pose.yawDegrees = PoseAngle.compass(angle(\.yawDegrees))
        pose.gimbalPitchDegrees = PoseAngle.signed(angle(\.gimbalPitchDegrees))
        pose.gimbalYawDegrees = PoseAngle.compass(angle(\.gimbalYawDegrees))
        pose.groundSpeed = linear(\.groundSpeed)
        pose.courseDegrees = PoseAngle.compass(angle(\.courseDegrees))
        pose.horizontalAccuracyMetres = linear(\.horizontalAccuracyMetres)
        return pose
    }

    /// Carried on over ground by speed and course for `seconds` (negative: back); attitude and height stay. Without
    /// speed or course it stays where it is.
    func carried(seconds: Double) -> Pose {
        guard groundSpeed.isFinite, courseDegrees.isFinite else { return self }
        var pose = self
        let way = Double(groundSpeed) * seconds / Self.earthRadius * 180 / .pi
        let course = Double(courseDegrees) * .pi / 180
        // Close to a pole a metre is many degrees of longitude; the bound only keeps the number finite.
        let narrowing = max(0.01, cos(latitude * .pi / 180))
        pose.latitude = min(90, max(-90, latitude + way * cos(course)))
        pose.longitude = PoseAngle.signed(longitude + way * sin(course) / narrowing)
        return pose
    }
}
