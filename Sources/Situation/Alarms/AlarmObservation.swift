import FlightTypes
import Geodesy

/// One thing in one report that may be an alarm, or tells of one.
struct AlarmObservation: Sendable {
    /// Where it is in the picture, pixels.
    struct Spot: Hashable, Sendable {
        var x: Double, y: Double
        /// The longer edge of its box.
        var edge: Double
    }
    /// What it is taken for; nil where it can only tell of an alarm that there is already: a track with a doubt.
    var kind: AlarmKind?
    var source: AlarmSource
    var spot: Spot?
    var place: AlarmPlace?
    /// Metres a second to the east and north, where it is followed.
    var velocity: (east: Double, north: Double)?
    var evidence: AlarmEvidence
    /// Whether the picture shows it; otherwise its place is foretold.
    var isSeen: Bool
    /// Whether the track alone is evidence enough: seen often enough and for long enough.
    var isFirm: Bool
    /// Whether the report's crop shows it.
    var isPictured = false
}

/// Takes the reports of one stream apart by the rules. Remembers what else the scene has shown, by which a camera without
/// temperatures is judged.
struct ReportReading: Sendable {
    /// The strongest contrast of what was no candidate, and when it was seen.
    private var sceneContrast: (value: Double, at: MonotonicInstant)?
    /// How long a scene is remembered.
    private static let sceneMemory: Duration = .seconds(30)

    /// What the report tells, and how many of its things are no candidates.
    mutating func read(
        _ report: DetectionReport, of drone: DroneID, rules: AlarmRules, at now: MonotonicInstant
    ) -> (observations: [AlarmObservation], anomalies: Int) {
        var observations: [AlarmObservation] = []
        // The crop shows the track that says so, else the strongest detection.
        let pictured = report.tracks.contains(where: \.isPictured) ? nil : 0
        var used: Set<Int> = []
        for (index, detection) in report.detections.enumerated() where detection.isFinite {
            guard isFire(detection, of: report, rules, now) else { continue }
            used.insert(index)
            observations.append(AlarmObservation(detection, kind: .fire, of: report, drone))
            observations[observations.count - 1].isPictured = index == pictured
        }
        var doubted = 0
        for track in report.tracks where track.isFinite {
            let index = track.detection.map(Int.init)
            if let index, used.contains(index) { continue }
            if let index { used.insert(index) }
            let box = index.flatMap { report.detections.indices.contains($0) ? report.detections[$0] : nil }
            observations.append(AlarmObservation(track, box: box, of: report, drone, rules))
            if !track.doubts.isEmpty { doubted += 1 }
        }
        for (index, detection) in report.detections.enumerated() where detection.isFinite && !used.contains(index) {
            guard detection.kind == .person else { continue }
            used.insert(index)
            observations.append(AlarmObservation(detection, kind: .personOnLand, of: report, drone))
            observations[observations.count - 1].isPictured = index == pictured
        }
        let rest = report.detections.indices.filter { !used.contains($0) }
        noteScene(rest.map { report.detections[$0] }, now)
        return (observations, rest.count + doubted)
    }

    private func isFire(
        _ detection: Detection, of report: DetectionReport, _ rules: AlarmRules, _ now: MonotonicInstant
    ) -> Bool {
        guard detection.contrast > 0, Int(detection.width) * Int(detection.height) >= rules.firePixels else {
            return false
        }
        if let celsius = report.unit.celsius(detection.peak) { return celsius >= rules.fireCelsius }
        guard detection.kind == .spot, Double(detection.score) >= rules.fireScore else { return false }
        var others = report.detections.filter { $0 != detection && $0.contrast > 0 }.map { Double($0.contrast) }
        if let scene = sceneContrast, now.since(scene.at) < Self.sceneMemory { others.append(scene.value) }
        guard let strongest = others.max() else { return true }
        return Double(detection.contrast) >= rules.fireSceneRatio * strongest
    }

    private mutating func noteScene(_ rest: [Detection], _ now: MonotonicInstant) {
        guard let strongest = rest.map({ Double($0.contrast) }).max(), strongest > 0 else { return }
        if let scene = sceneContrast, now.since(scene.at) < Self.sceneMemory, scene.value > strongest { return }
        sceneContrast = (strongest, now)
    }
}

