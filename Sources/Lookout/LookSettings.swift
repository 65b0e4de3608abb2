import Geodesy

/// How one thermal sensor looks at the water, and from which contrast on something is told.
public struct LookSettings: Sendable {
    /// Full horizontal angle of view, degrees; does not count beside a calibration.
    public var horizontalFieldOfViewDegrees: Double
    /// Angle of its axis to the airframe's horizon, −90 looks straight down.
    public var mountPitchDegrees: Double
    /// Lens and mounting, where a file says them; its mount pitch is `mountPitchDegrees`.
    public var calibration: CameraCalibration?
    /// Contrast over local noise from which something is reported; 0 is the detector's own for the unit.
    public var sigmas: Double
    /// Contrast from which something is reported, in the frame's unit; 0 is the detector's own for the unit.
    public var contrastFloor: Int

    /// Settings of their parts; without more the sensor looks straight down and has the detector's own thresholds.
    public init(
        horizontalFieldOfViewDegrees: Double, mountPitchDegrees: Double = -90,
        calibration: CameraCalibration? = nil, sigmas: Double = 0, contrastFloor: Int = 0
    ) {
        self.horizontalFieldOfViewDegrees = horizontalFieldOfViewDegrees
        self.mountPitchDegrees = mountPitchDegrees
        self.calibration = calibration
        self.sigmas = sigmas
        self.contrastFloor = contrastFloor
    }

    /// The camera for pictures of a size; nil where the calibration is for another shape.
    package func camera(width: Int, height: Int) -> CameraModel? {
        if let calibration { return calibration.camera.resized(width: width, height: height) }
        return CameraModel(
            width: width, height: height, horizontalFieldOfViewDegrees: horizontalFieldOfViewDegrees,
            mountPitchDegrees: mountPitchDegrees)
    }
}
