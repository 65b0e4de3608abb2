import TestSupport
import Testing

@testable import Geodesy

/// The figures were printed once by OpenCV 5.0.0 (`cv2.projectPoints`, and `cv2.undistortPoints` with 2,000 iterations and
/// epsilon 10⁻¹⁵) for the three cameras below. OpenCV counts pixels from the middle of the first one, hence the halves.
struct LensDistortionTests {
    private static let barrel = CameraModel(
        width: 640, height: 512, focalLengthPixels: 770, focalLengthDownPixels: 768,
        principalPoint: ImagePoint(x: 322.3 + 0.5, y: 251.8 + 0.5),
        distortion: LensDistortion(k1: -0.28, k2: 0.09, k3: -0.01, p1: 0.0012, p2: -0.0008) ?? .none)
    private static let wide = CameraModel(
        width: 1280, height: 720, focalLengthPixels: 610, focalLengthDownPixels: 612.5,
        principalPoint: ImagePoint(x: 641.1 + 0.5, y: 357.2 + 0.5),
        distortion: LensDistortion(k1: -0.21, k2: 0.045, k3: -0.0045, p1: -0.0004, p2: 0.0006) ?? .none)
    private static let pincushion = CameraModel(
        width: 160, height: 120, focalLengthPixels: 147.3, principalPoint: ImagePoint(x: 79.5 + 0.5, y: 59.5 + 0.5),
        distortion: LensDistortion(k1: 0.06, k2: -0.02, k3: 0.003) ?? .none)

    private static let projected: [(CameraModel?, [[Double]])] = [
        (
            barrel,
            [
                [0.00, 0.00, 322.300000000, 251.800000000], [0.10, -0.20, 398.159148750, 100.460416000],
                [-0.35, 0.25, 65.520456354, 434.826867280], [0.30, 0.30, 542.262284080, 471.467433472],
                [-0.02, 0.31, 307.231945211, 483.918158860],
            ]
        ),
        (
            wide,
            [
                [0.10, -0.20, 701.501708188, 235.925987656], [-0.35, 0.25, 435.771821421, 504.467300005],
                [0.30, 0.30, 817.532451348, 534.245285165], [-0.02, 0.31, 629.180807310, 543.230694156],
            ]
        ),
        (
            pincushion,
            [
                [0.10, -0.20, 94.273459024, 29.953081953], [-0.35, 0.25, 27.407049617, 96.709250274],
                [0.30, 0.30, 124.139390028, 104.139390028], [-0.02, 0.31, 76.537483396, 105.419007367],
            ]
        ),
    ]
    private static let undistorted: [(CameraModel?, [[Double]])] = [
        (
            barrel,
            [
                [10, 12, -0.439717426849, -0.339124349162], [620, 482, 0.416317612182, 0.322217894916],
                [320, 5, -0.002990262605, -0.331602432383], [7, 307.2, -0.430614174712, 0.075645420225],
            ]
        ),
        (
            wide,
            [
                [10, 12, -1.737234239305, -0.941601655942], [1260, 690, 1.576798572602, 0.848028525277],
                [640, 5, -0.002197156820, -0.620817229738], [7, 432, -1.475565248487, 0.174382169703],
            ]
        ),
        (
            pincushion,
            [
                [10, 12, -0.463918458611, -0.317066572432], [140, 90, 0.406025895889, 0.204690740903],
                [80, 5, 0.003368386518, -0.367154130481], [7, 72, -0.485667284938, 0.083735738782],
            ]
        ),
    ]

    @Test func bendsAsOpenCVDoes() throws {
        for (camera, rows) in Self.projected {
            let camera = try #require(camera)
            for row in rows {
                let point = try #require(camera.pixel(of: Vector(x: 1, y: row[0], z: row[1])))
                #expect((point.x - 0.5 - row[2]).magnitude < 1e-8 && (point.y - 0.5 - row[3]).magnitude < 1e-8)
            }
        }
    }
    @Test func unbendsAsOpenCVDoes() throws {
        for (camera, rows) in Self.undistorted {
            let camera = try #require(camera)
            for row in rows {
                let ray = try #require(camera.ray(ImagePoint(x: row[0] + 0.5, y: row[1] + 0.5)))
                #expect((ray.y - row[2]).magnitude < 1e-9 && (ray.z - row[3]).magnitude < 1e-9, "\(row) \(ray)")
            }
        }
    }

