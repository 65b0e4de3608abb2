import FlightTypes
import Geodesy
import Lookout
import Sensors

/// What each camera of the drone is, as the station is told: from the configuration when a flight begins, and anew when
/// its pictures have another size or unit. A value without clock; `Agent` drives it. Limits: 256 cameras, one
/// description of each a second.
struct CameraBook {
    private struct Entry {
        var description: CameraDescription
        /// Reckons with a pinhole of the picture's size where there is no calibration.
        var pinhole: LookSettings?
        var isTold = false
    }
    /// A camera whose pictures keep changing is described so seldom.
    private static let interval: Duration = .seconds(1)
    private var entries: [Entry] = []

    /// No camera.
    init() {}

    /// The configured cameras, the visible ones first.
    init(_ configuration: AgentConfiguration, flight: UInt32) {
        let holder: CameraDescription.Mounting.Holder =
            switch configuration.mavlink.choice.hasGimbal {
            case true?: .gimbal
            case false?: .airframe
            case nil: .asReported
            }
        for (index, source) in configuration.cameras.enumerated() {
            let calibrations = configuration.cameraCalibrations
            let camera = calibrations.indices.contains(index) ? calibrations[index]?.camera : nil
            add(
                StreamID(.visible, UInt8(clamping: index)), flight, source.sensor, source.framesPerSecond,
                camera?.lens, camera?.mounting(holder: holder))
        }
        for (index, thermal) in configuration.thermal.enumerated() {
            let camera = thermal.look.calibration?.camera
            add(
                StreamID(.thermal, UInt8(clamping: index)), flight, thermal.source.sensor,
                thermal.source.framesPerSecond, camera?.lens,
                camera?.mounting(holder: holder)
                    ?? .init(holder: holder, pitchDegrees: Float(thermal.look.mountPitchDegrees)),
                pinhole: camera == nil ? thermal.look : nil)
        }
    }

    private mutating func add(
        _ stream: StreamID, _ flight: UInt32, _ sensor: String, _ rate: Double, _ lens: CameraDescription.Lens?,
        _ mounting: CameraDescription.Mounting?, pinhole: LookSettings? = nil
    ) {
        guard let index = UInt8(exactly: entries.count) else { return }
        let description = CameraDescription(
            id: ObjectID(flight: flight, stream: StreamID(.camera, index), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)), stream: stream,
            sensor: sensor, framesPerSecond: Float(rate), lens: lens, mounting: mounting)
        entries.append(Entry(description: description, pinhole: pinhole))
    }

    /// What is known when the flight begins.
    mutating func begin(at time: CaptureTime) -> [CameraDescription] {
        entries.indices.map { tell($0, at: time) }
    }

    /// A picture was taken; the description that holds from it on, if it is another than before.
    mutating func note(
        _ stream: StreamID, size: CameraDescription.Size, unit: ThermalUnit, at time: CaptureTime
    ) -> CameraDescription? {
        guard let place = entries.firstIndex(where: { $0.description.stream == stream }) else { return nil }
        let entry = entries[place]
        guard entry.description.size != size || entry.description.unit != unit else { return nil }
        // The first picture tells what nobody knew; after it changes may have to wait.
        let sinceLast = time.monotonic.since(entry.description.captureTime.monotonic)
        guard entry.description.size == nil || sinceLast >= Self.interval else { return nil }
        entries[place].description.size = size
        entries[place].description.unit = unit
        if let pinhole = entry.pinhole {
            entries[place].description.lens = pinhole.camera(width: Int(size.width), height: Int(size.height))?.lens
        }
        return tell(place, at: time)
    }

    /// What holds now, as it was told.
    var current: [CameraDescription] { entries.filter(\.isTold).map(\.description) }

    private mutating func tell(_ place: Int, at time: CaptureTime) -> CameraDescription {
        if entries[place].isTold { entries[place].description.id.sequence += 1 }
        entries[place].isTold = true
        entries[place].description.captureTime = time
        return entries[place].description
    }
}

extension AgentConfiguration.CameraSource {
    /// What stands in the configuration as the source.
    var sensor: String {
        switch self {
        case .v4l2: "v4l2"
        case .mjpeg: "mjpeg"
        case .folder: "folder"
        }
    }
    /// Pictures a second that are asked for.
    var framesPerSecond: Double {
        switch self {
        case .v4l2(let camera): Double(camera.framesPerSecond)
        case .mjpeg(_, let rate, _), .folder(_, let rate, _): rate
        }
    }
}

extension AgentConfiguration.ThermalSource {
    /// What stands in the configuration as the source.
    var sensor: String {
        switch self {
        case .serial(let serial):
            switch serial.kind {
            case .gyMCU90640: "gy-mcu90640"
            case .teraRangerEvo: "teraranger-evo"
            case .senXor: "senxor"
            }
        case .v4l2(let camera): "v4l2 \(camera.kind.rawValue)"
        case .file: "file"
        }
    }
    /// Pictures a second that are asked for; 0 where the sensor has its own rate.
    var framesPerSecond: Double {
        switch self {
        case .serial(let serial):
            if case .gyMCU90640(let rate) = serial.kind { rate.hertz } else { 0 }
        case .v4l2(let camera): Double(camera.framesPerSecond)
        case .file(_, _, _, _, let rate, _): rate
        }
    }
}
