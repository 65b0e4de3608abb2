/// How well a calibration is known, one sigma each.
public struct CalibrationUncertainty: Hashable, Sendable {
    /// Of the focal length, percent.
    public var focalLengthPercent: Double
    /// Of each boresight angle, degrees.
    public var boresightDegrees: Double
    /// Of the time offset, milliseconds.
    public var timeOffsetMilliseconds: Double
    /// Uncertainties as stated.
    public init(focalLengthPercent: Double, boresightDegrees: Double, timeOffsetMilliseconds: Double) {
        self.focalLengthPercent = focalLengthPercent
        self.boresightDegrees = boresightDegrees
        self.timeOffsetMilliseconds = timeOffsetMilliseconds
    }
}

/// One camera as it is built into one drone.
public struct CameraCalibration: Hashable, Sendable {
    /// For people.
    public var name: String
    /// Lens and mounting.
    public var camera: CameraModel
    /// A frame's capture time minus the pose clock's reading at its exposure: positive when frames are stamped late.
    ///
    /// The pose that belongs to a frame is that of `captureTime − timeOffset`.
    public var timeOffsetMilliseconds: Double
    /// How well all this is known.
    public var uncertainty: CalibrationUncertainty
    /// A calibration of its parts.
    public init(
        name: String, camera: CameraModel, timeOffsetMilliseconds: Double, uncertainty: CalibrationUncertainty
    ) {
        self.name = name
        self.camera = camera
        self.timeOffsetMilliseconds = timeOffsetMilliseconds
        self.uncertainty = uncertainty
    }

    /// `timeOffsetMilliseconds` as a duration; none where it lies beyond the ±2 s that a file may say.
    public var timeOffset: Duration {
        guard timeOffsetMilliseconds.magnitude <= 2000 else { return .zero }
        return .microseconds(Int64(timeOffsetMilliseconds * 1000))
    }

    /// What a place reckoned from this pixel is off by: `flight`'s errors, with this calibration's own in place of the assumed
    /// motion. `groundSpeed` in m/s; 8 is taken where it is not known.
    public func errors(at pixel: ImagePoint, flight: PlacementErrors, groundSpeed: Double) -> PlacementErrors {
        var errors = flight
        let speed = groundSpeed.isFinite ? groundSpeed.magnitude : 8
        errors.motionMetres = uncertainty.timeOffsetMilliseconds / 1000 * speed
        var lens = 0.0
        if let ray = camera.ray(pixel) {
            // An angle whose tangent is off by a share s is itself off by s·tan/(1 + tan²).
            let squared = ray.y * ray.y + ray.z * ray.z
            lens = uncertainty.focalLengthPercent / 100 * squared.squareRoot() / (1 + squared) / WGS84.radiansPerDegree
        }
        errors.tiltDegrees =
            (flight.tiltDegrees * flight.tiltDegrees + uncertainty.boresightDegrees * uncertainty.boresightDegrees
            + lens * lens).squareRoot()
        return errors
    }
}
