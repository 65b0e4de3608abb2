import FlightTypes
import Geodesy
import Glibc
import HotspotDetection
import Tracking

/// Spots of one camera's frames, put on the water with the frame's pose and followed. One thread.
struct WaterTracks {
    /// Tilt that changes from picture to picture, degrees; the rest of a pose's error moves all places alike.
    private static let jitterDegrees = 0.3
    /// The plane begins anew when the drone is so far from its middle.
    private static let planeReach = 5000.0
    private var tracker: WaterTracker
    private var plane: LocalPlane?
    /// Spots that have a place, and what the tracker is told of each.
    private var kept: [Hotspot] = [], observations: [Observation] = []
    /// Spots of confirmed tracks in the last frame with the track's number.
    private var confirmed: [(track: UInt32, spot: Hotspot)] = []
    /// The error of each confirmed track's last sighting.
    private var ellipses: [UInt32: ErrorEllipse] = [:]

    init(current: WaterCurrent?) {
        var rules = WaterTracker.Rules()
        if let current {
            rules.current = PlanePoint(east: current.east, north: current.north)
        } else {
            // Anything up to a strong current has to be taken for possible.
            rules.velocitySigma = 1.2
            rules.personSpeed = 3.5
        }
        tracker = WaterTracker(rules: rules)
    }

    var counters: WaterTracker.Counters { tracker.counters }

    /// What of a frame belongs to tracks, and all tracks that people are told of.
    struct Findings {
        /// Spots of confirmed tracks with the track's number.
        var spots: [(track: UInt32, spot: Hotspot)] = []
        /// The surest first; each without its detection and picture, which the report gives it.
        var tracks: [TrackReport] = []
    }

    /// Warmer than its surroundings by more than this is no person, in the picture's unit.
    var personContrast: Double {
        get { tracker.rules.personContrast }
        set { tracker.rules.personContrast = newValue }
    }

    /// The sensor corrected itself: nothing is missed.
    mutating func skip() { tracker.skip() }

    /// Follows the spots of a frame, which was taken at `now` from `sighting`; they count in squares of `grain` × `grain` of the pixels of
    /// `camera`, which has the frame's size. `usual` are the errors of flight and camera.
    mutating func follow(
        _ spots: [Hotspot], at now: MonotonicInstant, from sighting: Sighting, grain: Double = 1, camera: CameraModel,
        usual: PlacementErrors
    ) -> Findings {
        let pose = sighting.pose
        guard let plane = plane(around: pose.position) else {
            return Findings(tracks: reports(at: now))
        }
        let view = try? CameraView(of: camera, at: pose)
        let drone = plane.offset(to: pose.position)
        observations.removeAll(keepingCapacity: true)
        kept.removeAll(keepingCapacity: true)
        for spot in spots {
            guard let view, let point = try? view.point(at: spot.middle(grain: grain)) else { continue }
            observations.append(Self.observation(of: spot, grain: grain, at: point, from: drone, camera))
            kept.append(spot)
        }
        let numbers = tracker.update(observations, at: now) { place in
            guard let pixel = view?.pixel(east: place.east - drone.east, north: place.north - drone.north) else {
                return false
            }
            return (0..<Double(camera.width)).contains(pixel.x) && (0..<Double(camera.height)).contains(pixel.y)
        }
        confirmed.removeAll(keepingCapacity: true)
        for (spot, number) in zip(kept, numbers) {
            guard let number, tracker.tracks.contains(where: { $0.number == number && $0.state == .confirmed }) else {
                continue
            }
            confirmed.append((number, spot))
            if let ground = sighting.place(spot.middle(grain: grain), camera: camera, usual: usual) {
                ellipses[number] = ground.ellipse
            }
        }
        if !ellipses.isEmpty {
            ellipses = ellipses.filter { kept in tracker.tracks.contains { $0.number == kept.key } }
        }
        return Findings(spots: confirmed, tracks: reports(at: now, areOfFrame: true))
    }

