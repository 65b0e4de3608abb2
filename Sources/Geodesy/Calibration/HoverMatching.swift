/// Spots found in one frame, of which one may be the known point.
public struct HoverCandidates: Hashable, Sendable {
    /// Capture time of the frame, seconds.
    public var seconds: Double
    /// Where spots were found.
    public var pixels: [ImagePoint]
    /// Candidates of their parts.
    public init(seconds: Double, pixels: [ImagePoint]) {
        self.seconds = seconds
        self.pixels = pixels
    }
}

extension HoverSolver {
    /// Of each frame the spot nearest to where the point should be by the old calibration, if it is within `searchPixels` and the
    /// point should be in the picture.
    ///
    /// A record holds a whole flight, and a detector sees more than the point; what is left is still full of outliers.
    public static func matched(
        _ candidates: [HoverCandidates], poses: PoseLog, point: GeodeticPosition, pointAboveMetres: Double = 0,
        calibration: CameraCalibration, searchPixels: Double
    ) -> [HoverObservation] {
        candidates.compactMap { frame in
            guard let pose = poses.pose(at: frame.seconds - calibration.timeOffsetMilliseconds / 1000),
                let expected = project(
                    point, aboveMetres: pointAboveMetres, camera: calibration.camera, pose: pose),
                calibration.camera.contains(expected)
            else { return nil }
            func distance(_ pixel: ImagePoint) -> Double {
                let (x, y) = (pixel.x - expected.x, pixel.y - expected.y)
                return (x * x + y * y).squareRoot()
            }
            guard let nearest = frame.pixels.min(by: { distance($0) < distance($1) }), distance(nearest) <= searchPixels
            else { return nil }
            return HoverObservation(seconds: frame.seconds, pixel: nearest)
        }
    }
}
