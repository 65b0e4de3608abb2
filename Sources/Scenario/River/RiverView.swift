import Geodesy
import Glibc

/// A point on the river: metres downstream, and metres from the mean shoreline of the right bank toward land; water is negative.
public struct RiverPoint: Hashable, Sendable {
    /// Metres.
    public var x: Double, y: Double
    /// A point of its parts.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// Where a camera is over the river and where it looks; the river flows east.
public struct RiverPose: Hashable, Sendable {
    /// Below the camera.
    public var place: RiverPoint
    /// Metres above the water.
    public var height: Double
    /// Degrees: clockwise from north, above the horizon (−90 straight down), and about the line of sight.
    public var yaw: Double, pitch: Double, roll: Double
}

/// What a pinhole camera sees of a plane, by vectors. Not the product's own geometry: that is what the flight is to test.
struct RiverView {
    /// East, north, up.
    typealias Vector = SIMD3<Double>
    let pose: RiverPose
    let width: Int, height: Int
    /// Pixels.
    let focal: Double
    private let forward: Vector, right: Vector, down: Vector

    init(_ pose: RiverPose, width: Int, height: Int, pixelRadians: Double) {
        (self.pose, self.width, self.height) = (pose, width, height)
        focal = 1 / pixelRadians
        let radians = Double.pi / 180
        let (sineYaw, cosineYaw) = (sin(pose.yaw * radians), cos(pose.yaw * radians))
        let (sinePitch, cosinePitch) = (sin(pose.pitch * radians), cos(pose.pitch * radians))
        let forward = Vector(cosinePitch * sineYaw, cosinePitch * cosineYaw, sinePitch)
        let level = Vector(cosineYaw, -sineYaw, 0)
        // Right × forward is up in the picture.
        let up = Vector(
            level.y * forward.z - level.z * forward.y, level.z * forward.x - level.x * forward.z,
            level.x * forward.y - level.y * forward.x)
        let (sineRoll, cosineRoll) = (sin(pose.roll * radians), cos(pose.roll * radians))
        self.forward = forward
        right = cosineRoll * level - sineRoll * up
        down = -(sineRoll * level + cosineRoll * up)
    }

    /// The line of sight through image coordinates; (0.5, 0.5) is the middle of the first pixel. Its part along the axis is 1.
    func ray(x: Double, y: Double) -> Vector {
        forward + (x - Double(width) / 2) / focal * right + (y - Double(height) / 2) / focal * down
    }
    /// Change of ``ray(x:y:)`` from one pixel to the next on the right.
    var step: Vector { right / focal }

    /// Where a line of sight meets the water; nil above the horizon.
    func point(_ ray: Vector) -> RiverPoint? {
        guard ray.z < -1e-3 else { return nil }
        let far = pose.height / -ray.z
        return RiverPoint(x: pose.place.x + far * ray.x, y: pose.place.y - far * ray.y)
    }
    /// Image coordinates of a point on the water; nil behind the camera.
    func pixel(of point: RiverPoint) -> ImagePoint? {
        let offset = offset(of: point)
        let depth = (offset * forward).sum()
        guard depth > 1 else { return nil }
        return ImagePoint(
            x: Double(width) / 2 + focal * (offset * right).sum() / depth,
            y: Double(height) / 2 + focal * (offset * down).sum() / depth)
    }
    /// Angle between the line of sight to a point and straight down, degrees.
    func offNadir(of point: RiverPoint) -> Double {
        let offset = offset(of: point)
        return atan2(hypot(offset.x, offset.y), -offset.z) * 180 / .pi
    }
    /// How the picture changes around a point: pixels across and down for a metre downstream and for one toward land.
    func slope(at point: RiverPoint) -> (downstream: SIMD2<Double>, landward: SIMD2<Double>)? {
        let offset = offset(of: point)
        let depth = (offset * forward).sum()
        guard depth > 1 else { return nil }
        let (across, down) = ((offset * right).sum() / depth, (offset * self.down).sum() / depth)
        func change(_ metre: Vector) -> SIMD2<Double> {
            let deeper = (metre * forward).sum()
            return focal / depth
                * SIMD2((metre * right).sum() - across * deeper, (metre * self.down).sum() - down * deeper)
        }
        return (change(Vector(1, 0, 0)), change(Vector(0, -1, 0)))
    }
    private func offset(of point: RiverPoint) -> Vector {
        Vector(point.x - pose.place.x, pose.place.y - point.y, -pose.height)
    }
}
