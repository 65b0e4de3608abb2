import FlightTypes
import Geodesy
import Testing

@testable import DroneAgent

@Suite struct DetectionStageTests {
    private static let drone = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)

    /// A warm spot in the middle of a 64 × 48 picture, taken 40 m above the water with the nose to the north.
    private func frame() -> Frame {
        var values = [UInt16](repeating: 29_300, count: 64 * 48)
        for index in values.indices { values[index] += UInt16(index * 7919 % 13) }
        for y in 23...24 { for x in 31...32 { values[y * 64 + x] = 31_000 } }
        var pose = Pose(latitude: Self.drone.latitude, longitude: Self.drone.longitude)
        pose.heightMetres = 40
        pose.rollDegrees = 0
        pose.pitchDegrees = 0
        pose.yawDegrees = 0
        pose.groundSpeed = 4
        return Frame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: 0),
            captureTime: CaptureTime(monotonic: MonotonicInstant(nanoseconds: 1), wall: WallTime(nanoseconds: 1)),
            pose: pose, encoding: .gray16, unit: .centikelvin, flags: [], width: 64, height: 48,
            payload: values.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    }

    private func thermal(_ calibration: CameraCalibration? = nil) -> AgentConfiguration.Thermal {
        AgentConfiguration.Thermal(
            source: .file(path: "", width: 64, height: 48, unit: .centikelvin, framesPerSecond: 8, loop: false),
            horizontalFieldOfViewDegrees: 57, mountPitchDegrees: -90, calibration: calibration, sigmas: 0,
            contrastFloor: 0)
    }

    private func report(_ calibration: CameraCalibration?) async -> DetectionReport {
        let thermal = thermal(calibration)
        let (reports, continuation) = AsyncStream.makeStream(of: DetectionReport.self)
        let stage = DetectionStage(
            thermal, current: nil, index: 0, onReport: { continuation.yield($0) }, onProgress: { _, _ in })
        stage.start()
        stage.append(frame())
        var iterator = reports.makeAsyncIterator()
        let report = await iterator.next()
        stage.stop()
        return report
            ?? DetectionReport(
                id: ObjectID(flight: 0, stream: StreamID(.detections), sequence: 0), captureTime: frame().captureTime,
                stream: StreamID(.thermal), sequence: 0, detections: [])
    }
    /// Metres north and east of the drone.
    private func offset(_ place: Detection.Place) -> (north: Double, east: Double) {
        let offset = LocalPlane(origin: Self.drone).offset(
            to: GeodeticPosition(latitude: place.latitude, longitude: place.longitude))
        return (offset.north, offset.east)
    }
    private func calibration(width: Int, height: Int, boresightDegrees: Double) throws -> CameraCalibration {
        var camera = try #require(CameraModel(width: width, height: height, horizontalFieldOfViewDegrees: 57))
        camera.boresight = Boresight(yawDegrees: 10)
        return CameraCalibration(
            name: "", camera: camera, timeOffsetMilliseconds: 0,
            uncertainty: CalibrationUncertainty(
                focalLengthPercent: 0, boresightDegrees: boresightDegrees, timeOffsetMilliseconds: 100))
    }

    /// Of five frames that come before the detector has begun two wait, and three go and are told of.
    @Test func whatIsLeftOutIsCounted() async throws {
        let (told, continuation) = AsyncStream.makeStream(of: [UInt64].self)
        let stage = DetectionStage(
            thermal(), current: nil, index: 0, onReport: { _ in }, onProgress: { continuation.yield([$0, $1]) })
        for _ in 0..<5 { stage.append(frame()) }
        stage.start()
        var iterator = told.makeAsyncIterator()
        #expect(await iterator.next() == [2, 3])
        stage.append(frame())
        #expect(await iterator.next() == [1, 0])
        stage.stop()
    }

    @Test func withoutACalibrationThePinholePlaces() async throws {
        let place = try #require(await report(nil).detections.first?.place)
        let (north, east) = offset(place)
        #expect(north.magnitude < 0.5 && east.magnitude < 0.5)
    }

    @Test func aCalibrationMovesThePlaceAndStatesItsError() async throws {
        // At twice the frame's size: the shape is the same.
        let good = try #require(
            await report(try calibration(width: 128, height: 96, boresightDegrees: 0)).detections.first?.place)
        let (north, east) = offset(good)
        // 40 m · tan 10°.
        #expect(north.magnitude < 0.5 && (east - 7.05).magnitude < 0.5, "\(north) \(east)")
        let poor = try #require(
            await report(try calibration(width: 64, height: 48, boresightDegrees: 5)).detections.first?.place)
        #expect(poor.radiusMetres > good.radiusMetres + 3, "\(poor.radiusMetres) \(good.radiusMetres)")
    }

    @Test func aCalibrationOfAnotherShapePlacesNothing() async throws {
        let report = await report(try calibration(width: 64, height: 64, boresightDegrees: 0))
        #expect(!report.detections.isEmpty && report.detections.allSatisfy { $0.place == nil })
    }

    @Test func timeOffsetsAreDurations() throws {
        var calibration = try calibration(width: 64, height: 48, boresightDegrees: 0)
        calibration.timeOffsetMilliseconds = 85.25
        #expect(calibration.timeOffset == .microseconds(85_250))
        for hostile in [Double.nan, .infinity, 1e300, -3_000] {
            calibration.timeOffsetMilliseconds = hostile
            #expect(calibration.timeOffset == .zero)
        }
    }
}
