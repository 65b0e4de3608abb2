import FlightTypes
import Glibc
import HotspotDetection
import ImageCoding
import Lookout
import Scenario

extension ThermalLook {
    /// The agent's looks over made-up water, which flows east.
    static func overWater(_ sensor: WaterHover.Sensor) -> ThermalLook {
        let settings = LookSettings(
            horizontalFieldOfViewDegrees: 2 * atan(sensor.pixelRadians * Double(sensor.width) / 2) * 180 / .pi)
        return ThermalLook(
            settings, current: WaterCurrent(metresPerSecond: WaterHover.currentMetresPerSecond, degrees: 90),
            id: StreamID(.detections))
    }
}

extension ThermalPicture {
    /// Picture `number` of a flight as the agent takes it.
    func frame(_ number: Int, seconds: Double, pose: Pose, flags: Frame.Flags = []) -> ThermalFrame {
        ThermalFrame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: UInt64(number)),
            captureTime: CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: Int64(seconds * 1e9) + 1), wall: WallTime(nanoseconds: 1)),
            pose: pose, unit: .centikelvin, flags: flags, width: UInt16(width), height: UInt16(height), values: values)
    }

    /// For people: the median is `middle` of 255, a kelvin so many levels.
    func grey(middle level: Int, perKelvin contrast: Int) -> ThermalImage? {
        let middle = Int(values.sorted()[values.count / 2])
        let values = values.map { UInt16(min(max(level + (Int($0) - middle) * contrast / 100, 0), 255)) }
        return ThermalImage(width: width, height: height, values: values)
    }
}
