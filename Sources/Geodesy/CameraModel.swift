import Glibc

/// A point of an image in pixels: (0, 0) is the upper left corner, the middle of the first pixel is (0.5, 0.5).
///
/// OpenCV counts from the middle of the first pixel; its coordinates are these less 0.5.
public struct ImagePoint: Hashable, Sendable {
    /// Pixels to the right and down.
    public var x: Double, y: Double
    /// A point as given.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// Small turns that make a camera look elsewhere than where it is mounted to look, degrees, about the camera's own axes.
///
/// Roll is about the line of sight (the picture's content turns counter-clockwise), pitch lifts it toward the picture's top,
/// yaw turns it toward the picture's right; in this order, as for an attitude.
public struct Boresight: Hashable, Sendable {
    /// Degrees, within ±45.
    public var rollDegrees: Double, pitchDegrees: Double, yawDegrees: Double
    /// Angles as given; zero is a camera that looks where its mount says.
    public init(rollDegrees: Double = 0, pitchDegrees: Double = 0, yawDegrees: Double = 0) {
        self.rollDegrees = rollDegrees
        self.pitchDegrees = pitchDegrees
        self.yawDegrees = yawDegrees
    }
    var isPlausible: Bool { [rollDegrees, pitchDegrees, yawDegrees].allSatisfy { $0.magnitude <= 45 } }
    var rotation: Rotation {
        Rotation(rollDegrees: rollDegrees, pitchDegrees: pitchDegrees, yawDegrees: yawDegrees)
    }
}

/// Where the camera sits, from the point whose position the pose gives: metres forward, right and down on the drone.
public struct LeverArm: Hashable, Sendable {
    /// Metres, within ±100.
    public var forwardMetres: Double, rightMetres: Double, downMetres: Double
    /// Lengths as given.
    public init(forwardMetres: Double = 0, rightMetres: Double = 0, downMetres: Double = 0) {
        self.forwardMetres = forwardMetres
        self.rightMetres = rightMetres
        self.downMetres = downMetres
    }
    var isPlausible: Bool { [forwardMetres, rightMetres, downMetres].allSatisfy { $0.magnitude <= 100 } }
    var vector: Vector { Vector(x: forwardMetres, y: rightMetres, z: downMetres) }
}

/// How a camera makes a picture, and how it sits on the drone.
public struct CameraModel: Hashable, Sendable {
    /// Pixels, 1…65,535.
    public let width: Int, height: Int
    /// Focal length in pixels across and down the picture; they differ where pixels are not square.
    public let focalLengthPixels: Double, focalLengthDownPixels: Double
    /// Where the axis meets the picture.
    public let principalPoint: ImagePoint
    /// How the lens bends.
    public let distortion: LensDistortion
    /// Angle of the axis above the drone's nose where there is no gimbal report: 0 forward, −90 straight down.
    ///
    /// With −90 the top of the image shows toward the nose.
    public var mountPitchDegrees: Double
    /// What the camera's own axes are off from the mount's, or the gimbal's.
    public var boresight = Boresight()
    /// Where the camera sits.
    public var leverArm = LeverArm()

    /// A camera with square pixels and no lens distortion (a pinhole); nil when a value is outside its range.
    ///
    /// The field of view is the angle between the left and right image edge, more than 0 and less than 170 degrees.
    public init?(width: Int, height: Int, horizontalFieldOfViewDegrees: Double, mountPitchDegrees: Double = -90) {
        guard horizontalFieldOfViewDegrees > 0, horizontalFieldOfViewDegrees < 170 else { return nil }
        self.init(
            width: width, height: height,
            focalLengthPixels: Double(width) / 2 / tan(horizontalFieldOfViewDegrees / 2 * WGS84.radiansPerDegree),
            mountPitchDegrees: mountPitchDegrees)
    }

