import FlightTypes
import Foundation

@testable import LinkProtocol

/// Inputs to begin with: real encodings where a target takes them, otherwise the decisions of an ordinary course.
enum Seeds {
    static func write(to folder: URL) throws {
        for target in FuzzTarget.allCases {
            let place = folder.appendingPathComponent(target.rawValue)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for (name, bytes) in of(target) { try Data(bytes).write(to: place.appendingPathComponent(name)) }
        }
    }

    /// As they come from other programs and after a power cut.
    private static var texts: [(name: String, bytes: [UInt8])] {
        [
            ("crlf", [0xEF, 0xBB, 0xBF] + Array("# Liste\r\ndrohne-1 lb1:abc\u{A0}\r\r\n".utf8)),
            ("places", Array("51,4344 6,7623\n33°51'24\" S, 18°25' E\n-33.9;18.4\n[::1]:80\ngrid 51.5 -0.12\n".utf8)),
            ("utf16", [0xFF, 0xFE, 0x61, 0]), ("zeros", [0, 0, 0, 0]), ("latin1", [0x4D, 0xFC, 0x0A]),
            ("escape", Array("\u{1B}[2J\u{9B}31m name\n".utf8)),
        ]
    }

    static func of(_ target: FuzzTarget) -> [(name: String, bytes: [UInt8])] {
        switch target {
        case .mavlink, .tlog, .nmea, .gpsd, .gymcu, .teraranger, .senxor, .lepton, .thermalCoding, .pgm, .tiff, .png,
            .jpeg:
            SensorSeeds.of(target)
        case .text: texts
        case .record: records
        case .object: objects
        case .trace: traces
        case .datagram: datagrams
        case .handshake:
            (0..<10).map { ("step-\($0)", [0, UInt8($0), 40] + [UInt8](repeating: 7, count: 60)) }
                + [("loaded", [1, 2, 0, 1, 0, 9, 0, 5]), ("retry", [0, 9, 9, 9, 9])]
        case .station:
            steps(12)
                + [
                    (
                        "records",
                        records.flatMap { [4, UInt8($0.bytes.count & 0xFF), UInt8($0.bytes.count >> 8)] + $0.bytes }
                    ),
                    (
                        "fragments",
                        (0..<12).flatMap {
                            [6, 0, $0, 2, 0x20, 3, 1, 0, $0, 1, 1, 0] + [UInt8](repeating: 1, count: 4)
                        }
                    ),
                ]
        case .drone: steps(16) + drone
        case .ledger: ledger
        case .reassembler:
            steps(5) + (0..<4).map { ("object-\($0)", [2, UInt8($0), 0, 150, 4, 20, 1, 2, UInt8($0), 3, 150]) }
        case .erasure:
            [
                ("rebuild", [1, 9, 30, 5, 3, 0, 4, 8, 1, 2, 3]),
                ("rebuild-all", [1, 127, 79, 1, 128] + Array(0..<250)),
                ("contradict", [0, 1, 4, 1, 8, 0, 1, 1, 1, 1, 5, 8, 1]), ("extreme", [0, 0, 4, 0, 0, 4, 1, 0, 16]),
            ]
        }
    }

    /// Each step of a target with the same decisions behind it, then all in a row.
    private static func steps(_ count: UInt8) -> [(name: String, bytes: [UInt8])] {
        let tail: [UInt8] = [1, 1, 0, 9, 3, 1, 2, 40, 0, 1, 1, 1, 0, 0, 5, 2]
        return (0..<count).map { ("step-\($0)", [$0] + tail) } + [("all", (0..<count).flatMap { [$0] + tail })]
    }

    private static func bytes(_ records: Record...) -> [UInt8] {
        var writer = ByteWriter()
        for record in records { record.encode(into: &writer) }
        return writer.bytes
    }

    private static var records: [(name: String, bytes: [UInt8])] {
        let now = Ends.start
        let feedback = Feedback(
            session: 99, highest: 700, delayMicroseconds: 1200, sent: now, map: [.max, 0xFF0F], finishedObject: 12,
            finished: 0xFFF, congestionMarks: 1, objects: 12, abandoned: 1)
        let receipt = ReceiptRange(flight: 7, stream: StreamID(.visible), isReduced: true, first: 3, last: 90)
        let fragment = Fragment(
            object: 12, length: 3000, size: 1000, block: 0, index: 2, data: [UInt8](repeating: 5, count: 1000)[...])
        return [
            ("fragment", bytes(.fragment(fragment))), ("feedback", bytes(.feedback(feedback))),
            ("receipt", bytes(.receipt([receipt, receipt]))), ("ping", bytes(.ping(sent: now))),
            ("pong", bytes(.pong(sent: now, received: now, answered: now))), ("close", bytes(.close)),
            ("probe", bytes(.ping(sent: now), .padding(60))),
            ("many", bytes(.ping(sent: now), .feedback(feedback), .receipt([receipt]), .fragment(fragment))),
        ]
    }

