import FlightTypes
import Geodesy
import Testing

@testable import Lookout

/// Where a report puts what stands out, and by how much that may be wrong.
@Suite struct PlacementTests {
    private static let drone = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)

    /// A warm spot in the middle of a 64 × 48 picture, taken 40 m above the water with the nose to the north.
    private func frame() -> ThermalFrame {
        var values = [UInt16](repeating: 29_300, count: 64 * 48)
        for index in values.indices { values[index] += UInt16(index * 7919 % 13) }
        for y in 23...24 { for x in 31...32 { values[y * 64 + x] = 31_000 } }
        var pose = Pose(latitude: Self.drone.latitude, longitude: Self.drone.longitude)
        pose.heightMetres = 40
        pose.rollDegrees = 0
        pose.pitchDegrees = 0
        pose.yawDegrees = 0
        pose.groundSpeed = 4
        return ThermalFrame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: 0),
            captureTime: CaptureTime(monotonic: MonotonicInstant(nanoseconds: 1), wall: WallTime(nanoseconds: 1)),
            pose: pose, unit: .centikelvin, width: 64, height: 48, values: values)
    }

    private func report(_ calibration: CameraCalibration?) -> DetectionReport {
        let settings = LookSettings(horizontalFieldOfViewDegrees: 57, calibration: calibration)
        var look = ThermalLook(settings, current: nil, id: StreamID(.detections))
        return look.report(on: frame())
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

    @Test func withoutACalibrationThePinholePlaces() throws {
        let place = try #require(report(nil).detections.first?.place)
        let (north, east) = offset(place)
        #expect(north.magnitude < 0.5 && east.magnitude < 0.5)
    }

    @Test func aCalibrationMovesThePlaceAndStatesItsError() throws {
        // At twice the frame's size: the shape is the same.
        let good = try #require(
            report(try calibration(width: 128, height: 96, boresightDegrees: 0)).detections.first?.place)
        let (north, east) = offset(good)
        // 40 m · tan 10°.
        #expect(north.magnitude < 0.5 && (east - 7.05).magnitude < 0.5, "\(north) \(east)")
        let poor = try #require(
            report(try calibration(width: 64, height: 48, boresightDegrees: 5)).detections.first?.place)
        #expect(poor.radiusMetres > good.radiusMetres + 3, "\(poor.radiusMetres) \(good.radiusMetres)")
    }

    @Test func aCalibrationOfAnotherShapePlacesNothing() throws {
        let report = report(try calibration(width: 64, height: 64, boresightDegrees: 0))
        #expect(!report.detections.isEmpty && report.detections.allSatisfy { $0.place == nil })
    }
}
