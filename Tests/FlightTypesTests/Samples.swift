import TestSupport
import FlightTypes

/// Objects made of a seed. No NaN in them, so that a decoded one can be compared with `==`.
enum Samples {
    static func objects(seed: UInt64) -> [FlightObject] {
        var random = SplitMix(seed: seed)
        return [
            jpeg(&random), gray16(&random), .telemetry(telemetry(&random)), .detections(detections(&random)),
            .status(status(&random)), .camera(camera(&random)),
        ]
    }

    private static func id(_ kind: StreamKind, _ random: inout SplitMix) -> ObjectID {
        ObjectID(
            flight: .random(in: .min ... .max, using: &random),
            stream: StreamID(kind, .random(in: .min ... .max, using: &random)),
            sequence: .random(in: .min ... .max, using: &random))
    }

    private static func time(_ random: inout SplitMix) -> CaptureTime {
        CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: .random(in: .min ... .max, using: &random)),
            wall: WallTime(nanoseconds: .random(in: .min ... .max, using: &random)))
    }

    private static func pose(_ random: inout SplitMix) -> Pose {
        let qualities: [Pose.Quality] = [.none, .interpolated, .extrapolated, .stale]
        var pose = Pose(
            latitude: .random(in: -90...90, using: &random), longitude: .random(in: -180...180, using: &random),
            quality: qualities[Int.random(in: 0...3, using: &random)])
        pose.altitudeMSLMetres = .random(in: -500...9000, using: &random)
        pose.heightMetres = .random(in: -50...500, using: &random)
        pose.rollDegrees = .random(in: -180...180, using: &random)
        pose.pitchDegrees = .random(in: -90...90, using: &random)
        pose.yawDegrees = .random(in: 0..<360, using: &random)
        pose.gimbalPitchDegrees = .random(in: -90...30, using: &random)
        pose.gimbalYawDegrees = .random(in: 0..<360, using: &random)
        pose.groundSpeed = .random(in: 0...30, using: &random)
        pose.courseDegrees = .random(in: 0..<360, using: &random)
        pose.horizontalAccuracyMetres = .random(in: 0...50, using: &random)
        pose.fix = .random(in: 0...6, using: &random)
        pose.satellites = .random(in: .min ... .max, using: &random)
        pose.ageMilliseconds = .random(in: .min ... .max, using: &random)
        pose.remarks = Pose.Remarks(rawValue: .random(in: 0...31, using: &random))
        if Bool.random(using: &random) {
            pose.basis.position = PoseBasis.Basis.allCases.randomElement(using: &random) ?? .measured
            pose.basis = pose.basis.widened(positionMetres: .random(in: 0...50, using: &random))
        }
        return pose
    }

    private static func bytes(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private static func jpeg(_ random: inout SplitMix) -> FlightObject {
        .frame(
            Frame(
                id: id(.visible, &random), captureTime: time(&random), pose: pose(&random), encoding: .jpeg,
                flags: Frame.Flags(rawValue: .random(in: 0...31, using: &random)),
                width: .random(in: 1 ... .max, using: &random), height: .random(in: 1 ... .max, using: &random),
                payload: bytes(Int.random(in: 0...64, using: &random), &random)))
    }

    private static func gray16(_ random: inout SplitMix) -> FlightObject {
        let units: [ThermalUnit] = [.none, .centikelvin, .decikelvin, .counts]
        let width = Int.random(in: 1...8, using: &random)
        let height = Int.random(in: 1...6, using: &random)
        return .frame(
            Frame(
                id: id(.thermal, &random), captureTime: time(&random), pose: pose(&random), encoding: .gray16,
                unit: units[Int.random(in: 0...3, using: &random)],
                flags: Frame.Flags(rawValue: .random(in: 0...31, using: &random)), width: UInt16(width),
                height: UInt16(height),
                payload: bytes(width * height * 2, &random)))
    }

    private static func telemetry(_ random: inout SplitMix) -> TelemetrySample {
        TelemetrySample(
            id: id(.telemetry, &random), captureTime: time(&random), pose: pose(&random),
            batteryPercent: .random(in: .min ... .max, using: &random), armed: .random(using: &random))
    }

    private static func detections(_ random: inout SplitMix) -> DetectionReport {
        let items = (0..<Int.random(in: 0...DetectionReport.detectionsLimit, using: &random)).map { _ in
            Detection(
                x: .random(in: .min ... .max, using: &random), y: .random(in: .min ... .max, using: &random),
                width: .random(in: .min ... .max, using: &random), height: .random(in: .min ... .max, using: &random),
                centroidX: .random(in: 0...640, using: &random), centroidY: .random(in: 0...512, using: &random),
                peak: .random(in: .min ... .max, using: &random), contrast: .random(in: .min ... .max, using: &random),
                score: .random(in: 0...100, using: &random),
                place: Bool.random(using: &random)
                    ? Detection.Place(
                        latitude: .random(in: -90...90, using: &random),
                        longitude: .random(in: -180...180, using: &random),
                        radiusMetres: .random(in: 0...100, using: &random)) : nil,
                kind: Int.random(in: 0..<8, using: &random) == 0 ? .person : .spot)
        }
        let looked = id(.thermal, &random)
        return DetectionReport(
            id: id(.detections, &random), captureTime: time(&random), stream: looked.stream, sequence: looked.sequence,
            unit: [.none, .centikelvin, .decikelvin, .counts][Int.random(in: 0...3, using: &random)],
            detections: items, crop: Bool.random(using: &random) ? [0xFF, 0xD8] : [],
            tracks: (0..<Int.random(in: 0...2, using: &random)).map { _ in track(detections: items.count, &random) })
    }

    private static func track(detections: Int, _ random: inout SplitMix) -> TrackReport {
        var track = TrackReport(
            number: .random(in: .min ... .max, using: &random), isSeen: .random(using: &random),
            ageMilliseconds: .random(in: .min ... .max, using: &random),
            unseenMilliseconds: .random(in: .min ... .max, using: &random),
            hits: .random(in: .min ... .max, using: &random), looks: .random(in: .min ... .max, using: &random),
            bestScore: .random(in: 0...100, using: &random), areaSquareMetres: .random(in: 0...9, using: &random),
            contrast: .random(in: -900...900, using: &random), latitude: .random(in: -90...90, using: &random),
            longitude: .random(in: -180...180, using: &random),
            ellipse: .init(
                semiMajorMetres: .random(in: 0...9, using: &random),
                semiMinorMetres: .random(in: 0...9, using: &random),
                directionDegrees: .random(in: 0...179, using: &random)),
            velocityEast: .random(in: -9...9, using: &random), velocityNorth: .random(in: -9...9, using: &random),
            velocitySigma: .random(in: 0...9, using: &random))
        track.doubts = TrackReport.Doubts(rawValue: .random(in: .min ... .max, using: &random))
        track.witness = [.silent, .supports, .ordinary, .glint, .unable][Int.random(in: 0...4, using: &random)]
        track.isPictured = .random(using: &random)
        track.sense = Bool.random(using: &random) ? .visible : .thermal
        if detections > 0, Bool.random(using: &random) {
            track.detection = UInt8(Int.random(in: 0..<detections, using: &random))
        }
        return track
    }

    private static func camera(_ random: inout SplitMix) -> CameraDescription {
        var camera = CameraDescription(
            id: id(.camera, &random), captureTime: time(&random), stream: id(.visible, &random).stream,
            sensor: ["", "v4l2", "Wärmebild"][Int.random(in: 0...2, using: &random)],
            framesPerSecond: .random(in: 0...240, using: &random),
            unit: [.none, .centikelvin, .decikelvin, .counts][Int.random(in: 0...3, using: &random)])
        let size = CameraDescription.Size(
            width: .random(in: 1 ... .max, using: &random), height: .random(in: 1 ... .max, using: &random))
        if Bool.random(using: &random) { camera.size = size }
        if Bool.random(using: &random) {
            camera.lens = CameraDescription.Lens(
                size: size, focalLengthPixels: .random(in: 1...1e6, using: &random),
                focalLengthDownPixels: .random(in: 1...1e6, using: &random),
                principalX: .random(in: -1000...1000, using: &random),
                principalY: .random(in: -1000...1000, using: &random))
            camera.lens?.k1 = .random(in: -1...1, using: &random)
            camera.lens?.p2 = .random(in: -1...1, using: &random)
        }
        if Bool.random(using: &random) {
            camera.mounting = CameraDescription.Mounting(
                holder: [.asReported, .airframe, .gimbal][Int.random(in: 0...2, using: &random)],
                pitchDegrees: .random(in: -90...90, using: &random))
            camera.mounting?.boresightYawDegrees = .random(in: -45...45, using: &random)
        }
        return camera
    }

    private static func status(_ random: inout SplitMix) -> StatusReport {
        let states: [StatusReport.SensorState] = [.running, .missing, .failing, .frozen]
        let sensors = (0..<Int.random(in: 0...16, using: &random)).map { _ in
            StatusReport.Sensor(
                stream: id(.visible, &random).stream, state: states[Int.random(in: 0...3, using: &random)],
                taken: random.next(), lost: random.next())
        }
        return StatusReport(
            id: id(.status, &random), captureTime: time(&random), sensors: sensors,
            isRecording: .random(using: &random),
            objectsSent: random.next(), objectsDropped: random.next())
    }
}
