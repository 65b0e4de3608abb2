import FlightTypes
import Geodesy
import Glibc
import VisibleWitness

/// Asks the visible camera about what the thermal camera follows: puts each track into the visible picture and keeps what is seen
/// there. A value without thread or clock.
///
/// Both cameras look at the same water from the same drone, so most of a pose's error moves both alike; what is left between them is
/// how well each is known to be mounted, and what changes from picture to picture.
package struct WitnessDesk {
    /// Tracks as of one thermal frame.
    package struct Told {
        package var tracks: [TrackReport]
        package var captureTime: MonotonicInstant
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
    /// What the visible camera has found by itself.
    private var colours: WaterTracks
    private var lastColours: MonotonicInstant?
    /// Its tracks count from here on, so that no number means two things.
    private static let firstNumber: UInt32 = 1 << 31
    /// So near to what the thermal camera follows, it is the same thing, metres; the cameras' own error comes on top.
    private static let sameMetres = 3.0
    /// Seen in the last look, which may be so long ago, milliseconds.
    private static let betweenLooks: UInt32 = 500
    /// Where more colours than this stay at once the picture shows land, and none is told of.
    private static let coloursLimit = 6

    /// Nil where the codec cannot be set up. `thermal` nil stands for a camera mounted by eye.
    package init?(visible: CameraCalibration, thermal: CameraCalibration?, current: WaterCurrent? = nil) {
        guard let witness = try? VisibleWitness() else { return nil }
        (self.visible, self.thermal, self.witness) = (visible, thermal, witness)
        colours = WaterTracks(current: current)
    }

    var counters: VisibleWitness.Counters { witness.counters }

    /// What is known about a track.
    func testimony(of number: UInt32, at now: MonotonicInstant? = nil) -> TrackReport.Witness {
        witness.testimony(of: number, at: now)
    }

    /// What the visible camera found by itself and follows, as of a moment: of a colour that water does not have, no larger and no faster
    /// than a person, and not near one of `thermal`, the tracks of the thermal camera at the same moment.
    package func raised(at now: MonotonicInstant, beside thermal: [TrackReport]) -> [TrackReport] {
        guard let lastColours, now.since(lastColours) <= Self.foretellLimit else { return [] }
        let tracks = colours.reports(at: now)
        guard tracks.count <= Self.coloursLimit else { return [] }
        return tracks.compactMap { track in
            guard track.doubts.isDisjoint(with: [.large, .fast]) else { return nil }
            let plane = LocalPlane(origin: GeodeticPosition(latitude: track.latitude, longitude: track.longitude))
            let reach = Self.sameMetres + Double(track.ellipse.semiMajorMetres)
            let isTold = thermal.contains { other in
                let off = plane.offset(to: GeodeticPosition(latitude: other.latitude, longitude: other.longitude))
                return hypot(off.east, off.north) < reach
            }
            guard !isTold else { return nil }
            var raised = track
            raised.sense = .visible
            // The visible camera is looked at less often than reports are written.
            raised.isSeen = track.unseenMilliseconds <= Self.betweenLooks
            raised.number |= Self.firstNumber
            return raised
        }
    }

    /// Looks at a visible frame for all that was told last, and for what nobody has told of. A frame without pose, picture or sense is
    /// left out.
    package mutating func look(at frame: Frame, for told: Told?) {
        let now = frame.captureTime.monotonic
        guard witness.isDue(at: now), frame.encoding == .jpeg,
            frame.flags.isDisjoint(with: [.frozen, .blind, .implausible]),
            let sighting = Sighting(frame.pose), sighting.isSteady,
            let camera = visible.camera.resized(width: Int(frame.width), height: Int(frame.height))
        else { return }
        places.removeAll(keepingCapacity: true)
        if let told { addPlaces(of: told, frame, sighting, camera) }
        guard witness.look(at: frame.payload, taken: now, places: places) else { return }
        _ = colours.follow(
            witness.spots, at: now, from: sighting, grain: witness.grain, camera: camera,
            usual: visible.errors(at: nil, camera: camera, frame.pose))
        lastColours = now
    }

    private mutating func addPlaces(of told: Told, _ frame: Frame, _ sighting: Sighting, _ camera: CameraModel) {
        let thermalOffset = thermal?.timeOffset ?? .zero
        let later = frame.captureTime.monotonic.since(told.captureTime) - visible.timeOffset + thermalOffset
        guard later >= .zero - Self.foretellLimit, later <= Self.foretellLimit else { return }
        for track in told.tracks where track.sense == .thermal {
            let seconds = later.milliseconds / 1000
            if let place = place(of: track, later: seconds, frame, sighting, camera) { places.append(place) }
        }
    }

    /// Where a track should be in a picture, so many seconds after it was told; also outside of the picture.
    private func place(
        of track: TrackReport, later: Double, _ frame: Frame, _ sighting: Sighting, _ camera: CameraModel
    ) -> WitnessPlace? {
        let pose = sighting.pose
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