    /// A camera of its parts; nil when a value is outside its range.
    ///
    /// Focal lengths more than 0 and at most 10⁶ pixels (down: as across, unless given). The principal point is within one
    /// picture of the picture; the middle, unless given.
    public init?(
        width: Int, height: Int, focalLengthPixels: Double, focalLengthDownPixels: Double? = nil,
        principalPoint: ImagePoint? = nil, distortion: LensDistortion = .none, mountPitchDegrees: Double = -90,
        boresight: Boresight = Boresight(), leverArm: LeverArm = LeverArm()
    ) {
        let down = focalLengthDownPixels ?? focalLengthPixels
        let centre = principalPoint ?? ImagePoint(x: Double(width) / 2, y: Double(height) / 2)
        guard (1...65_535).contains(width), (1...65_535).contains(height), focalLengthPixels > 0,
            focalLengthPixels <= 1e6, down > 0, down <= 1e6, (-90...90).contains(mountPitchDegrees),
            (-Double(width)...2 * Double(width)).contains(centre.x),
            (-Double(height)...2 * Double(height)).contains(centre.y), boresight.isPlausible, leverArm.isPlausible
        else { return nil }
        self.width = width
        self.height = height
        self.focalLengthPixels = focalLengthPixels
        self.focalLengthDownPixels = down
        self.principalPoint = centre
        self.distortion = distortion
        self.mountPitchDegrees = mountPitchDegrees
        self.boresight = boresight
        self.leverArm = leverArm
    }

    /// Angle between the left and right image edge if the lens did not bend, degrees.
    public var horizontalFieldOfViewDegrees: Double {
        (atan(principalPoint.x / focalLengthPixels)
            + atan((Double(width) - principalPoint.x) / focalLengthPixels)) / WGS84.radiansPerDegree
    }
    /// Whether the lens can be undone all along the picture's edge; false for coefficients that fold the picture.
    public var isUsableToTheEdge: Bool {
        for step in 0...16 {
            let (x, y) = (Double(width) * Double(step) / 16, Double(height) * Double(step) / 16)
            for point in [(x, 0), (x, Double(height)), (0, y), (Double(width), y)]
            where ray(ImagePoint(x: point.0, y: point.1)) == nil { return false }
        }
        return true
    }

    /// The same camera at another picture size of the same shape (within 2 %); nil for another shape.
    ///
    /// Holds where the sensor's whole picture is scaled, not where a part is cut out.
    public func resized(width newWidth: Int, height newHeight: Int) -> CameraModel? {
        if newWidth == width, newHeight == height { return self }
        let (across, down) = (Double(newWidth) / Double(width), Double(newHeight) / Double(height))
        guard across > 0, (down / across - 1).magnitude <= 0.02 else { return nil }
        return CameraModel(
            width: newWidth, height: newHeight, focalLengthPixels: focalLengthPixels * across,
            focalLengthDownPixels: focalLengthDownPixels * down,
            principalPoint: ImagePoint(x: principalPoint.x * across, y: principalPoint.y * down),
            distortion: distortion, mountPitchDegrees: mountPitchDegrees, boresight: boresight, leverArm: leverArm)
    }

    /// The ray through a pixel in the camera's axes (forward along the line of sight, right, down), forward being 1.
    ///
    /// Nil where the lens cannot be undone.
    func ray(_ pixel: ImagePoint) -> Vector? {
        let bent = (
            x: (pixel.x - principalPoint.x) / focalLengthPixels, y: (pixel.y - principalPoint.y) / focalLengthDownPixels
        )
        return distortion.undistorted(x: bent.x, y: bent.y).map { Vector(x: 1, y: $0.x, z: $0.y) }
    }
    /// The pixel of a direction in the camera's axes, also outside the picture; nil behind the camera and where the lens
    /// gives no single picture of it.
    func pixel(of direction: Vector) -> ImagePoint? {
        guard direction.x > 1e-9 else { return nil }
        return distortion.distorted(x: direction.y / direction.x, y: direction.z / direction.x).map {
            ImagePoint(
                x: principalPoint.x + focalLengthPixels * $0.x, y: principalPoint.y + focalLengthDownPixels * $0.y)
        }
    }
    /// From the camera's axes to those of the drone when no gimbal holds it.
    var mountRotation: Rotation {
        Rotation(rollDegrees: 0, pitchDegrees: mountPitchDegrees, yawDegrees: 0) * boresight.rotation
    }
    /// Whether a point lies in the picture.
    public func contains(_ point: ImagePoint) -> Bool {
        (0...Double(width)).contains(point.x) && (0...Double(height)).contains(point.y)
    }
}
