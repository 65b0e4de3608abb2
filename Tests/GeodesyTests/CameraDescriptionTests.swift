import FlightTypes
import Geodesy
import Testing

/// A camera that travelled is the camera it was.
@Suite struct CameraDescriptionTests {
    private func description(
        _ lens: CameraDescription.Lens?, _ mounting: CameraDescription.Mounting?, size: CameraDescription.Size? = nil
    ) -> CameraDescription {
        CameraDescription(
            id: ObjectID(flight: 1, stream: StreamID(.camera), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
            stream: StreamID(.thermal), sensor: "", size: size, lens: lens, mounting: mounting)
    }

    private func camera() throws -> CameraModel {
        let distortion = try #require(LensDistortion(k1: -0.21, k2: 0.05, k3: 0.001, p1: 0.0004, p2: -0.0003))
        return try #require(
            CameraModel(
                width: 640, height: 512, focalLengthPixels: 700.25, focalLengthDownPixels: 699.5,
                principalPoint: ImagePoint(x: 322.125, y: 250), distortion: distortion, mountPitchDegrees: -60,
                boresight: Boresight(rollDegrees: 0.5, pitchDegrees: -1.25, yawDegrees: 2),
                leverArm: LeverArm(forwardMetres: 0.25, rightMetres: -0.125, downMetres: 0.5)))
    }

    @Test func thereAndBack() throws {
        let camera = try camera()
        #expect(CameraModel(description(camera.lens, camera.mounting(holder: .airframe))) == camera)
        #expect(CameraModel(description(nil, camera.mounting(holder: .airframe))) == nil)
        #expect(CameraModel(description(camera.lens, nil)) == nil)
    }

    /// The lens was measured at one size, the pictures have another.
    @Test func aLensIsScaledToThePictures() throws {
        let camera = try camera()
        let half = description(camera.lens, camera.mounting(holder: .gimbal), size: .init(width: 320, height: 256))
        #expect(CameraModel(half) == camera.resized(width: 320, height: 256))
        let other = description(camera.lens, camera.mounting(holder: .gimbal), size: .init(width: 320, height: 320))
        #expect(CameraModel(other) == nil, "a part that was cut out")
    }

    @Test func whatMakesNoCameraIsNone() throws {
        let camera = try camera()
        for change in [
            { $0.k1 = .nan }, { $0.focalLengthPixels = 0 }, { $0.principalX = 1e5 }, { $0.size.width = 0 },
        ] as [(inout CameraDescription.Lens) -> Void] {
            var lens = camera.lens
            change(&lens)
            #expect(CameraModel(description(lens, camera.mounting(holder: .airframe))) == nil)
        }
    }
}