    /// All tracks that people are told of, the surest first, as of a moment; the last frame's, or one that shows nothing.
    func reports(at now: MonotonicInstant, areOfFrame: Bool = false) -> [TrackReport] {
        guard let plane else { return [] }
        var reports: [TrackReport] = []
        for track in tracker.tracks where track.state == .confirmed {
            let isSeen = areOfFrame && confirmed.contains { $0.track == track.number }
            reports.append(report(track, plane, at: now, isSeen: isSeen))
        }
        reports.sort { Self.isSurer($0, than: $1) }
        return reports
    }

    private static func isSurer(_ one: TrackReport, than other: TrackReport) -> Bool {
        if one.doubts.isEmpty != other.doubts.isEmpty { return one.doubts.isEmpty }
        if one.bestScore != other.bestScore { return one.bestScore > other.bestScore }
        return one.number < other.number
    }

    private func report(_ track: Track, _ plane: LocalPlane, at now: MonotonicInstant, isSeen: Bool) -> TrackReport {
        let foretold = track.foretold(at: now)
        let place = plane.position(east: foretold.place.east, north: foretold.place.north)
        // The pose's own error is that of the last sighting; what has been foretold since then comes on top.
        let ellipse = (ellipses[track.number] ?? ErrorEllipse.zero).widened(bySigma: foretold.sigma)
        func milliseconds(_ since: MonotonicInstant) -> UInt32 {
            UInt32(clamping: Int64(now.since(since).milliseconds))
        }
        var report = TrackReport(
            number: track.number, isSeen: isSeen, ageMilliseconds: milliseconds(track.birth),
            unseenMilliseconds: milliseconds(track.lastSeen), hits: UInt32(clamping: track.hits),
            looks: UInt32(clamping: track.looks), bestScore: Float(track.bestScore),
            areaSquareMetres: Float(track.areaSquareMetres), contrast: Float(track.contrast),
            latitude: place.latitude, longitude: place.longitude,
            ellipse: TrackReport.Ellipse(
                semiMajorMetres: Float(ellipse.semiMajorMetres), semiMinorMetres: Float(ellipse.semiMinorMetres),
                directionDegrees: Float(ellipse.directionDegrees)),
            velocityEast: Float(track.velocity.east), velocityNorth: Float(track.velocity.north),
            velocitySigma: Float(track.sigmas.velocity))
        report.doubts = track.doubts
        return report
    }

    private mutating func plane(around position: GeodeticPosition) -> LocalPlane? {
        guard position.isValid else { return nil }
        if let plane {
            let off = plane.offset(to: position)
            if hypot(off.east, off.north) < Self.planeReach { return plane }
        }
        // Tracks of the old plane mean nothing on the new one.
        tracker.forget()
        plane = LocalPlane(origin: position)
        return plane
    }

    /// A spot on the water; `drone` is where the drone is on the tracker's plane.
    private static func observation(
        of spot: Hotspot, grain: Double, at point: CameraView.Point, from drone: (east: Double, north: Double),
        _ camera: CameraModel
    ) -> Observation {
        let pixelMetres = grain * point.slantRangeMetres / min(camera.focalLengthPixels, camera.focalLengthDownPixels)
        let jitter = point.slantRangeMetres * jitterDegrees * .pi / 180
        return Observation(
            place: PlanePoint(east: drone.east + point.east, north: drone.north + point.north),
            sigmaMetres: hypot(jitter, pixelMetres / 3),
            areaSquareMetres: Double(spot.area) * pixelMetres * pixelMetres,
            pointSquareMetres: Observation.pointPixels * pixelMetres * pixelMetres, contrast: Double(spot.contrast),
            score: Double(spot.score))
    }
}

extension Hotspot {
    /// Its centroid, counted from the picture's upper left corner.
    fileprivate func middle(grain: Double) -> ImagePoint {
        ImagePoint(x: grain * (Double(centroidX) + 0.5), y: grain * (Double(centroidY) + 0.5))
    }
}
