import FlightTypes
import Foundation
import Geodesy
import PlainText

/// One camera as `lagebild incidents show` tells of it. The properties' names are the JSON keys.
struct CameraSummary: Encodable {
    var drone: String
    var flight: UInt32
    var stream: String
    var sensor: String
    var width: UInt16?
    var height: UInt16?
    /// Pictures a second asked for.
    var rate: Float?
    var unit: String
    /// Degrees; where the lens is known.
    var horizontalFieldOfView: Double?
    /// The axis above the drone's nose, degrees; where the mounting is known.
    var mountPitch: Float?
    var holder: String?

    init(_ drone: String, _ camera: CameraDescription) {
        self.drone = drone
        flight = camera.id.flight
        stream = camera.stream.description
        sensor = camera.sensor
        width = camera.size?.width
        height = camera.size?.height
        rate = camera.framesPerSecond > 0 ? camera.framesPerSecond : nil
        unit = "\(camera.unit)"
        horizontalFieldOfView = CameraModel(camera)?.horizontalFieldOfViewDegrees
        mountPitch = camera.mounting?.pitchDegrees
        holder = camera.mounting.map { "\($0.holder)" }
    }

    /// For people.
    var line: String {
        var parts = ["\(drone) flight \(flight) \(stream): \(sensor.printable(limit: 64))"]
        if let width, let height { parts.append("\(width) × \(height) pixels") }
        if let rate { parts.append(String(format: "%g pictures a second", Double(rate))) }
        if unit != "none" { parts.append(unit) }
        parts.append(horizontalFieldOfView.map { String(format: "%.1f° wide", $0) } ?? "lens not known")
        parts.append(
            mountPitch.map { String(format: "%.1f° above the nose", Double($0)) + held } ?? "mounting not known")
        return parts.joined(separator: ", ")
    }
    private var held: String {
        switch holder {
        case "gimbal": ", on a gimbal"
        case "airframe": ", fixed"
        default: ""
        }
    }
}
