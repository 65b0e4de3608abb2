import FlightTypes
import Geodesy
import Glibc
import HotspotDetection

/// How what is on the water moves in the picture from one frame to the next: by the drone's pose at both, the camera and the current.
struct PictureMotion {
    /// What lies longer between two frames is no motion any more.
    private static let longestSeconds = 1.0
    private let current: WaterCurrent?
    private var last: (pose: CameraPose, camera: CameraModel, time: MonotonicInstant)?

    init(current: WaterCurrent?) { self.current = current }

    /// The motion since the frame before; nil at the first, without a pose and where the camera does not look down on the water.
    mutating func motion(to frame: ThermalFrame, camera: CameraModel?) -> ImageMotion? {
        guard let sighting = Sighting(frame.pose), sighting.isSteady, let camera else {
            last = nil
            return nil
        }
        let pose = sighting.pose, time = frame.captureTime.monotonic
        defer { last = (pose, camera, time) }
        guard let last, last.camera == camera else { return nil }
        let seconds = time.since(last.time).milliseconds / 1000
        guard seconds > 0, seconds <= Self.longestSeconds else { return nil }
        return motion(from: last.pose, to: pose, camera: camera, seconds: seconds)
    }

    private func motion(
        from before: CameraPose, to now: CameraPose, camera: CameraModel, seconds: Double
    ) -> ImageMotion? {
        let middle = ImagePoint(x: Double(camera.width) / 2, y: Double(camera.height) / 2)
        // What lies in the middle now was elsewhere in the frame before.
        guard case .success(let ground) = place(middle, camera: camera, pose: now),
            let was = project(ground.position, camera: camera, pose: before)
        else { return nil }
        let (groundX, groundY) = (middle.x - was.x, middle.y - was.y)
        let plane = LocalPlane(origin: ground.position)
        func drifted(east: Double, north: Double) -> ImagePoint? {
            project(plane.position(east: east, north: north), camera: camera, pose: now)
        }
        let (currentEast, currentNorth) = current.map { ($0.east, $0.north) } ?? (0, 0)
        let own = (current == nil ? ImageMotion.fastestCurrent : ImageMotion.swimmerSpeed) * seconds
        guard let water = drifted(east: currentEast * seconds, north: currentNorth * seconds),
            let east = drifted(east: own, north: 0), let north = drifted(east: 0, north: own)
        else { return nil }
        let reach = max(hypot(east.x - middle.x, east.y - middle.y), hypot(north.x - middle.x, north.y - middle.y))
        return ImageMotion(
            groundX: Float(groundX), groundY: Float(groundY), waterX: Float(groundX + water.x - middle.x),
            waterY: Float(groundY + water.y - middle.y), reach: Float(reach))
    }
}
