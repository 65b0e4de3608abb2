import TestSupport
import FlightTypes
import Testing

@Suite struct ObjectEncodingTests {
    @Test(arguments: UInt64(1)...200)
    func everyObjectComesBack(seed: UInt64) throws {
        for object in Samples.objects(seed: seed) {
            let bytes = object.encoded()
            let decoded = try FlightObject(decoding: bytes)
            #expect(decoded == object)
            #expect(decoded.id == object.id)
            #expect(decoded.captureTime == object.captureTime)
            #expect(decoded.encoded() == bytes)
        }
    }

    /// Unknown values are NaN, which `==` cannot compare; the bytes can.
    @Test func unknownValuesComeBack() throws {
        let sample = TelemetrySample(
            id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)), pose: .unknown)
        let bytes = FlightObject.telemetry(sample).encoded()
        let decoded = try FlightObject(decoding: bytes)
        #expect(decoded.encoded() == bytes)
        guard case .telemetry(let back) = decoded else {
            Issue.record("not telemetry")
            return
        }
        #expect(!back.pose.hasPosition)
        #expect(back.pose.heightMetres.isNaN)
    }

    /// The header is what docs/wire-format.md §5 says, byte by byte.
    @Test func headerLayout() {
        let status = StatusReport(
            id: ObjectID(flight: 0x0403_0201, stream: StreamID(.status, 7), sequence: 0x0807_0605_0403_0201),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 1), wall: .init(nanoseconds: -2)), sensors: [],
            isRecording: true, objectsSent: 0, objectsDropped: 0)
        let expected: [UInt8] =
            [4, 1, 1, 2, 3, 4, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8] + [1, 0, 0, 0, 0, 0, 0, 0]
            + [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        let bytes = FlightObject.status(status).encoded()
        #expect(Array(bytes.prefix(FlightObject.headerSize)) == expected)
        #expect(bytes[FlightObject.headerSize] == 1)
    }

    /// Why nothing is recorded on board comes through, and stands on the wire as the note of one more sensor.
    @Test(arguments: [0, 1, 15, 16]) func noteOfTheRecord(sensors: Int) throws {
        let all = (0..<sensors).map {
            StatusReport.Sensor(
                stream: StreamID(.visible, UInt8($0)), state: .failing, taken: 3, lost: 4,
                note: SensorNote(.refused, "broken"))
        }
        var status = StatusReport(
            id: ObjectID(flight: 1, stream: StreamID(.status), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
            sensors: all, isRecording: false, objectsSent: 0, objectsDropped: 0,
            link: .init(rung: 0, kilobitsPerSecond: 1, missing: 2), recordNote: SensorNote(.recordFull, "full"))
        let bytes = FlightObject.status(status).encoded()
        #expect(try FlightObject(decoding: bytes) == .status(status))
        #expect(Int(bytes[49]) == min(sensors, 15) + 1)
        #expect(Array(bytes[(50 + min(sensors, 15) * 19)...].prefix(3)) == [0, 0, 2])
        status.recordNote = nil
        #expect(try FlightObject(decoding: FlightObject.status(status).encoded()) == .status(status))
    }

    /// A track is what docs/wire-format.md §5.3 says, byte by byte.
    @Test func trackLayout() throws {
        var track = TrackReport(
            number: 0x0403_0201, isSeen: true, ageMilliseconds: 5, unseenMilliseconds: 6, hits: 7, looks: 8,
            bestScore: 1, areaSquareMetres: 2, contrast: -2, latitude: 1, longitude: -1,
            ellipse: .init(semiMajorMetres: 4, semiMinorMetres: 0.5, directionDegrees: 8),
            velocityEast: 0, velocityNorth: -1, velocitySigma: 0.25)
        track.doubts = [.large, .fixed]
        track.witness = .glint
        track.isPictured = true
        let report = DetectionReport(
            id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
            stream: StreamID(.thermal), sequence: 0, detections: [], tracks: [track])
        let bytes = FlightObject.detections(report).encoded()
        let single: (Float) -> [UInt8] = { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        }
        let double: (Double) -> [UInt8] = { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        }
        var expected: [UInt8] = [0, 0, 0, 1, 1, 2, 3, 4, 5, 3, 3, 255, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0]
        expected += single(1) + single(2) + single(-2) + double(1) + double(-1)
        for value in [4, 0.5, 8, 0, -1, 0.25] as [Float] { expected += single(value) }
        #expect(Array(bytes.dropFirst(42)) == expected && expected.count == 1 + 2 + 1 + 76)
        // Marks, witness, a detection that is not there, and more tracks than may be.
        for (offset, value) in [(9, 8), (10, 5), (11, 0), (3, 17), (3, 0)] as [(Int, UInt8)] {
            var broken = bytes
            broken[42 + offset] = value
            #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: broken) }
        }
    }

    /// A JPEG frame ends with its payload and nothing checks that, and a report may end before each of its later parts; otherwise an
    /// object must be whole.
    @Test(arguments: UInt64(1)...20)
    func truncations(seed: UInt64) throws {
        for object in Samples.objects(seed: seed) {
            let bytes = object.encoded()
            var payload = 0
            if case .frame(let frame) = object, frame.encoding == .jpeg { payload = frame.payload.count }
            var ends: Set<Int> = []
            if case .detections(let report) = object { ends = Self.ends(of: report) }
            for length in 0..<bytes.count {
                let decoded = try? FlightObject(decoding: Array(bytes.prefix(length)))
                #expect(
                    (decoded == nil) == (length < bytes.count - payload && !ends.contains(length)),
                    "\(length) of \(bytes.count)")
            }
            if payload == 0 {
                #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: bytes + [0]) }
            }
        }
    }

    /// Where a report may also end: behind its detections, its crop, its tracks and each addition, if that says something.
    private static func ends(of report: DetectionReport) -> Set<Int> {
        var ends: Set<Int> = []
        var shorter = report
        for place in shorter.detections.indices { shorter.detections[place].kind = .spot }
        ends.insert(FlightObject.detections(shorter).encoded().count)
        shorter.unit = .none
        ends.insert(FlightObject.detections(shorter).encoded().count)
        shorter.tracks = []
        ends.insert(FlightObject.detections(shorter).encoded().count)
        shorter.crop = []
        ends.insert(FlightObject.detections(shorter).encoded().count)
        return ends
    }

    /// 10⁵ damaged encodings: each is refused, or gives an object that is again encoded and decoded to the same bytes.
    @Test func mutations() {
        var random = SplitMix(seed: 20_260_726)
        var accepted = 0
        var refused = 0
        var unstable = 0
        var originals: [[UInt8]] = []
        for seed in UInt64(1)...40 { originals += Samples.objects(seed: seed).map { $0.encoded() } }
        for _ in 0..<100_000 {
            var bytes = originals[Int.random(in: 0..<originals.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 1: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 2: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &random)]
                case 3: bytes.remove(at: index)
                case 4: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                default: bytes.removeLast(bytes.count - index)
                }
            }
            guard let object = try? FlightObject(decoding: bytes) else {
                refused += 1
                continue
            }
            accepted += 1
            let again = object.encoded()
            if (try? FlightObject(decoding: again))?.encoded() != again { unstable += 1 }
        }
        #expect(unstable == 0)
        // Both outcomes were met, or the mutations prove nothing.
        #expect(accepted > 1_000)
        #expect(refused > 1_000)
    }

    /// Bytes that never were an object, behind each of the five kinds and one more.
    @Test func noise() {
        var random = SplitMix(seed: 5)
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            if bytes.count > 8, Bool.random(using: &random) {
                bytes[0] = .random(in: 1...6, using: &random)
                bytes[1] = 1
                bytes[7] = .random(in: 0...6, using: &random)
            }
            _ = try? FlightObject(decoding: bytes)
        }
    }

    private static let kinds: [StreamKind] = [.visible, .thermal, .telemetry, .detections, .status, .camera]

    /// An object under a stream of another kind would be filed where nobody looks for it.
    @Test func foreignStreamsAreRefused() throws {
        for (number, object) in Samples.objects(seed: 9).enumerated() {
            for kind in (UInt8.min ... .max).map({ StreamKind(rawValue: $0) }) {
                var bytes = object.encoded()
                bytes[7] = kind.rawValue
                let isFrame = number < 2
                let fits = isFrame ? kind == .visible || kind == .thermal : kind == Self.kinds[number]
                #expect(((try? FlightObject(decoding: bytes)) != nil) == fits, "object \(number) as \(kind)")
            }
        }
    }

    @Test(arguments: [90.000001, -91, .nan, .infinity])
    func positionsOffTheEarthAreRefused(latitude: Double) {
        for pose in [
            Pose(latitude: latitude, longitude: 6), Pose(latitude: 51, longitude: latitude.isFinite ? 180.5 : latitude),
        ] {
            let sample = TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 0),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)), pose: pose)
            #expect(throws: ByteReader.Malformed("position")) {
                try FlightObject(decoding: FlightObject.telemetry(sample).encoded())
            }
        }
    }

    @Test func listsAreCutAtTheirLimits() {
        let time = CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0))
        let id = ObjectID(flight: 1, stream: StreamID(.detections), sequence: 0)
        let one = Detection(
            x: 0, y: 0, width: 1, height: 1, centroidX: 0, centroidY: 0, peak: 1, contrast: 1, score: 1)
        let report = DetectionReport(
            id: id, captureTime: time, stream: StreamID(.thermal), sequence: 0,
            detections: Array(repeating: one, count: 300))
        #expect(report.detections.count == DetectionReport.detectionsLimit)
        let sensor = StatusReport.Sensor(stream: StreamID(.visible), state: .running, taken: 0, lost: 0)
        let status = StatusReport(
            id: id, captureTime: time, sensors: Array(repeating: sensor, count: 300), isRecording: false,
            objectsSent: 0,
            objectsDropped: 0)
        #expect(status.sensors.count == 16)
    }
}
