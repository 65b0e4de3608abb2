/// Where the drone was and how it was turned at one moment: what a line of sight needs of a pose.
///
/// Angles in degrees: roll right wing down, pitch nose up, yaw and gimbal yaw clockwise from true north, gimbal pitch −90
/// straight down. NaN counts as unknown. With a gimbal pitch the camera is taken as held level in roll by the gimbal, and
/// the drone's roll and pitch do not count; without, it is fixed to the drone.
public struct CameraPose: Hashable, Sendable {
    /// Of the point the pose is for (the antenna).
    public var position: GeodeticPosition
    /// Above the plane looked at, metres.
    public var heightMetres: Double
    /// Of the drone.
    public var rollDegrees: Double, pitchDegrees: Double, yawDegrees: Double
    /// Of the gimbal; NaN where there is none. Without a gimbal yaw that of the drone counts.
    public var gimbalPitchDegrees: Double, gimbalYawDegrees: Double
    /// A pose of its parts.
    public init(
        position: GeodeticPosition, heightMetres: Double, rollDegrees: Double, pitchDegrees: Double, yawDegrees: Double,
        gimbalPitchDegrees: Double = .nan, gimbalYawDegrees: Double = .nan
    ) {
        self.position = position
        self.heightMetres = heightMetres
        self.rollDegrees = rollDegrees
        self.pitchDegrees = pitchDegrees
        self.yawDegrees = yawDegrees
        self.gimbalPitchDegrees = gimbalPitchDegrees
        self.gimbalYawDegrees = gimbalYawDegrees
    }

    /// From the camera's axes to north, east, down; nil when its direction is unknown.
    func rotation(of camera: CameraModel) -> Rotation? {
        if gimbalPitchDegrees.isFinite {
            let yaw = gimbalYawDegrees.isFinite ? gimbalYawDegrees : yawDegrees
            guard yaw.isFinite else { return nil }
            return Rotation(rollDegrees: 0, pitchDegrees: gimbalPitchDegrees, yawDegrees: yaw)
                * camera.boresight.rotation
        }
        return attitude.map { $0 * camera.mountRotation }
    }
    /// Where the camera is from the point the pose is for, metres north, east, down; zero where the attitude is unknown.
    func leverArm(of camera: CameraModel) -> Vector {
        let arm = camera.leverArm
        guard arm != LeverArm(), let attitude else { return Vector(x: 0, y: 0, z: 0) }
        return attitude * arm.vector
    }
    private var attitude: Rotation? {
        guard rollDegrees.isFinite, pitchDegrees.isFinite, yawDegrees.isFinite else { return nil }
        return Rotation(rollDegrees: rollDegrees, pitchDegrees: pitchDegrees, yawDegrees: yawDegrees)
    }
}

/// The pixel at which a camera sees a place, also outside the picture; nil when its direction is unknown, the place is behind
/// it, or the lens gives no single picture of it.
///
/// `aboveMetres` is how far the place lies above the plane that `pose.heightMetres` counts from.
public func project(
    _ place: GeodeticPosition, aboveMetres: Double = 0, camera: CameraModel, pose: CameraPose
) -> ImagePoint? {
    guard place.isValid, pose.position.isValid, aboveMetres.isFinite, pose.heightMetres.isFinite else { return nil }
    let offset = LocalPlane(origin: pose.position).offset(to: place)
    let down = pose.heightMetres - aboveMetres
    return project(Vector(x: offset.north, y: offset.east, z: down), camera: camera, pose: pose)
}

/// As above, for a place given in metres north, east and down of the point the pose is for.
func project(_ offset: Vector, camera: CameraModel, pose: CameraPose) -> ImagePoint? {
    guard let rotation = pose.rotation(of: camera) else { return nil }
    return camera.pixel(of: rotation.inverse * (offset - pose.leverArm(of: camera)))
}
