import FlightTypes
import Geodesy
import Glibc
import HotspotDetection
import Tracking

/// Finds what is too weak for one picture but stays on the water: candidates of each thermal frame, put on the water and
/// followed. Without a pose there are no tracks. One sensor, one thread.
struct WaterWatch {
    /// Tilt that changes from picture to picture, degrees; the rest of a pose's error moves all places alike.
    private static let jitterDegrees = 0.3
    /// The plane begins anew when the drone is so far from its middle.
    private static let planeReach = 5000.0
    private var detector: HotspotDetector?
    private var tracker: WaterTracker
    private let rules: WaterTracker.Rules
    private var plane: LocalPlane?
    private var spots: [Hotspot] = []

    init(current: WaterCurrent?) {
        var rules = WaterTracker.Rules()
        if let current {
            rules.current = PlanePoint(
                east: current.metresPerSecond * sin(current.degrees * .pi / 180),
                north: current.metresPerSecond * cos(current.degrees * .pi / 180))
        } else {
            // Anything up to a strong current has to be taken for possible.
            rules.velocitySigma = 1.2
        }
        self.rules = rules
        tracker = WaterTracker(rules: rules)
    }

    var counters: WaterTracker.Counters { tracker.counters }

    /// What of this frame belongs to a confirmed track.
    mutating func confirmed(in frame: Frame, _ image: ThermalImage, camera: CameraModel?) -> [Hotspot] {
        guard !frame.flags.contains(.flatField) else {
            tracker.skip()
            return []
        }
        guard let camera, frame.pose.quality == .interpolated || frame.pose.quality == .extrapolated else { return [] }
        let pose = CameraPose(frame.pose)
        guard let plane = plane(around: pose.position) else { return [] }
        var detector = detector ?? HotspotDetector(configuration: .candidates(unit: frame.unit))
        detector.detect(image, into: &spots)
        self.detector = detector
        var kept: [Hotspot] = []
        let observations = spots.compactMap { spot -> Observation? in
            guard let seen = Self.observation(spot, camera: camera, pose: pose, plane: plane) else { return nil }
            kept.append(spot)
            return seen
        }
        let numbers = tracker.update(observations, at: frame.captureTime.monotonic) { point in
            let place = plane.position(east: point.east, north: point.north)
            guard let pixel = project(place, camera: camera, pose: pose) else { return false }
            return (0..<Double(frame.width)).contains(pixel.x) && (0..<Double(frame.height)).contains(pixel.y)
        }
        let confirmed = Set(tracker.tracks.filter { $0.state == .confirmed }.map(\.number))
        return zip(kept, numbers).compactMap { spot, number in
            number.map(confirmed.contains) ?? false ? spot : nil
        }
    }

    private mutating func plane(around position: GeodeticPosition) -> LocalPlane? {
        guard position.isValid else { return nil }
        if let plane {
            let off = plane.offset(to: position)
            if hypot(off.east, off.north) < Self.planeReach { return plane }
        }
        // Tracks of the old plane mean nothing on the new one.
        tracker = WaterTracker(rules: rules)
        plane = LocalPlane(origin: position)
        return plane
    }

    private static func observation(
        _ spot: Hotspot, camera: CameraModel, pose: CameraPose, plane: LocalPlane
    ) -> Observation? {
        let pixel = ImagePoint(x: Double(spot.centroidX) + 0.5, y: Double(spot.centroidY) + 0.5)
        guard case .success(let ground) = place(pixel, camera: camera, pose: pose) else { return nil }
        let off = plane.offset(to: ground.position)
        let pixelMetres = ground.slantRangeMetres / min(camera.focalLengthPixels, camera.focalLengthDownPixels)
        let jitter = ground.slantRangeMetres * jitterDegrees * .pi / 180
        return Observation(
            place: PlanePoint(east: off.east, north: off.north), sigmaMetres: hypot(jitter, pixelMetres / 3),
            areaSquareMetres: Double(spot.area) * pixelMetres * pixelMetres, contrast: Double(spot.contrast),
            score: Double(spot.score))
    }
}

/// How the water moves, as somebody who knows the river has written it down.
public struct WaterCurrent: Hashable, Sendable {
    /// Over ground.
    public var metresPerSecond: Double
    /// Where it flows to, clockwise from true north.
    public var degrees: Double
    /// A current of its parts.
    public init(metresPerSecond: Double, degrees: Double) {
        self.metresPerSecond = metresPerSecond
        self.degrees = degrees
    }
}
