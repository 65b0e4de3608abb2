import FlightTypes
import Testing

@Suite struct PoseBasisTests {
    private static func sample(_ pose: Pose) -> FlightObject {
        .telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 0),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)), pose: pose))
    }
    private static func founded() -> Pose {
        var pose = Pose(latitude: 51, longitude: 6)
        (pose.heightMetres, pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees) = (40, 0, 0, 90)
        return pose
    }

    @Test func everyBasisComesBackAsItWas() throws {
        for basis in PoseBasis.Basis.allCases {
            var pose = Self.founded()
            (pose.basis.position, pose.basis.height) = (basis, .estimated)
            (pose.basis.attitude, pose.basis.direction) = (.carried, basis)
            pose.basis = pose.basis.widened(positionMetres: .infinity, heightMetres: 1, tiltDegrees: 2, yawDegrees: 3)
            let bytes = Self.sample(pose).encoded()
            #expect(bytes.count == FlightObject.headerSize + 79 + 2)
            guard case .telemetry(let read) = try FlightObject(decoding: bytes) else {
                Issue.record("not telemetry")
                return
            }
            #expect(read.pose.basis == pose.basis)
        }
    }
    @Test func aMarginThatIsNoErrorIsRefused() {
        var pose = Self.founded()
        pose.basis.position = .estimated
        let good = Self.sample(pose).encoded()
        for margin: Float in [.nan, -1, -Float.infinity] {
            for place in 0..<4 {
                var bytes = good
                let at = FlightObject.headerSize + 63 + 4 * place
                withUnsafeBytes(of: margin.bitPattern.littleEndian) { bytes.replaceSubrange(at..<at + 4, with: $0) }
                #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: bytes) }
            }
        }
        var unknown = good
        unknown[FlightObject.headerSize + 61] = 0x0F
        #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: unknown) }
        // All measured is said by leaving the basis out.
        var empty = good
        for index in 61..<79 { empty[FlightObject.headerSize + index] = 0 }
        #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: empty) }
    }
    @Test func theWorseOfTwoCounts() {
        var (a, b) = (PoseBasis(), PoseBasis())
        (a.position, b.position, b.direction) = (.estimated, .carried, .silent)
        (a.positionMarginMetres, b.tiltMarginDegrees) = (7, 2)
        let worse = a.worse(with: b)
        #expect(worse.position == .estimated && worse.direction == .silent)
        #expect(worse.positionMarginMetres == 7 && worse.tiltMarginDegrees == 2)
        #expect(a.worse(with: b) == b.worse(with: a))
        #expect(PoseBasis().widened(positionMetres: .nan).positionMarginMetres == .infinity)
        #expect(PoseBasis().widened(tiltDegrees: 3).widened(tiltDegrees: 4).tiltMarginDegrees == 5)
    }
    @Test func whatStandsAgainstAPlace() {
        func obstacle(_ change: (inout Pose) -> Void) -> Pose.Obstacle? {
            var pose = Self.founded()
            change(&pose)
            return pose.obstacle
        }
        #expect(obstacle { _ in } == nil)
        #expect(obstacle { $0 = .unknown } == .positionUnknown)
        #expect(obstacle { $0.quality = .stale } == .positionOld)
        for basis in [PoseBasis.Basis.manual, .simulated, .silent, .faulty] {
            #expect(obstacle { $0.basis.position = basis } == .positionUnfounded)
        }
        #expect(obstacle { $0.basis.position = .ambiguous } == .positionAmbiguous)
        #expect(obstacle { $0.remarks = .jump } == .positionAmbiguous)
        #expect(obstacle { $0.remarks = .nullIsland } == .positionUnfounded)
        #expect(obstacle { $0.basis.position = .estimated } == nil, "its margin says how wrong it may be")
        #expect(obstacle { $0.basis = $0.basis.widened(positionMetres: .infinity) } == .positionUnfounded)
        #expect(obstacle { $0.heightMetres = .nan } == .heightUnknown)
        #expect(obstacle { $0.yawDegrees = .nan } == .attitudeUnknown)
        #expect(obstacle { $0.basis.attitude = .silent } == .attitudeUnknown)
        #expect(obstacle { $0.basis.direction = .silent } == .directionSilent)
        #expect(obstacle { $0.basis.direction = .ambiguous } == .directionAmbiguous)
        #expect(obstacle { $0.basis.direction = .faulty } == .directionFaulty)
        // With a gimbal that says where it looks the airframe's roll and pitch do not count.
        #expect(
            obstacle {
                ($0.gimbalPitchDegrees, $0.rollDegrees) = (-45, .nan)
                $0.basis.attitude = .silent
            } == nil)
        #expect(obstacle { $0.basis = $0.basis.widened(tiltDegrees: 41) } == .attitudeUnknown)
    }

    @Test func notesComeBackWithTheirSensors() throws {
        var report = StatusReport(
            id: ObjectID(flight: 1, stream: StreamID(.status), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
            sensors: [
                .init(stream: StreamID(.visible), state: .running, taken: 1, lost: 0),
                .init(
                    stream: StreamID(.telemetry), state: .failing, taken: 0, lost: 0,
                    note: SensorNote(.noFix, "no fix\u{1B}[31m; freie Sicht nötig")),
            ], isRecording: true, objectsSent: 1, objectsDropped: 0,
            link: .init(rung: 0, kilobitsPerSecond: 1, missing: 0))
        let read = try FlightObject(decoding: FlightObject.status(report).encoded())
        #expect(read == .status(report))
        #expect(report.sensors[1].note?.text == "no fix[31m; freie Sicht nötig", "no escape sequence gets through")
        report.sensors[1].note = SensorNote(.other, String(repeating: "ä", count: 150))
        #expect(report.sensors[1].note?.text.utf8.count == 200)
        var bytes = FlightObject.status(report).encoded()
        bytes.removeLast()
        #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: bytes) }
    }
}
