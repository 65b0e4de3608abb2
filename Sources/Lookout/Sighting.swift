import FlightTypes
import Geodesy
import Glibc

/// Where a camera was and looked, from a pose on which a place can be founded, and how wrong that is.
///
/// The only way from a pose to the water: a pose that an obstacle stands against makes none, and the errors of all that a pose
/// rests on go into each place.
package struct Sighting {
    /// Margins up to which pictures are steady enough that things are followed from one to the next, degrees and metres.
    private static let steadyTiltDegrees: Float = 2, steadyYawDegrees: Float = 6, steadyMetres: Float = 30

    /// Position, height and angles of the moment.
    package let pose: CameraPose
    private let basis: PoseBasis
    private let accuracyMetres: Double
    /// Where speed and course contradict the way the places went, one of them is off by about as much, metres.
    private static let contradictedMetres = 30.0
    private let isContradicted: Bool

    /// Nil where something stands against placing (`Pose.obstacle`). The height counts from the take-off point.
    package init?(_ pose: Pose) {
        guard pose.obstacle == nil else { return nil }
        let position = GeodeticPosition(latitude: pose.latitude, longitude: pose.longitude)
        guard position.isValid else { return nil }
        self.pose = CameraPose(
            position: position, heightMetres: Double(pose.heightMetres), rollDegrees: Double(pose.rollDegrees),
            pitchDegrees: Double(pose.pitchDegrees), yawDegrees: Double(pose.yawDegrees),
            gimbalPitchDegrees: Double(pose.gimbalPitchDegrees), gimbalYawDegrees: Double(pose.gimbalYawDegrees))
        basis = pose.basis
        let stated = Double(pose.horizontalAccuracyMetres)
        accuracyMetres = stated.isFinite ? stated : 0
        isContradicted = pose.remarks.contains(.motion)
    }

    /// Whether pictures hang together well enough to follow things in them.
    var isSteady: Bool {
        basis.tiltMarginDegrees <= Self.steadyTiltDegrees && basis.yawMarginDegrees <= Self.steadyYawDegrees
            && basis.positionMarginMetres <= Self.steadyMetres
    }

    /// The usual errors, with those that this pose has beside them. An accuracy that is better than usual is not believed: it says
    /// nothing of height, tilt and time.
    package func errors(_ usual: PlacementErrors) -> PlacementErrors {
        var errors = usual
        errors.positionMetres = hypot(max(usual.positionMetres, accuracyMetres), Double(basis.positionMarginMetres))
        if isContradicted { errors.positionMetres = hypot(errors.positionMetres, Self.contradictedMetres) }
        errors.heightMetres = hypot(usual.heightMetres, Double(basis.heightMarginMetres))
        errors.tiltDegrees = hypot(usual.tiltDegrees, Double(basis.tiltMarginDegrees))
        errors.yawDegrees = hypot(usual.yawDegrees, Double(basis.yawMarginDegrees))
        return errors
    }

    /// Where a pixel's line of sight meets the water; nil where it does not. `usual` are the errors of flight and camera.
    package func place(_ pixel: ImagePoint, camera: CameraModel, usual: PlacementErrors) -> GroundPlace? {
        try? Geodesy.place(pixel, camera: camera, pose: pose, errors: errors(usual)).get()
    }
}

extension CameraCalibration {
    /// At a pixel of pictures of `camera`'s size, or in the middle, on a flight as most are.
    func errors(at pixel: ImagePoint?, camera: CameraModel, _ pose: Pose) -> PlacementErrors {
        var sized = self
        sized.camera = camera
        let pixel = pixel ?? ImagePoint(x: Double(camera.width) / 2, y: Double(camera.height) / 2)
        return sized.errors(at: pixel, flight: .typical, groundSpeed: Double(pose.groundSpeed))
    }
}