    /// Attitude (roll, pitch, yaw) and mount pitch; boresight; metres north, east and down of the drone; OpenCV's pixel.
    ///
    /// The rotations were multiplied by numpy and handed to `cv2.projectPoints` as a rotation vector; the lever arm is
    /// 0.3 m forward, 0.2 m left, 0.1 m down.
    @Test(
        arguments: [
            ([3, -5, 40, -90], [1.7, -2.3, 1.1], [1, 2, 30], 371.774541, 107.093948),
            ([-8, 4, 250, -60], [-2, 1, 3], [-9, -16, 30], 121.808201, 294.038515),
            ([0, 0, 0, -45], [0, 0, 0], [28, 3, 30], 382.661196, 281.076840),
            ([10, 12, 359, -80], [5, 5, -5], [12, -4, 45], 479.663060, 404.282136),
        ] as [([Double], [Double], [Double], Double, Double)])
    func seesFromADroneWhatOpenCVSees(
        attitude: [Double], boresight: [Double], place: [Double], x: Double, y: Double
    ) throws {
        var camera = try #require(Self.barrel)
        camera.mountPitchDegrees = attitude[3]
        camera.boresight = Boresight(
            rollDegrees: boresight[0], pitchDegrees: boresight[1], yawDegrees: boresight[2])
        camera.leverArm = LeverArm(forwardMetres: 0.3, rightMetres: -0.2, downMetres: 0.1)
        let pose = CameraPose(
            position: GeodeticPosition(latitude: 51, longitude: 7), heightMetres: place[2], rollDegrees: attitude[0],
            pitchDegrees: attitude[1], yawDegrees: attitude[2])
        let pixel = try #require(project(Vector(x: place[0], y: place[1], z: place[2]), camera: camera, pose: pose))
        #expect((pixel.x - 0.5 - x).magnitude < 1e-5 && (pixel.y - 0.5 - y).magnitude < 1e-5, "\(pixel)")
    }

    @Test func thereAndBackIsTheSamePixel() throws {
        var random = SplitMix(seed: 11)
        for round in 0..<300 {
            let distortion = try #require(
                LensDistortion(
                    k1: .random(in: -0.35...0.3, using: &random), k2: .random(in: -0.1...0.15, using: &random),
                    k3: .random(in: -0.03...0.03, using: &random), p1: .random(in: -0.003...0.003, using: &random),
                    p2: .random(in: -0.003...0.003, using: &random)))
            let camera = try #require(
                CameraModel(
                    width: 640, height: 480, focalLengthPixels: .random(in: 450...1500, using: &random),
                    principalPoint: ImagePoint(x: .random(in: 300...340, using: &random), y: 240),
                    distortion: distortion))
            for _ in 0..<20 {
                let pixel = ImagePoint(x: .random(in: 0...640, using: &random), y: .random(in: 0...480, using: &random))
                // A lens that folds within the picture says so.
                guard let ray = camera.ray(pixel) else {
                    #expect(!camera.isUsableToTheEdge, "round \(round) \(camera)")
                    continue
                }
                let back = try #require(camera.pixel(of: ray))
                #expect((back.x - pixel.x).magnitude < 1e-6 && (back.y - pixel.y).magnitude < 1e-6)
            }
        }
    }

    @Test func beyondTheFoldThereIsNothing() throws {
        // r·(1 − 0.3·r²) grows up to r = 1/√0.9 = 1.0541 and is 0.7027 there.
        let lens = try #require(LensDistortion(k1: -0.3))
        #expect(lens.distorted(x: 1.05, y: 0) != nil)
        #expect(lens.distorted(x: 1.06, y: 0) == nil)
        #expect(lens.undistorted(x: 0.70, y: 0) != nil)
        #expect(lens.undistorted(x: 0.71, y: 0) == nil)
        #expect(lens.undistorted(x: 5, y: -3) == nil)
        let camera = try #require(CameraModel(width: 640, height: 480, focalLengthPixels: 400, distortion: lens))
        #expect(!camera.isUsableToTheEdge)
        #expect(
            place(
                ImagePoint(x: 0, y: 0), camera: camera,
                pose: CameraPose(
                    position: GeodeticPosition(latitude: 51, longitude: 7), heightMetres: 10, rollDegrees: 0,
                    pitchDegrees: 0, yawDegrees: 0)) == .failure(.outsideLens))
    }

    @Test func hostileCoefficientsAndPixelsGiveNoNumberThatIsNone() throws {
        #expect(LensDistortion(k1: .nan) == nil)
        #expect(LensDistortion(k1: .infinity) == nil)
        #expect(LensDistortion(p1: 1e9) == nil)
        var random = SplitMix(seed: 5)
        for _ in 0..<3_000 {
            var values = (0..<5).map { _ in Double.random(in: -1...1, using: &random) }
            for index in 0..<5 where Bool.random(using: &random) { values[index] *= 1_000 }
            let lens = try #require(
                LensDistortion(k1: values[0], k2: values[1], k3: values[2], p1: values[3], p2: values[4]))
            let scale = pow10(.random(in: -6...6, using: &random))
            for point in [lens.undistorted(x: scale, y: -scale / 3), lens.distorted(x: scale, y: -scale / 3)] {
                guard let point else { continue }
                #expect(point.x.isFinite && point.y.isFinite)
            }
            if let point = lens.undistorted(x: scale, y: -scale / 3) {
                let back = try #require(lens.distorted(x: point.x, y: point.y))
                #expect((back.x - scale).magnitude < 1e-9 && (back.y + scale / 3).magnitude < 1e-9)
            }
        }
        let lens = try #require(LensDistortion(k1: -0.1))
        #expect(lens.undistorted(x: .nan, y: 0) == nil && lens.undistorted(x: .infinity, y: 0) == nil)
        #expect(lens.distorted(x: .nan, y: 0) == nil && lens.distorted(x: 1e300, y: 0) == nil)
    }
    private func pow10(_ exponent: Int) -> Double {
        (0..<exponent.magnitude).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
    }
}
