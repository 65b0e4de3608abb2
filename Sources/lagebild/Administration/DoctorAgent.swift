import DroneAgent
import FlightTypes
import Foundation
import Geodesy
import LinkTransport
import Lookout
import Sensors

extension DoctorReport {
    mutating func agent(_ path: String) {
        let settings: AgentConfiguration
        do { settings = try AgentConfiguration.load(path: path) } catch {
            return bad("\(error)", mend: "correct that line")
        }
        good("\(path) is read")
        key(settings.keyFile)
        do {
            _ = try KeyFile.publicKey(settings.stationKey)
            good("the station's public key is there")
        } catch {
            bad(
                "\(error)", mend: "copy station.key.pub from the Leitstelle, or put its line into station.publicKey"
            )
        }
        for camera in settings.cameras { look(at: camera.opening) }
        for thermal in settings.thermal {
            look(at: thermal.source.opening)
            if let known = thermal.look.calibration {
                good(
                    "calibration of \(known.name): boresight to \(known.uncertainty.boresightDegrees) degrees, "
                        + "time to \(known.uncertainty.timeOffsetMilliseconds) ms")
            } else {
                note("no calibration of the thermal sensor: places are as good as its mountPitch is true")
            }
        }
        position(settings)
        disk(settings.dataFolder, reserve: settings.recordReserveMegabytes)
        for finding in OnboardFindings.all(dataFolder: settings.dataFolder) { bad(finding.text, mend: finding.mend) }
    }
    private mutating func look(at source: SourceOpening) {
        readable(source.path, source.what, group: source.group)
        if let fault = source.fault { bad(fault.text, mend: fault.mend) }
    }
    private mutating func position(_ settings: AgentConfiguration) {
        switch settings.position {
        case .mavlinkSerial(let path, _), .nmeaSerial(let path, _): readable(path, "position", group: "dialout")
        case .tlog(let path, _): readable(path, "position", group: nil)
        case .none: note("no position source is configured; pictures carry no position")
        case .mavlinkUDP, .gpsd: break
        }
        hearPosition(settings)
        guard let file = settings.mavlink.signingKeyFile else { return }
        if FileManager.default.contents(atPath: file).flatMap({ MAVLinkSigningKey(file: Array($0)) }) != nil {
            good("MAVLink signing key \(file)")
        } else {
            bad("\(file) is no MAVLink signing key", mend: "put the autopilot's key there: 64 hexadecimal digits")
        }
    }

    /// Listens as the agent would. An agent that runs has the source for itself.
    private mutating func hearPosition(_ settings: AgentConfiguration) {
        switch settings.position {
        case .none, .tlog: return
        case .mavlinkSerial(let path, _), .nmeaSerial(let path, _):
            guard FileManager.default.fileExists(atPath: path) else { return }
        case .mavlinkUDP, .gpsd: break
        }
        let heard = PositionProbe.listen(to: settings)
        if heard.state == .running {
            good("position: \(heard.note.text)")
        } else {
            bad("position: \(heard.note.text)", mend: "docs/positions.md says what each source needs")
        }
    }
}
