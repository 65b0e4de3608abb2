import Glibc

/// Where a pixel's line of sight meets the water, with its stated error.
public struct GroundPlace: Hashable, Sendable {
    /// On the ellipsoid.
    public var position: GeodeticPosition
    /// About nine in ten true places lie within this radius, if the errors are as assumed; metres.
    public var radiusMetres: Double
    /// The same as an ellipse, smaller than the circle where the errors along and across the line of sight differ.
    public var ellipse: ErrorEllipse
    /// Angle between the line of sight and straight down, 0…50 degrees.
    public var offNadirDegrees: Double
    /// Distance from the camera, metres.
    public var slantRangeMetres: Double
}

/// Why a pixel has no place.
public enum PlacementFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Position or pixel is not a number, or out of range.
    case positionUnknown
    /// The height above the water is unknown or not positive.
    case heightUnknown
    /// No gimbal report, and roll, pitch or yaw of the drone is unknown.
    case attitudeUnknown
    /// The lens cannot be undone at this pixel.
    case outsideLens
    /// The line of sight does not go down to the water.
    case aboveHorizon
    /// Further than 50 degrees off straight down: waves turn into clutter and the error grows without use.
    case tooOblique(offNadirDegrees: Double)

    /// The fact and what it affects, in one sentence.
    public var description: String {
        switch self {
        case .positionUnknown: "the drone's position is unknown, so the detection has no place"
        case .heightUnknown: "the height above the water is unknown, so the detection has no place"
        case .attitudeUnknown: "the camera's direction is unknown, so the detection has no place"
        case .outsideLens: "the lens distortion cannot be undone at this pixel, so the detection has no place"
        case .aboveHorizon: "the line of sight is above the horizon, so the detection has no place on the water"
        case .tooOblique(let degrees):
            "the line of sight is \(degrees.isFinite ? Int(max(0, min(90, degrees))) : 90) degrees off nadir, "
                + "too oblique to give a place"
        }
    }
}

/// One-sigma errors behind a stated radius.
public struct PlacementErrors: Hashable, Sendable {
    /// Tilt of the line of sight in each direction, degrees.
    public var tiltDegrees: Double
    /// Direction about the vertical, degrees.
    public var yawDegrees: Double
    /// Height above the water, metres.
    public var heightMetres: Double
    /// Position on each axis, metres.
    public var positionMetres: Double
    /// What pose and picture are apart in time, times the ground speed, metres.
    public var motionMetres: Double
    /// Errors of their parts.
    public init(
        tiltDegrees: Double, yawDegrees: Double, heightMetres: Double, positionMetres: Double, motionMetres: Double
    ) {
        self.tiltDegrees = tiltDegrees
        self.yawDegrees = yawDegrees
        self.heightMetres = heightMetres
        self.positionMetres = positionMetres
        self.motionMetres = motionMetres
    }
    /// A common flight controller with plain GNSS and a calibrated compass, 50 ms at 8 m/s.
    public static let typical = PlacementErrors(
        tiltDegrees: 1, yawDegrees: 3, heightMetres: 2, positionMetres: 1.5, motionMetres: 0.4)
    /// An RTK receiver with two antennas, 10 ms at 8 m/s.
    public static let rtk = PlacementErrors(
        tiltDegrees: 0.3, yawDegrees: 0.7, heightMetres: 0.5, positionMetres: 0.03, motionMetres: 0.08)
}

/// Places a pixel on the horizontal water plane `heightMetres` below the drone; angles as in `CameraPose`.
public func place(
    pixelX: Double, pixelY: Double, camera: CameraModel, latitude: Double, longitude: Double, heightMetres: Double,
    rollDegrees: Double, pitchDegrees: Double, yawDegrees: Double, gimbalPitch: Double? = nil,
    gimbalYaw: Double? = nil, errors: PlacementErrors = .typical
) -> Result<GroundPlace, PlacementFailure> {
    place(
        ImagePoint(x: pixelX, y: pixelY), camera: camera,
        pose: CameraPose(
            position: GeodeticPosition(latitude: latitude, longitude: longitude), heightMetres: heightMetres,
            rollDegrees: rollDegrees, pitchDegrees: pitchDegrees, yawDegrees: yawDegrees,
            gimbalPitchDegrees: gimbalPitch ?? .nan, gimbalYawDegrees: gimbalYaw ?? .nan),
        errors: errors)
}

/// Places a pixel on the horizontal water plane `pose.heightMetres` below the drone.
///
/// The height is that above the *water*, which the caller has to know.
public func place(
    _ pixel: ImagePoint, camera: CameraModel, pose: CameraPose, errors: PlacementErrors = .typical
) -> Result<GroundPlace, PlacementFailure> {
    guard pixel.x.isFinite, pixel.y.isFinite else { return .failure(.positionUnknown) }
    do {
        let point = try CameraView(of: camera, at: pose).point(at: pixel)
        let sigmas = sigmas(
            offNadir: point.offNadir, heightMetres: point.heightMetres,
            focalLengthPixels: min(camera.focalLengthPixels, camera.focalLengthDownPixels), errors: errors)
        return .success(
            GroundPlace(
                position: LocalPlane(origin: pose.position).position(east: point.east, north: point.north),
                radiusMetres: radius(sigmas),
                ellipse: ErrorEllipse(
                    sigmaAlong: sigmas.along, sigmaAcross: sigmas.across,
                    alongDegrees: point.direction / WGS84.radiansPerDegree),
                offNadirDegrees: point.offNadir / WGS84.radiansPerDegree, slantRangeMetres: point.slantRangeMetres))
    } catch { return .failure(error) }
}

/// One-sigma errors on the water along and across the line of sight, metres.
private func sigmas(offNadir: Double, heightMetres: Double, focalLengthPixels: Double, errors: PlacementErrors)
    -> (along: Double, across: Double)
{
    let cosine = cos(offNadir), tangent = tan(offNadir)
    // Half a pixel either way, evenly spread, adds to the tilt.
    let tilt = hypot(errors.tiltDegrees * WGS84.radiansPerDegree, 0.2887 / focalLengthPixels)
    let everywhere = hypot(errors.positionMetres, errors.motionMetres)
    let along = hypot(hypot(heightMetres / (cosine * cosine) * tilt, tangent * errors.heightMetres), everywhere)
    let turn = heightMetres * tangent * errors.yawDegrees * WGS84.radiansPerDegree
    let across = hypot(hypot(heightMetres / cosine * tilt, turn), everywhere)
    return (along, across)
}

/// Radius of the circle that holds 90 % of an error with one sigma along and one across the line of sight.
private func radius(_ sigmas: (along: Double, across: Double)) -> Double {
    let greater = max(sigmas.along, sigmas.across)
    guard greater > 0 else { return 0 }
    // Fitted to the exact 90 % circle of an elliptic normal distribution, within 0.01 sigma.
    return greater * (1.6449 + 0.5011 * pow(min(sigmas.along, sigmas.across) / greater, 2.35))
}
