import FlightTypes
import Geodesy
import Glibc
import VisibleWitness

/// Asks the visible camera about what the thermal camera follows: puts each track into the visible picture and keeps what is seen
/// there. A value without thread or clock.
///
/// Both cameras look at the same water from the same drone, so most of a pose's error moves both alike; what is left between them is
/// how well each is known to be mounted, and what changes from picture to picture.
struct WitnessDesk {
    /// Tracks as of one thermal frame.
    struct Told {
        var tracks: [TrackReport]
        var captureTime: MonotonicInstant
    }
    /// A head: 0.19 × 0.15 m.
    private static let headRadiusMetres = 0.085
    /// Between two cameras' pictures besides their mounting: how well a track's own place is known, metres, and tilt that changes from
    /// picture to picture, degrees.
    private static let trackMetres = 0.4, jitterDegrees = 0.3
    /// Sigmas that are searched.
    private static let sigmas = 1.6
    /// A track is foretold no further than this; older than that it says nothing about the picture.
    private static let foretellLimit: Duration = .seconds(2)

    private let visible: CameraCalibration, thermal: CameraCalibration?
    private var witness: VisibleWitness
    private var places: [WitnessPlace] = []

    /// Nil where the codec cannot be set up. `thermal` nil stands for a camera mounted by eye.
    init?(visible: CameraCalibration, thermal: CameraCalibration?) {
        guard let witness = try? VisibleWitness() else { return nil }
        (self.visible, self.thermal, self.witness) = (visible, thermal, witness)
    }

    var counters: VisibleWitness.Counters { witness.counters }

    /// What is known about a track.
    func testimony(of number: UInt32, at now: MonotonicInstant? = nil) -> TrackReport.Witness {
        witness.testimony(of: number, at: now)
    }

    /// Looks at a visible frame for all that was told last. A frame without pose, picture or sense is left out.
    mutating func look(at frame: Frame, for told: Told) {
        let now = frame.captureTime.monotonic
        guard witness.isDue(at: now), frame.encoding == .jpeg,
            frame.flags.isDisjoint(with: [.frozen, .blind, .implausible]),
            frame.pose.quality == .interpolated || frame.pose.quality == .extrapolated,
            let camera = visible.camera.resized(width: Int(frame.width), height: Int(frame.height))
        else { return }
        let thermalOffset = thermal?.timeOffset ?? .zero
        let later = now.since(told.captureTime) - visible.timeOffset + thermalOffset
        guard later >= .zero - Self.foretellLimit, later <= Self.foretellLimit else { return }
        places.removeAll(keepingCapacity: true)
        for track in told.tracks {
            if let place = place(of: track, later: later.milliseconds / 1000, frame, camera) { places.append(place) }
        }
        witness.look(at: frame.payload, taken: now, places: places)
    }

    /// Where a track should be in a picture, so many seconds after it was told; also outside of the picture.
    private func place(of track: TrackReport, later: Double, _ frame: Frame, _ camera: CameraModel) -> WitnessPlace? {
        let pose = CameraPose(frame.pose)
        let told = GeodeticPosition(latitude: track.latitude, longitude: track.longitude)
        guard told.isValid, pose.position.isValid else { return nil }
        let there = LocalPlane(origin: told).position(
            east: Double(track.velocityEast) * later, north: Double(track.velocityNorth) * later)
        guard let pixel = project(there, camera: camera, pose: pose) else { return nil }
        let off = LocalPlane(origin: pose.position).offset(to: there)
        let range = hypot(hypot(off.east, off.north), pose.heightMetres)
        let pixelMetres = range / min(camera.focalLengthPixels, camera.focalLengthDownPixels)
        guard pixelMetres > 0, pixelMetres.isFinite else { return nil }
        return WitnessPlace(
            number: track.number, x: pixel.x, y: pixel.y, thingRadius: Self.headRadiusMetres / pixelMetres,
            searchRadius: Self.sigmas * error(at: pixel, range: range, frame, camera) / pixelMetres)
    }

    /// One sigma between the cameras on the water, metres.
    private func error(at pixel: ImagePoint, range: Double, _ frame: Frame, _ camera: CameraModel) -> Double {
        let thermal =
            thermal?.uncertainty
            ?? CalibrationUncertainty(focalLengthPercent: 5, boresightDegrees: 2, timeOffsetMilliseconds: 50)
        let mounting = hypot(visible.uncertainty.boresightDegrees, thermal.boresightDegrees)
        let turned = range * hypot(mounting, Self.jitterDegrees) * .pi / 180
        let middle = hypot(pixel.x - camera.principalPoint.x, pixel.y - camera.principalPoint.y)
        let focal = range / camera.focalLengthPixels * middle * visible.uncertainty.focalLengthPercent / 100
        let speed = frame.pose.groundSpeed.isFinite ? Double(frame.pose.groundSpeed) : 0
        let time = hypot(visible.uncertainty.timeOffsetMilliseconds, thermal.timeOffsetMilliseconds) / 1000 * speed
        return hypot(hypot(turned, Self.trackMetres), hypot(focal, time))
    }
}
