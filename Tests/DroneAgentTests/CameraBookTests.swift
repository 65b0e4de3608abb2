import FlightTypes
import Foundation
import Geodesy
import Testing

@testable import DroneAgent

/// What the station is told of cameras, and when.
@Suite struct CameraBookTests {
    private func time(_ seconds: Double) -> CaptureTime {
        CaptureTime(monotonic: .init(nanoseconds: Int64(seconds * 1e9)), wall: .init(nanoseconds: 5))
    }
    private func frame(_ stream: StreamID, _ width: UInt16, _ height: UInt16, _ unit: ThermalUnit, at seconds: Double)
        -> Frame
    {
        Frame(
            id: ObjectID(flight: 7, stream: stream, sequence: 0), captureTime: time(seconds), pose: .unknown,
            encoding: .gray16, unit: unit, width: width, height: height, payload: [])
    }

    private func configuration(_ more: String = "") throws -> AgentConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cameras-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let camera = """
            name: test
            width: 1280
            height: 720
            focalLength: 900
            mountPitch: -30
            distortion:
              k1: -0.1
            boresight:
              yaw: 1.5
            """
        try Data(camera.utf8).write(to: URL(fileURLWithPath: folder + "/camera.yaml"))
        let text = """
            drone:
              dataFolder: data
              keyFile: key
            station:
              host: 192.0.2.1
              publicKey: key.pub
            cameras:
              - source: mjpeg
                path: a.mjpeg
                rate: 25
                calibration: camera.yaml
              - source: folder
                path: pictures
            thermal:
              - source: gy-mcu90640
                path: /dev/ttyUSB0
                rate: 4
                horizontalFieldOfView: 100
                mountPitch: -60
            position:
              source: mavlink-udp
              \(more)
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/agent.yaml"))
        return try AgentConfiguration.load(path: folder + "/agent.yaml")
    }

    @Test func whatTheConfigurationSaysIsToldFirst() throws {
        var book = CameraBook(try configuration(), flight: 7)
        #expect(book.current.isEmpty)
        let cameras = book.begin(at: time(1))
        #expect(cameras.map(\.id.stream) == (0..<3).map { StreamID(.camera, $0) })
        #expect(cameras.allSatisfy { $0.id.flight == 7 && $0.id.sequence == 0 && $0.captureTime == time(1) })
        #expect(cameras.map(\.stream) == [StreamID(.visible), StreamID(.visible, 1), StreamID(.thermal)])
        #expect(cameras.map(\.sensor) == ["mjpeg", "folder", "gy-mcu90640"])
        #expect(cameras.map(\.framesPerSecond) == [25, 15, 4])
        let calibrated = try #require(CameraModel(cameras[0]))
        #expect(calibrated.focalLengthPixels == 900 && calibrated.distortion.k1 == -0.1)
        #expect(calibrated.boresight.yawDegrees == 1.5 && calibrated.mountPitchDegrees == -30)
        #expect(cameras[1].lens == nil && cameras[1].mounting == nil)
        // Its lens is that of the pictures, whose size nobody knows yet.
        #expect(cameras[2].lens == nil && cameras[2].mounting?.pitchDegrees == -60)
        #expect(cameras.allSatisfy { $0.size == nil } && book.current == cameras)
    }

    @Test func theFirstPictureTellsTheRest() throws {
        var book = CameraBook(try configuration(), flight: 7)
        _ = book.begin(at: time(1))
        let first = book.note(frame(StreamID(.thermal), 32, 24, .centikelvin, at: 1.1))
        let told = try #require(first)
        #expect(told.id == ObjectID(flight: 7, stream: StreamID(.camera, 2), sequence: 1))
        #expect(told.captureTime == time(1.1) && told.size == .init(width: 32, height: 24) && told.unit == .centikelvin)
        #expect(abs(try #require(CameraModel(told)).horizontalFieldOfViewDegrees - 100) < 1e-9)
        #expect(book.note(frame(StreamID(.thermal), 32, 24, .centikelvin, at: 1.2)) == nil)
        #expect(book.current.last == told)
        let visible = book.note(frame(StreamID(.visible), 640, 360, .none, at: 1.2))
        #expect(visible.flatMap { CameraModel($0) }?.focalLengthPixels == 450)
        #expect(book.note(frame(StreamID(.visible, 9), 640, 360, .none, at: 1.2)) == nil, "no camera of ours")
    }

    /// A file of mixed pictures must not fill the record with descriptions.
    @Test func changesAreToldOnceASecond() throws {
        var book = CameraBook(try configuration(), flight: 7)
        _ = book.begin(at: time(0))
        var told: [CameraDescription] = []
        for step in 0..<1000 {
            let frame = frame(StreamID(.visible, 1), step % 2 == 0 ? 640 : 320, 240, .none, at: Double(step) * 0.01)
            if let camera = book.note(frame) { told.append(camera) }
        }
        #expect(told.count == 10 && told.map(\.id.sequence) == Array(1...10))
    }

    @Test(arguments: [
        ("", CameraDescription.Mounting.Holder.asReported), ("gimbal: expected", .gimbal), ("gimbal: none", .airframe),
    ])
    func whoHoldsTheCamera(line: String, holder: CameraDescription.Mounting.Holder) throws {
        var book = CameraBook(try configuration(line), flight: 7)
        let cameras = book.begin(at: time(1))
        #expect(cameras.compactMap { $0.mounting?.holder } == [holder, holder])
    }
}

extension CameraBook {
    mutating func note(_ frame: Frame) -> CameraDescription? {
        note(
            frame.id.stream, size: CameraDescription.Size(width: frame.width, height: frame.height), unit: frame.unit,
            at: frame.captureTime)
    }
}
