import Glibc

/// A camera at one moment over the water: what all pixels of a frame share, worked out once.
public struct CameraView: Sendable {
    /// Beyond this the water reflects the sky instead of showing its own heat (Fresnel), so nothing is placed.
    private static let steepestOffNadirDegrees = 50.0
    private let camera: CameraModel
    /// From the camera's axes to north, east, down.
    private let rotation: Rotation
    /// The camera from the point that the pose is for; metres north, east, down.
    private let eye: Vector
    /// Of that point above the water, metres.
    private let heightMetres: Double

    /// What a pixel sees on the water.
    public struct Point: Hashable, Sendable {
        /// Metres from the point below the pose's.
        public var east: Double, north: Double
        /// Angle between the line of sight and straight down, 0…50°, in radians; and its direction clockwise from north.
        var offNadir: Double, direction: Double
        /// Distance from the camera, metres.
        public var slantRangeMetres: Double
        /// Height of the camera above the water, metres.
        var heightMetres: Double
    }

    /// Throws where the pose does not say enough; what is placed lies `pose.heightMetres` below it.
    public init(of camera: CameraModel, at pose: CameraPose) throws(PlacementFailure) {
        guard pose.position.isValid else { throw .positionUnknown }
        guard pose.heightMetres > 0, pose.heightMetres < 20_000 else { throw .heightUnknown }
        guard let rotation = pose.rotation(of: camera) else { throw .attitudeUnknown }
        self.camera = camera
        self.rotation = rotation
        eye = pose.leverArm(of: camera)
        heightMetres = pose.heightMetres
        guard heightMetres - eye.z > 0 else { throw .heightUnknown }
    }

    /// The water that a pixel sees.
    public func point(at pixel: ImagePoint) throws(PlacementFailure) -> Point {
        guard pixel.x.isFinite, pixel.y.isFinite else { throw .positionUnknown }
        guard let inCamera = camera.ray(pixel) else { throw .outsideLens }
        let ray = rotation * inCamera
        guard ray.z > 1e-9 else { throw .aboveHorizon }
        let tangent = (ray.x * ray.x + ray.y * ray.y).squareRoot() / ray.z
        let offNadir = atan(tangent)
        guard offNadir <= Self.steepestOffNadirDegrees * WGS84.radiansPerDegree else {
            throw .tooOblique(offNadirDegrees: offNadir / WGS84.radiansPerDegree)
        }
        let height = heightMetres - eye.z
        let seen = eye + height / ray.z * ray
        return Point(
            east: seen.y, north: seen.x, offNadir: offNadir, direction: atan2(ray.y, ray.x),
            slantRangeMetres: height * (1 + tangent * tangent).squareRoot(), heightMetres: height)
    }

    /// The pixel that shows a place on the water, metres from the point below the pose's; also outside the picture. Nil where it is
    /// behind the camera or the lens gives no single picture of it.
    public func pixel(east: Double, north: Double) -> ImagePoint? {
        camera.pixel(of: rotation.inverse * (Vector(x: north, y: east, z: heightMetres) - eye))
    }
}
