import FlightTypes
import Foundation
import Geodesy
import HotspotDetection
import ImageCoding

/// Looks for warm spots in thermal frames on a thread of its own: those that one picture shows clearly, and those that stay on the
/// water though each picture shows them weakly. At most two frames wait, so that it never holds up capture.
final class DetectionStage: Sendable {
    private let queue = BoundedQueue<Frame>(limit: 2, rule: .oldest)
    private let thermal: AgentConfiguration.Thermal
    private let current: WaterCurrent?
    private let id: StreamID
    private let onReport: @Sendable (DetectionReport) -> Void

    init(
        _ thermal: AgentConfiguration.Thermal, current: WaterCurrent?, index: UInt8,
        onReport: @escaping @Sendable (DetectionReport) -> Void
    ) {
        self.thermal = thermal
        self.current = current
        id = StreamID(.detections, index)
        self.onReport = onReport
    }

    func start() {
        let thread = Thread { [self] in
            var sequence: UInt64 = 0
            var detector: HotspotDetector?
            var watch = WaterWatch(current: current)
            var cropDue: MonotonicInstant?
            while let frames = queue.takeAll() {
                for frame in frames {
                    var active = detector ?? makeDetector(frame.unit)
                    var report = look(at: frame, with: &active, &watch, sequence: sequence)
                    if let strongest = report.detections.first,
                        cropDue.map({ frame.captureTime.monotonic >= $0 }) ?? true
                    {
                        report.crop = crop(of: frame, around: strongest)
                        cropDue = frame.captureTime.monotonic.advanced(by: Self.cropInterval)
                    }
                    detector = active
                    sequence += 1
                    onReport(report)
                }
            }
        }
        thread.name = "detector"
        thread.start()
    }

    func append(_ frame: Frame) { queue.append(frame) }
    func stop() { queue.close() }

    /// Crops are for people: one a second is more than anyone looks at.
    private static let cropInterval: Duration = .seconds(1)

    private func crop(of frame: Frame, around detection: Detection) -> [UInt8] {
        let crop = try? detectionCrop(
            values: Gray16.values(frame.payload), width: Int(frame.width), height: Int(frame.height),
            centreX: Double(detection.centroidX),
            centreY: Double(detection.centroidY), limitBytes: 2_500)
        return crop.flatMap { $0 } ?? []
    }

    private func makeDetector(_ unit: ThermalUnit) -> HotspotDetector {
        var configuration = HotspotDetector.Configuration(unit: unit)
        if thermal.sigmas > 0 { configuration.noiseFactor = Float(thermal.sigmas) }
        if thermal.contrastFloor > 0 { configuration.floor = Float(thermal.contrastFloor) }
        return HotspotDetector(configuration: configuration)
    }

    private func look(
        at frame: Frame, with detector: inout HotspotDetector, _ watch: inout WaterWatch, sequence: UInt64
    ) -> DetectionReport {
        var hotspots: [Hotspot] = []
        if let image = ThermalImage(width: Int(frame.width), height: Int(frame.height), littleEndian: frame.payload) {
            hotspots = detector.detect(image)
            let camera = thermal.camera(width: Int(frame.width), height: Int(frame.height))
            for spot in watch.confirmed(in: frame, image, camera: camera)
            where !hotspots.contains(where: { $0.overlaps(spot) }) { hotspots.append(spot) }
            hotspots.removeLast(max(0, hotspots.count - DetectionReport.detectionsLimit))
        }
        return DetectionReport(
            id: ObjectID(flight: frame.id.flight, stream: id, sequence: sequence), captureTime: frame.captureTime,
            stream: frame.id.stream, sequence: frame.id.sequence, detections: hotspots.map { placed($0, frame) })
    }

    private func placed(_ hotspot: Hotspot, _ frame: Frame) -> Detection {
        var detection = hotspot.detection
        let pose = frame.pose
        guard pose.quality == .interpolated || pose.quality == .extrapolated,
            let camera = thermal.camera(width: Int(frame.width), height: Int(frame.height))
        else { return detection }
        let pixel = ImagePoint(x: Double(hotspot.centroidX) + 0.5, y: Double(hotspot.centroidY) + 0.5)
        var errors = PlacementErrors.typical
        if var calibration = thermal.calibration {
            calibration.camera = camera
            errors = calibration.errors(at: pixel, flight: errors, groundSpeed: Double(pose.groundSpeed))
        }
        if case .success(let ground) = place(pixel, camera: camera, pose: CameraPose(pose), errors: errors) {
            detection.place = Detection.Place(
                latitude: ground.position.latitude, longitude: ground.position.longitude,
                radiusMetres: Float(ground.radiusMetres))
        }
        return detection
    }
}

extension Hotspot {
    /// Whether the boxes of two touch each other.
    fileprivate func overlaps(_ other: Hotspot) -> Bool {
        x <= other.x + other.width && other.x <= x + width && y <= other.y + other.height && other.y <= y + height
    }
}

extension AgentConfiguration.Thermal {
    /// The camera for pictures of a size; nil where the calibration is for another shape.
    func camera(width: Int, height: Int) -> CameraModel? {
        if let calibration { return calibration.camera.resized(width: width, height: height) }
        return CameraModel(
            width: width, height: height, horizontalFieldOfViewDegrees: horizontalFieldOfViewDegrees,
            mountPitchDegrees: mountPitchDegrees)
    }
}

extension CameraPose {
    /// What a frame carries, its height counting from the take-off point.
    public init(_ pose: Pose) {
        self.init(
            position: GeodeticPosition(latitude: pose.latitude, longitude: pose.longitude),
            heightMetres: Double(pose.heightMetres), rollDegrees: Double(pose.rollDegrees),
            pitchDegrees: Double(pose.pitchDegrees), yawDegrees: Double(pose.yawDegrees),
            gimbalPitchDegrees: Double(pose.gimbalPitchDegrees), gimbalYawDegrees: Double(pose.gimbalYawDegrees))
    }
}
