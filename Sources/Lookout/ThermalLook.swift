import FlightTypes
import Geodesy
import HotspotDetection
import ImageCoding

/// What one thermal sensor's frames show, frame by frame: spots that one picture shows clearly, and tracks of what stays on the
/// water. A value without thread or clock; the agent's detector thread drives it, and the benchmark.
package struct ThermalLook {
    /// Crops are for people: one a second is more than anyone looks at.
    private static let cropInterval: Duration = .seconds(1)
    private let settings: LookSettings
    private let id: StreamID
    private var sequence: UInt64 = 0
    private var detector: HotspotDetector?
    /// For pictures of 8 bits: what a person on land looks like has to be learned.
    private var persons: PersonDetector?
    private var bodies: [Hotspot] = []
    private var watch: WaterWatch
    /// For pictures of few pixels, and how things move in them.
    private var temporal: TemporalDetector?
    private var motion: PictureMotion
    private var lasting: [Hotspot] = []
    private var hotspots: [Hotspot] = []
    /// Tracks that a single picture has shown clearly.
    private var clear: Set<UInt32> = []
    private var cropDue: MonotonicInstant?
    /// The score that each track had when a crop last showed it.
    private var pictured: [UInt32: Float] = [:]
    /// Asks the visible camera; nil where nobody has said how it is mounted.
    private var desk: WitnessDesk?
    private var told: WitnessDesk.Told?

    /// `visible` is the camera whose pictures are given to `look(atVisible:)`.
    package init(
        _ settings: LookSettings, current: WaterCurrent?, id: StreamID, visible: CameraCalibration? = nil
    ) {
        self.settings = settings
        self.id = id
        watch = WaterWatch(current: current)
        motion = PictureMotion(current: current)
        desk = visible.flatMap { WitnessDesk(visible: $0, thermal: settings.calibration, current: current) }
    }

    /// Looks for what the last report told of in a picture of the visible camera, and for colours that water does not have; the next
    /// report says what was seen.
    package mutating func look(atVisible frame: Frame) { desk?.look(at: frame, for: told) }

    /// The report on a frame; reports are numbered in the order of the calls.
    package mutating func report(on frame: ThermalFrame) -> DetectionReport {
        defer { sequence += 1 }
        hotspots.removeAll(keepingCapacity: true)
        bodies.removeAll(keepingCapacity: true)
        var tracks: [TrackReport] = []
        let camera = settings.camera(width: Int(frame.width), height: Int(frame.height))
        let image = ThermalImage(width: Int(frame.width), height: Int(frame.height), values: frame.values)
        if let image {
            // In place: held twice while they change, detectors would copy their buffers for each frame.
            if detector == nil { detector = makeDetector(frame.unit) }
            detector?.detect(image, into: &hotspots)
            addPersons(in: image, frame.unit)
            let usual = placementErrors(at: nil, camera: camera, frame.pose)
            let found = watch.look(at: frame, image, camera: camera, usual: usual)
            tracks = told(of: found)
            addLasting(image, frame, camera)
            merge(found.spots, into: &tracks)
        }
        let now = frame.captureTime.monotonic
        for place in tracks.indices {
            tracks[place].witness = desk?.testimony(of: tracks[place].number, at: now) ?? .silent
        }
        if let desk {
            told = WitnessDesk.Told(tracks: tracks, captureTime: now)
            let raised = desk.raised(at: now, beside: tracks)
            // There are few of these, and nobody else tells of them: a full list makes room.
            tracks.removeLast(max(0, tracks.count + raised.count - DetectionReport.tracksLimit))
            tracks += raised
        }
        var report = DetectionReport(
            id: ObjectID(flight: frame.id.flight, stream: id, sequence: sequence), captureTime: frame.captureTime,
            stream: frame.id.stream, sequence: frame.id.sequence, unit: frame.unit,
            detections: hotspots.map { placed($0, frame, camera) }, tracks: tracks)
        if let image { addCrop(to: &report, of: image, at: now) }
        return report
    }

    /// Persons go before spots, and a spot on one of them is the same thing.
    private mutating func addPersons(in image: ThermalImage, _ unit: ThermalUnit) {
        guard isLearned(unit), let network = NetworkFile.persons else { return }
        if persons == nil { persons = PersonDetector(network: network) }
        persons?.detect(image, into: &bodies)
        hotspots.removeAll { spot in bodies.contains { $0.covers(spot) } }
        hotspots.insert(contentsOf: bodies, at: 0)
        if hotspots.count > DetectionReport.detectionsLimit {
            hotspots.removeLast(hotspots.count - DetectionReport.detectionsLimit)
        }
    }

    /// The networks were trained on 8-bit pictures and say nothing about temperatures; who gives thresholds wants no network.
    private func isLearned(_ unit: ThermalUnit) -> Bool {
        unit == .none && settings.sigmas == 0 && settings.contrastFloor == 0
    }

    /// What is larger than a person or faster than a swimmer is told only where a single picture shows it clearly: boats and fires,
    /// not every patch of a meadow and every wake.
    private mutating func told(of found: WaterTracks.Findings) -> [TrackReport] {
        for (number, spot) in found.spots where hotspots.contains(where: { $0.overlaps(spot) }) { clear.insert(number) }
        var told = found.tracks
        if !clear.isEmpty { clear.formIntersection(told.map(\.number)) }
        told.removeAll { !$0.doubts.isDisjoint(with: [.large, .fast]) && !clear.contains($0.number) }
        told.removeLast(max(0, told.count - DetectionReport.tracksLimit))
        return told
    }

    /// What pictures of few pixels show only together. It joins the report as what it is in the picture and makes no tracks: at a pixel
    /// of a third of a metre the two would tell of the same thing twice.
    private mutating func addLasting(_ image: ThermalImage, _ frame: ThermalFrame, _ camera: CameraModel?) {
        guard max(image.width, image.height) <= TemporalDetector.longestEdge else { return }
        if temporal == nil { temporal = TemporalDetector(configuration: .init(unit: frame.unit)) }
        let moved = motion.motion(to: frame, camera: camera)
        temporal?.detect(
            image, at: frame.captureTime.monotonic, motion: moved, isFlatField: frame.flags.contains(.flatField),
            into: &lasting)
        for spot in lasting
        where hotspots.count < DetectionReport.detectionsLimit && !hotspots.contains(where: { $0.overlaps(spot) }) {
            hotspots.append(spot)
        }
    }

    /// Each track gets its detection: one that the single picture shows too, or its own.
    private mutating func merge(_ spots: [(track: UInt32, spot: Hotspot)], into tracks: inout [TrackReport]) {
        for (number, spot) in spots {
            guard let track = tracks.firstIndex(where: { $0.number == number }) else { continue }
            var place = hotspots.firstIndex { $0.overlaps(spot) }
            if place == nil, hotspots.count < DetectionReport.detectionsLimit {
                place = hotspots.count
                hotspots.append(spot)
            }
            guard let place else { continue }
            tracks[track].detection = UInt8(clamping: place)
        }
    }

    /// A track that nobody has a picture of yet, or only a worse one, goes before the strongest spot.
    private mutating func addCrop(to report: inout DetectionReport, of image: ThermalImage, at now: MonotonicInstant) {
        guard cropDue.map({ now >= $0 }) ?? true else { return }
        let numbers = Set(report.tracks.map(\.number))
        pictured = pictured.filter { numbers.contains($0.key) }
        let wanting = report.tracks.firstIndex { track in
            track.detection != nil && track.bestScore > 1.1 * (pictured[track.number] ?? 0)
        }
        let shown = wanting ?? report.tracks.firstIndex { $0.detection == 0 }
        let place = shown.flatMap { report.tracks[$0].detection.map(Int.init) } ?? 0
        guard place < report.detections.count else { return }
        report.crop = Self.crop(of: image, around: report.detections[place])
        cropDue = now.advanced(by: Self.cropInterval)
        guard let shown, !report.crop.isEmpty else { return }
        report.tracks[shown].isPictured = true
        pictured[report.tracks[shown].number] = report.tracks[shown].bestScore
    }

    private static func crop(of image: ThermalImage, around detection: Detection) -> [UInt8] {
        let crop = try? detectionCrop(
            values: image.values, width: image.width, height: image.height, centreX: Double(detection.centroidX),
            centreY: Double(detection.centroidY), limitBytes: 2_500)
        return crop.flatMap { $0 } ?? []
    }

    private func makeDetector(_ unit: ThermalUnit) -> HotspotDetector {
        if isLearned(unit), let network = NetworkFile.smallTargets {
            return HotspotDetector(configuration: .chips, network: network)
        }
        var configuration = HotspotDetector.Configuration(unit: unit)
        if settings.sigmas > 0 { configuration.noiseFactor = Float(settings.sigmas) }
        if settings.contrastFloor > 0 { configuration.floor = Float(settings.contrastFloor) }
        return HotspotDetector(configuration: configuration)
    }

    /// At a pixel, or in the middle of the picture.
    private func placementErrors(at pixel: ImagePoint?, camera: CameraModel?, _ pose: Pose) -> PlacementErrors {
        guard let calibration = settings.calibration, let camera else { return .typical }
        return calibration.errors(at: pixel, camera: camera, pose)
    }

    private func placed(_ hotspot: Hotspot, _ frame: ThermalFrame, _ camera: CameraModel?) -> Detection {
        var detection = hotspot.detection
        if bodies.contains(hotspot) { detection.kind = .person }
        let pose = frame.pose
        guard let sighting = Sighting(pose), let camera else { return detection }
        let pixel = ImagePoint(x: Double(hotspot.centroidX) + 0.5, y: Double(hotspot.centroidY) + 0.5)
        let usual = placementErrors(at: pixel, camera: camera, pose)
        if let ground = sighting.place(pixel, camera: camera, usual: usual) {
            detection.place = Detection.Place(
                latitude: ground.position.latitude, longitude: ground.position.longitude,
                radiusMetres: Float(ground.radiusMetres))
        }
        return detection
    }
}

extension Hotspot {
    /// Whether the middle of another lies in the box.
    fileprivate func covers(_ other: Hotspot) -> Bool {
        (Float(x)...Float(x + width)).contains(other.centroidX)
            && (Float(y)...Float(y + height)).contains(other.centroidY)
    }

    /// Whether the boxes of two of one kind touch each other.
    fileprivate func overlaps(_ other: Hotspot) -> Bool {
        isCold == other.isCold && x <= other.x + other.width && other.x <= x + width && y <= other.y + other.height
            && other.y <= y + height
    }
}
