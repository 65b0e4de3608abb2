import Glibc

/// A camera with square pixels and no lens distortion (a pinhole).
///
/// Wide lenses bend: beyond about 70 degrees of field the outer third of the image is placed too far out.
public struct CameraModel: Hashable, Sendable {
    /// Pixels, at least 1.
    public let width: Int, height: Int
    /// Angle between the left and right image edge, more than 0 and less than 170 degrees.
    public let horizontalFieldOfViewDegrees: Double
    /// Angle of the axis above the drone's nose where there is no gimbal report: 0 forward, −90 straight down.
    ///
    /// With −90 the top of the image shows toward the nose.
    public let mountPitchDegrees: Double

    /// Nil when a value is outside its range.
    public init?(width: Int, height: Int, horizontalFieldOfViewDegrees: Double, mountPitchDegrees: Double = -90) {
        guard (1...65_535).contains(width), (1...65_535).contains(height), horizontalFieldOfViewDegrees > 0,
            horizontalFieldOfViewDegrees < 170, (-90...90).contains(mountPitchDegrees)
        else { return nil }
        self.width = width
        self.height = height
        self.horizontalFieldOfViewDegrees = horizontalFieldOfViewDegrees
        self.mountPitchDegrees = mountPitchDegrees
    }
    /// Focal length in pixels.
    public var focalLengthPixels: Double {
        Double(width) / 2 / tan(horizontalFieldOfViewDegrees / 2 * WGS84.radiansPerDegree)
    }

    /// The ray through a pixel in the axes of the drone (forward, right, down) at the angle it is mounted at.
    ///
    /// Pixel (0, 0) is the image's upper left corner; the middle of the first pixel is (0.5, 0.5). Length is not 1.
    func ray(pixelX: Double, pixelY: Double, pitchDegrees: Double) -> Vector {
        let focal = focalLengthPixels
        let right = (pixelX - Double(width) / 2) / focal
        let below = (pixelY - Double(height) / 2) / focal
        let sine = sin(pitchDegrees * WGS84.radiansPerDegree), cosine = cos(pitchDegrees * WGS84.radiansPerDegree)
        // Axis (cos, 0, −sin); image right is the drone's right; image down = axis × right.
        return Vector(x: cosine + below * sine, y: right, z: -sine + below * cosine)
    }
}

/// Forward, right, down on the drone, or north, east, down on the ground.
struct Vector {
    var x: Double, y: Double, z: Double

    /// From the drone's axes to north–east–down: roll, then pitch, then yaw (the aerospace order of ISO 1151).
    func rotated(rollDegrees: Double, pitchDegrees: Double, yawDegrees: Double) -> Vector {
        let (roll, pitch, yaw) = (
            rollDegrees * WGS84.radiansPerDegree, pitchDegrees * WGS84.radiansPerDegree,
            yawDegrees * WGS84.radiansPerDegree
        )
        let rolled = Vector(x: x, y: y * cos(roll) - z * sin(roll), z: y * sin(roll) + z * cos(roll))
        let pitched = Vector(
            x: rolled.x * cos(pitch) + rolled.z * sin(pitch), y: rolled.y,
            z: -rolled.x * sin(pitch) + rolled.z * cos(pitch))
        return Vector(
            x: pitched.x * cos(yaw) - pitched.y * sin(yaw), y: pitched.x * sin(yaw) + pitched.y * cos(yaw),
            z: pitched.z)
    }
}