    private static var objects: [(name: String, bytes: [UInt8])] {
        let time = CaptureTime(monotonic: Ends.start, wall: WallTime(nanoseconds: 1_700_000_000_000_000_000))
        func id(_ kind: StreamKind) -> ObjectID { ObjectID(flight: 7, stream: StreamID(kind), sequence: 41) }
        let pose = Pose(latitude: 53.5, longitude: 9.9)
        let detection = Detection(
            x: 10, y: 20, width: 4, height: 5, centroidX: 12, centroidY: 22, peak: 30_100, contrast: 800, score: 0.9,
            place: .init(latitude: 53.5, longitude: 9.9, radiusMetres: 4))
        var bare = detection
        bare.place = nil
        var person = detection
        person.kind = .person
        var track = TrackReport(
            number: 3, isSeen: true, ageMilliseconds: 4000, unseenMilliseconds: 0, hits: 30, looks: 33, bestScore: 9,
            areaSquareMetres: 0.3, contrast: 420, latitude: 51.4, longitude: 6.7,
            ellipse: .init(semiMajorMetres: 5, semiMinorMetres: 3, directionDegrees: 20), velocityEast: 0.5,
            velocityNorth: 1.4, velocitySigma: 0.2)
        track.detection = 0
        track.doubts = .fixed
        var camera = CameraDescription(
            id: id(.camera), captureTime: time, stream: StreamID(.thermal), sensor: "senxor",
            size: .init(width: 80, height: 62), framesPerSecond: 9, unit: .decikelvin,
            lens: .init(
                size: .init(width: 160, height: 124), focalLengthPixels: 150, focalLengthDownPixels: 151,
                principalX: 80,
                principalY: 62))
        camera.mounting = .init(holder: .gimbal, pitchDegrees: -90)
        let all: [(String, FlightObject)] = [
            (
                "jpeg",
                .frame(
                    Frame(
                        id: id(.visible), captureTime: time, pose: pose, encoding: .jpeg, flags: .reduced, width: 640,
                        height: 360, payload: [0xFF, 0xD8, 0xFF, 0xD9]))
            ),
            (
                "gray16",
                .frame(
                    Frame(
                        id: id(.thermal), captureTime: time, pose: .unknown, encoding: .gray16, unit: .centikelvin,
                        width: 4, height: 3, payload: [UInt8](repeating: 0x72, count: 24)))
            ),
            (
                "telemetry",
                .telemetry(
                    TelemetrySample(id: id(.telemetry), captureTime: time, pose: pose, batteryPercent: 80, armed: true))
            ),
            (
                "detections",
                .detections(
                    DetectionReport(
                        id: id(.detections), captureTime: time, stream: StreamID(.thermal), sequence: 41,
                        detections: [detection, bare], crop: [0xFF, 0xD8]))
            ),
            (
                "tracks",
                .detections(
                    DetectionReport(
                        id: id(.detections), captureTime: time, stream: StreamID(.thermal), sequence: 41,
                        detections: [detection], tracks: [track]))
            ),
            (
                "persons",
                .detections(
                    DetectionReport(
                        id: id(.detections), captureTime: time, stream: StreamID(.thermal), sequence: 41,
                        unit: .decikelvin, detections: [person, bare, person, bare], crop: [0xFF, 0xD8]))
            ),
            (
                "no-detections",
                .detections(
                    DetectionReport(
                        id: id(.detections), captureTime: time, stream: StreamID(.thermal), sequence: 41, detections: []
                    ))
            ),
            ("camera", .camera(camera)),
            (
                "status",
                .status(
                    StatusReport(
                        id: id(.status), captureTime: time,
                        sensors: [.init(stream: StreamID(.visible), state: .frozen, taken: 9, lost: 1)],
                        isRecording: true, objectsSent: 12, objectsDropped: 3,
                        link: .init(rung: 1, kilobitsPerSecond: 4000, missing: 5)))
            ),
        ]
        // Of a kind that nobody knows yet, and a reduced copy of a later version.
        let telemetry = all.first { $0.0 == "telemetry" }?.1.encoded() ?? []
        let later: [(name: String, bytes: [UInt8])] = [
            ("kind-9", [9, 1] + telemetry[2..<6] + [0, 9] + telemetry[8...]),
            ("frame-2", [1, 130] + telemetry[2..<6] + [0, 4] + telemetry[8...]),
        ]
        return all.map { ($0, $1.encoded()) } + later
    }

