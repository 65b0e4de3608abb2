/// The pixel of one camera that shows what a pixel of another shows, both on one drone or on one gimbal.
///
/// What is looked at lies on a level plane `height` metres below the point that both lever arms count from. Between two cameras
/// side by side the picture shifts with the distance (parallax), so the height counts; `rollDegrees` and `pitchDegrees` are of
/// what carries both. A gimbal's pitch enters as its difference to the mount pitch. The result may lie outside the other
/// picture; nil where a lens cannot be undone, the line of sight does not meet the plane, or the other camera looks away.
public func registered(
    pixel: ImagePoint, from source: CameraModel, to target: CameraModel, height: Double, rollDegrees: Double = 0,
    pitchDegrees: Double = 0
) -> ImagePoint? {
    guard height > 0, height.isFinite, rollDegrees.isFinite, pitchDegrees.isFinite, let ray = source.ray(pixel) else {
        return nil
    }
    let attitude = Rotation(rollDegrees: rollDegrees, pitchDegrees: pitchDegrees, yawDegrees: 0)
    let direction = attitude * (source.mountRotation * ray)
    let eye = attitude * source.leverArm.vector
    guard direction.z > 1e-9, height > eye.z else { return nil }
    let seen = eye + (height - eye.z) / direction.z * direction
    let carried = attitude.inverse * seen - target.leverArm.vector
    return target.pixel(of: target.mountRotation.inverse * carried)
}