extension AlarmObservation {
    init(_ detection: Detection, kind: AlarmKind, of report: DetectionReport, _ drone: DroneID) {
        self.kind = kind
        source = AlarmSource(drone: drone, flight: report.id.flight, stream: "\(report.stream)", track: nil)
        spot = Spot(detection)
        place = detection.place.flatMap { place in
            guard place.latitude.isFinite, place.longitude.isFinite, place.radiusMetres.isFinite else { return nil }
            let radius = Double(place.radiusMetres)
            return AlarmPlace(
                latitude: place.latitude, longitude: place.longitude, semiMajorMetres: radius, semiMinorMetres: radius,
                directionDegrees: 0)
        }
        evidence = AlarmEvidence(hits: 1, looks: 1, score: Double(detection.score))
        evidence.celsius = report.unit.celsius(detection.peak)
        evidence.contrastKelvin = report.unit.kelvin(Double(detection.contrast))
        isSeen = true
        isFirm = false
    }

    init(
        _ track: TrackReport, box: Detection?, of report: DetectionReport, _ drone: DroneID, _ rules: AlarmRules
    ) {
        kind = track.doubts.isEmpty ? .personInWater : nil
        source = AlarmSource(drone: drone, flight: report.id.flight, stream: "\(report.stream)", track: track.number)
        spot = box.map(Spot.init)
        place = AlarmPlace(
            latitude: track.latitude, longitude: track.longitude,
            semiMajorMetres: Double(track.ellipse.semiMajorMetres),
            semiMinorMetres: Double(track.ellipse.semiMinorMetres),
            directionDegrees: Double(track.ellipse.directionDegrees))
        velocity = (Double(track.velocityEast), Double(track.velocityNorth))
        evidence = AlarmEvidence(track, unit: report.unit)
        isSeen = track.isSeen
        isPictured = track.isPictured
        isFirm =
            Int(track.hits) >= rules.waterHits
            && Double(track.hits) * 100 >= Double(track.looks) * rules.waterHitPercent
            && Double(track.ageMilliseconds) >= rules.waterSeconds * 1_000
            && (evidence.contrastKelvin ?? 0).magnitude * Double(track.areaSquareMetres)
                <= rules.waterHeatKelvinSquareMetres
    }
}

extension AlarmObservation.Spot {
    init(_ detection: Detection) {
        self.init(
            x: Double(detection.centroidX), y: Double(detection.centroidY),
            edge: Double(max(detection.width, detection.height)))
    }
}

extension AlarmEvidence {
    init(_ track: TrackReport, unit: ThermalUnit) {
        self.init(
            hits: Int(track.hits), looks: Int(track.looks), score: Double(track.bestScore), doubts: track.doubts.names)
        areaSquareMetres = Double(track.areaSquareMetres)
        contrastKelvin = track.sense == .thermal ? unit.kelvin(Double(track.contrast)) : nil
        witness = "\(track.witness)"
        isVisibleOnly = track.sense == .visible
        let (east, north) = (Double(track.velocityEast), Double(track.velocityNorth))
        let speed = (east * east + north * north).squareRoot()
        guard speed > Double(track.velocitySigma) else { return }
        speedMetresPerSecond = speed
        courseDegrees = LocalPlane.bearing(east: east, north: north)
    }
}

extension Detection {
    /// Whether all that is reckoned with is a number.
    fileprivate var isFinite: Bool { centroidX.isFinite && centroidY.isFinite && score.isFinite }
}

extension TrackReport {
    fileprivate var isFinite: Bool {
        [
            bestScore, areaSquareMetres, contrast, ellipse.semiMajorMetres, ellipse.semiMinorMetres,
            ellipse.directionDegrees, velocityEast, velocityNorth, velocitySigma,
        ].allSatisfy(\.isFinite) && latitude.isFinite && longitude.isFinite
    }
}

extension TrackReport.Doubts {
    /// Their names in the order of their bits.
    public var names: [String] {
        let all: [(TrackReport.Doubts, String)] = [
            (.large, "large"), (.fast, "fast"), (.fixed, "fixed"), (.hot, "hot"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}

extension ThermalUnit {
    /// A value in °C; nil where values are no temperatures.
    public func celsius(_ value: UInt16) -> Double? {
        switch self {
        case .centikelvin: Double(value) / 100 - 273.15
        case .decikelvin: Double(value) / 10 - 273.15
        case .counts, .none: nil
        }
    }
    /// A difference in kelvin; nil where values are no temperatures.
    public func kelvin(_ difference: Double) -> Double? {
        switch self {
        case .centikelvin: difference / 100
        case .decikelvin: difference / 10
        case .counts, .none: nil
        }
    }
}