    private static var traces: [(name: String, bytes: [UInt8])] {
        [
            ("steady", Array((1...40).map { "\($0 * 3)\n" }.joined().utf8)),
            ("burst", Array("0\n0\n0\n5\n5\n900\n".utf8)),
            ("windows", Array("1\r\n2 \r\n\r\n3\t\r\n".utf8)), ("last", Array("4294967295\n".utf8)),
            ("overflow", Array("1\n42949672960\n".utf8)), ("rates", [1, 0, 0, 0, 200, 0, 100, 0, 50, 0, 200, 0, 0]),
            ("slow-rates", [1, 0, 0, 1, 0, 1, 1, 7, 255, 255, 255, 255, 0, 0, 0, 0, 1, 0, 1]),
        ]
    }

    private static var datagrams: [(name: String, bytes: [UInt8])] {
        let seal: [UInt8] = [1, 1, 1, 3, 9, 9, 9]  // The counter after the highest, three bytes.
        let jump: [UInt8] = [1, 5, 31, 0, 2, 9, 9]
        return [0, 1].flatMap { choice -> [(name: String, bytes: [UInt8])] in
            [
                ("order-\(choice)", [choice] + seal + seal + seal + [4, 5]),
                ("jumps-\(choice)", [choice] + seal + jump + seal + [5]),
                ("altered-\(choice)", [choice] + seal + [3, 80, 0] + [0, 30, 0] + [UInt8](repeating: 4, count: 30)),
                ("end-\(choice)", [choice] + seal + [1, 4, 0, 1, 9] + seal + seal),
            ]
        }
    }

    private static var ledger: [(name: String, bytes: [UInt8])] {
        let send: [UInt8] = [0, 0, 9] + [UInt8](repeating: 200, count: 20)
        // The newest has arrived, and of those before it all that the first word tells.
        let news: [UInt8] = [2, 2, 1, 1] + [UInt8](repeating: 0, count: 21)
        let beyond: [UInt8] = [2, 4, 0] + [UInt8](repeating: 1, count: 8)
        return [
            ("course", send + news + [4, 20, 1] + send + news),
            ("full", [0, 1, 0xB0, 0x0B] + [0, 1, 0xB0, 0x0B] + news),
            ("beyond", send + beyond + news), ("forget", send + [4, 100, 1, 0] + send + news + [5, 2, 3]),
        ]
    }

    private static var drone: [(name: String, bytes: [UInt8])] {
        // Class, size, with identity.
        func submit(_ objectClass: UInt8, _ size: UInt16) -> [UInt8] {
            [0, objectClass, 1, UInt8(size & 0xFF), UInt8(size >> 8), 1]
        }
        let pass: [UInt8] = [2, 10, 1]
        // The newest has arrived and all before; held back for nothing, sent now.
        let news: [UInt8] =
            [4, 1, 1, 7] + [UInt8](repeating: 255, count: 8) + [2, 1, 0, 0, 0, 1, 3, 6, 7, 0, 0, 0, 0, 0, 0]
        let all = [ObjectClass.telemetry, .detections, .thermal, .visible].flatMap { submit(UInt8($0.rawValue), 9000) }
        return [
            ("course", all + pass + news + all + pass + news + pass + news),
            (
                "receipts",
                all + pass + [7, 2, 1, 1, 0, 0, 4, 0, 0, 4, 0, 4, 1, 0, 0, 4, 0] + [15, 5] + [2, 250, 2, 2, 250, 2]
            ),
            ("outage", all + [2, 100, 2] + pass + [2, 3, 3] + pass + [13, 0, 42] + pass + news),
            ("backfill", [15, 2, 0, 40, 15, 0, 15, 5, 2, 9, 3] + pass + [15, 3, 1, 1, 0, 0, 4, 0] + pass + news),
        ]
    }
}
