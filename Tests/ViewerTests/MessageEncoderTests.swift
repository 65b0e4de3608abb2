import FlightTypes
import Foundation
import ImageCoding
import Situation
import TestSupport
import Testing

@testable import Viewer

@Suite struct MessageEncoderTests {
    private let alpha: DroneID
    private let time = CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: 5), wall: WallTime(nanoseconds: 1_795_000_000_000_000_000))

    init() throws { alpha = try #require(DroneID("alpha")) }

    private func arrival(_ object: FlightObject) -> HubObject {
        HubObject(
            drone: alpha, object: object, bytes: [], receiveTime: MonotonicInstant(nanoseconds: 3_000_000),
            receiveWall: WallTime(nanoseconds: 0), captureOnStation: MonotonicInstant(nanoseconds: 2_000_000))
    }

    private func frame(_ pose: Pose, unit: ThermalUnit = .none, flags: Frame.Flags = []) -> FlightObject {
        .frame(
            Frame(
                id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: .max), captureTime: time, pose: pose,
                encoding: .gray16, unit: unit, flags: flags, width: 1, height: 2, payload: [1, 2, 3, 4]))
    }

    private func coded(_ values: [UInt16], bound: Int, width: Int, height: UInt16) throws -> FlightObject {
        let payload = try #require(
            ThermalCoder.encode(values, width: width, height: values.count / width, bound: bound))
        return .frame(
            Frame(
                id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: 3), captureTime: time, pose: .unknown,
                encoding: .codedGray16, unit: .centikelvin, width: UInt16(width), height: height, payload: payload))
    }

    /// The page gets plain values, and how far they may be off.
    @Test(arguments: [0, 5])
    func codedPicturesArriveAsValues(bound: Int) throws {
        let values = (0..<32 * 24).map { UInt16(29_000 + $0 % 32) }
        var encoder = MessageEncoder()
        guard case .binary(let bytes)? = encoder.encode(arrival(try coded(values, bound: bound, width: 32, height: 24)))
        else { throw NotThatKind() }
        var reader = ByteReader(bytes)
        let header = try json(try reader.readBytes(Int(try reader.read(UInt32.self))))
        #expect(header["encoding"] as? String == "gray16")
        #expect(header["bound"] as? Int == (bound > 0 ? bound : nil))
        for value in values { #expect(abs(Int(try reader.read(UInt16.self)) - Int(value)) <= bound) }
        #expect(reader.remaining == 0)
    }

    @Test func aCodedPictureThatIsDamagedOrOfAnotherSizeIsNotShown() throws {
        var encoder = MessageEncoder()
        let values = [UInt16](repeating: 29_000, count: 32 * 24)
        #expect(encoder.encode(arrival(try coded(values, bound: 0, width: 32, height: 25))) == nil)
        guard case .frame(var frame) = try coded(values, bound: 0, width: 32, height: 24) else { return }
        frame.payload.removeLast()
        #expect(encoder.encode(arrival(.frame(frame))) == nil)
    }

    private func report(_ detections: [Detection]) -> FlightObject {
        .detections(
            DetectionReport(
                id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: 7), captureTime: time,
                stream: StreamID(.thermal), sequence: 6, detections: detections))
    }

    private func detection(_ x: Float, _ y: Float, score: Float, place: Detection.Place? = nil) -> Detection {
        Detection(
            x: 1, y: 2, width: 3, height: 4, centroidX: x, centroidY: y, peak: 29_315, contrast: -5, score: score,
            place: place)
    }

    private func json(_ bytes: some Sequence<UInt8>) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    /// The header of a binary message, after checking that header and payload fill it.
    private func header(_ message: MessageEncoder.Message?) throws -> [String: Any] {
        guard case .binary(let bytes)? = message else { throw NotThatKind() }
        var reader = ByteReader(bytes)
        let header = try reader.readBytes(Int(try reader.read(UInt32.self)))
        #expect(Array(reader.readRest()) == [1, 2, 3, 4])
        return try json(header)
    }

    private func items(_ message: MessageEncoder.Message?) throws -> [[String: Any]] {
        guard case .text(let bytes)? = message else { throw NotThatKind() }
        return try #require(try json(bytes)["detections"] as? [[String: Any]])
    }

    private struct NotThatKind: Error {}

    private func track(_ change: (inout TrackReport) -> Void = { _ in }) -> TrackReport {
        var track = TrackReport(
            number: 3, isSeen: false, ageMilliseconds: 4000, unseenMilliseconds: 500, hits: 30, looks: 33,
            bestScore: 9, areaSquareMetres: 0.25, contrast: 420, latitude: 51.4, longitude: 6.7,
            ellipse: .init(semiMajorMetres: 6, semiMinorMetres: 3, directionDegrees: 20), velocityEast: -3,
            velocityNorth: 0, velocitySigma: 0.25)
        track.doubts = [.fast, .fixed]
        track.witness = .ordinary
        change(&track)
        return track
    }
    private func tracks(_ tracks: [TrackReport], _ encoder: inout MessageEncoder) throws -> [[String: Any]] {
        let report = DetectionReport(
            id: ObjectID(flight: 9, stream: StreamID(.detections), sequence: 7), captureTime: time,
            stream: StreamID(.thermal), sequence: 6, detections: [], tracks: tracks)
        guard case .text(let bytes)? = encoder.encode(arrival(.detections(report))) else { throw NotThatKind() }
        #expect(try json(bytes)["flight"] as? Int == 9)
        return try #require(try json(bytes)["tracks"] as? [[String: Any]])
    }

    @Test func tracksReachThePage() throws {
        var encoder = MessageEncoder()
        #expect(try tracks([track()], &encoder)[0]["contrastKelvin"] == nil, "the unit is not known yet")
        _ = encoder.encode(arrival(frame(.unknown, unit: .centikelvin)))
        let one = try #require(try tracks([track()], &encoder).first)
        #expect(one["number"] as? Int == 3 && one["seen"] as? Bool == false && one["contrastKelvin"] as? Double == 4.2)
        #expect(one["doubts"] as? [String] == ["fast", "fixed"] && one["witness"] as? String == "ordinary")
        #expect(one["speed"] as? Double == 3 && one["course"] as? Double == 270 && one["unseenMs"] as? Double == 500)
        let place = try #require(one["place"] as? [String: Any])
        #expect(place["major"] as? Double == 6 && place["direction"] as? Double == 20)
        // Six metres of error: squares of ten metres.
        #expect((place["utmref"] as? String)?.split(separator: " ").last?.count == 4)
        #expect(one["sense"] as? String == "thermal")
        let coloured = try tracks([track { $0.sense = .visible }], &encoder)
        #expect(coloured[0]["sense"] as? String == "visible" && coloured[0]["contrastKelvin"] == nil)
        let slow = try tracks([track { $0.velocityEast = 0.2 }], &encoder)
        #expect(slow[0]["speed"] == nil && slow[0]["course"] == nil)
    }

    @Test(arguments: [Float.nan, .infinity])
    func aTrackThatIsNoNumberIsLeftOut(odd: Float) throws {
        var encoder = MessageEncoder()
        let good = track { $0.number = 8 }
        for broken in [
            track { $0.bestScore = odd }, track { $0.ellipse.semiMajorMetres = odd }, track { $0.velocityNorth = odd },
            track { $0.latitude = Double(odd) },
        ] {
            #expect(try tracks([broken, good], &encoder).map { $0["number"] as? Int } == [8])
        }
    }

    @Test func aFrameIsItsHeaderAndItsPayload() throws {
        var encoder = MessageEncoder()
        var pose = Pose(latitude: 51.4, longitude: 6.7)
        pose.heightMetres = 40
        let header = try header(encoder.encode(arrival(frame(pose, unit: .centikelvin, flags: .frozen))))
        #expect(header["drone"] as? String == "alpha")
        #expect(header["stream"] as? String == "thermal0")
        #expect((header["sequence"] as? NSNumber)?.uint64Value == .max)
        #expect(header["captureMs"] as? Double == 2)
        #expect(header["captureWallMs"] as? Double == 1_795_000_000_000)
        #expect(header["unit"] as? String == "centikelvin")
        #expect(header["frozen"] as? Bool == true)
        let position = try #require(header["pose"] as? [String: Any])
        #expect(position["height"] as? Double == 40)
        #expect(position["yaw"] == nil)
        #expect((position["utmref"] as? String)?.hasPrefix("32U L") == true)
    }

    /// A peak is °C only once the stream's unit is known, and only where values are absolute.
    @Test func temperatures() throws {
        var encoder = MessageEncoder()
        let found = report([detection(1, 2, score: 9)])
        let unknown = encoder.encode(arrival(found))
        #expect(try items(unknown)[0]["temperature"] == nil)
        _ = encoder.encode(arrival(frame(.unknown, unit: .centikelvin)))
        let warm = try items(encoder.encode(arrival(found)))[0]["temperature"] as? Double
        #expect(abs((warm ?? 0) - 20) < 0.001)
        _ = encoder.encode(arrival(frame(.unknown, unit: .counts)))
        let counts = encoder.encode(arrival(found))
        #expect(try items(counts)[0]["temperature"] == nil)
    }

    /// On the lowest rung reports come and pictures do not: a browser that opens then shows temperatures all the same.
    @Test func aReportTellsItsUnitItself() throws {
        var encoder = MessageEncoder()
        guard case .detections(var report) = report([detection(1, 2, score: 9)]) else { throw NotThatKind() }
        report.unit = .decikelvin
        report.detections[0].peak = 2_931
        let told = try items(encoder.encode(arrival(.detections(report))))[0]["temperature"] as? Double
        #expect(abs((told ?? 0) - 19.95) < 0.001)
        // What the stream's last picture had is not asked: the report may be of an earlier one.
        _ = encoder.encode(arrival(frame(.unknown, unit: .centikelvin)))
        let later = try items(encoder.encode(arrival(.detections(report))))[0]["temperature"] as? Double
        #expect(later == told)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
    func notANumberNeverBreaksAMessage(odd: Float) throws {
        var encoder = MessageEncoder()
        var pose = Pose(latitude: 51.4, longitude: 6.7)
        for path in Self.values { pose[keyPath: path] = odd }
        let message = encoder.encode(arrival(frame(pose)))
        #expect(try header(message)["pose"] != nil)
        for pose in [Pose(latitude: Double(odd), longitude: 6.7), Pose(latitude: 51.4, longitude: Double(odd))] {
            let message = encoder.encode(arrival(frame(pose)))
            #expect(try header(message)["pose"] == nil)
        }
        // What has no place in the picture is left out; what has none on the water stays without one.
        let placed = Detection.Place(latitude: 51.4, longitude: 6.7, radiusMetres: 3)
        let found = try items(
            encoder.encode(
                arrival(
                    report([
                        detection(odd, 1, score: 1), detection(1, odd, score: 1), detection(1, 1, score: odd),
                        detection(1, 1, score: 1, place: .init(latitude: Double(odd), longitude: 6.7, radiusMetres: 3)),
                        detection(
                            1, 1, score: 1, place: .init(latitude: 51.4, longitude: Double(odd), radiusMetres: 3)),
                        detection(1, 1, score: 1, place: .init(latitude: 51.4, longitude: 6.7, radiusMetres: odd)),
                        detection(1, 1, score: 1, place: placed),
                    ]))))
        #expect(found.count == 4)
        #expect(found.count { $0["place"] != nil } == 1)
    }

    private static let values: [any WritableKeyPath<Pose, Float> & Sendable] = [
        \.altitudeMSLMetres, \.heightMetres, \.rollDegrees, \.pitchDegrees, \.yawDegrees, \.gimbalPitchDegrees,
        \.gimbalYawDegrees, \.groundSpeed, \.courseDegrees, \.horizontalAccuracyMetres,
    ]

    /// Every bit pattern a drone can send.
    @Test func anyBitsGiveJSON() throws {
        var random = SplitMix(seed: 3)
        var encoder = MessageEncoder()
        for _ in 0..<2_000 {
            var pose = Pose(latitude: Double(bitPattern: random.next()), longitude: Double(bitPattern: random.next()))
            for path in Self.values {
                pose[keyPath: path] = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            }
            _ = try header(encoder.encode(arrival(frame(pose))))
            func single() -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
            let place = Detection.Place(latitude: pose.latitude, longitude: pose.longitude, radiusMetres: single())
            _ = try items(
                encoder.encode(arrival(report([detection(single(), single(), score: single(), place: place)]))))
        }
    }

    @Test func telemetryAndStatusWaitForTheState() {
        var encoder = MessageEncoder()
        let sample = TelemetrySample(
            id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 0), captureTime: time, pose: .unknown)
        if encoder.encode(arrival(.telemetry(sample))) != nil { Issue.record("telemetry of its own") }
    }

    /// What people type stays a value: no quote, tag or line end ends the string it stands in.
    @Test(arguments: [
        "</script><script>alert(1)</script>", #"<img src=x onerror="alert(1)">"#, #"","type":"hello","x":""#,
        #"\"};//"#,
        "a\u{2028}b\u{2029}c\n\r\t\u{0}", "javascript:alert(1)", "${alert(1)}", "\u{202E}txt.exe", "Übung 🚒", "]]>",
    ])
    func hostileNamesStayValues(name: String) throws {
        let state = StateMessage(
            stationMs: 1, incident: .init(name: name, openedAt: 2, file: name), recorder: nil, drones: [], replay: nil)
        let bytes = try #require(MessageEncoder().text(state))
        #expect(bytes.allSatisfy { $0 >= 32 })
        let message = try json(bytes)
        #expect(Set(message.keys) == ["type", "stationMs", "incident", "drones"])
        #expect(message["type"] as? String == "state")
        let incident = try #require(message["incident"] as? [String: Any])
        #expect(incident["name"] as? String == name)
        #expect(incident["file"] as? String == name)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("</script"))
    }

    @Test func theStateOfADrone() throws {
        var board = SituationBoard()
        var pose = Pose(latitude: 51.4, longitude: 6.7)
        pose.yawDegrees = .nan
        board.handle(
            arrival(
                .telemetry(
                    TelemetrySample(
                        id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 0), captureTime: time,
                        pose: pose,
                        batteryPercent: 55))))
        board.handle(arrival(frame(.unknown)))
        let link = StateMessage.Link(rttMs: .nan, clockErrorMs: .infinity, lostObjects: 3)
        let drone = StateMessage.Drone(try #require(board.all.first), link: link)
        let state = StateMessage(stationMs: 1, incident: nil, recorder: nil, drones: [drone], replay: nil)
        let message = try json(try #require(MessageEncoder().text(state)))
        let told = try #require((message["drones"] as? [[String: Any]])?.first)
        #expect(told["id"] as? String == "alpha")
        #expect(told["streams"] as? [String] == ["thermal0"])
        #expect(told["lastSeenMs"] as? Double == 3)
        #expect((told["link"] as? [String: Any])?["lostObjects"] as? Int == 3)
        #expect((told["telemetry"] as? [String: Any])?["battery"] as? Int == 55)
    }
}
