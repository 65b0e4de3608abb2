import ArgumentParser
import DroneAgent
import FlightTypes
import Foundation
import Geodesy
import Leitstelle
import LinkTransport
import Sensors
import Viewer

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is missing or wrong on this machine, and how to mend it.",
        discussion: "Example: lagebild doctor --agent Config/agent.yaml")
    @Option(help: "The agent's configuration.") var agent: String?
    @Option(help: "The Leitstelle's configuration.") var leitstelle: String?

    func run() throws {
        var report = Report()
        report.machine()
        if let agent { report.agent(agent) }
        if let leitstelle { report.leitstelle(leitstelle) }
        print("\(report.problems) problems")
        if report.problems > 0 { throw ExitCode(1) }
    }

    private struct Report {
        var problems = 0

        func good(_ text: String) { print("ok    \(text)") }
        mutating func bad(_ text: String, mend: String) {
            problems += 1
            print("WRONG \(text)\n      mend: \(mend)")
        }
        func note(_ text: String) { print("note  \(text)") }

        mutating func machine() {
            let cameras = V4L2Camera.enumerate()
            if cameras.isEmpty { note("no V4L2 camera on this machine (/dev/video*)") }
            for camera in cameras {
                good("camera \(camera.name): \(camera.stablePath)")
                for mode in camera.modes {
                    let rates = mode.rates.map { String(format: "%g", ($0 * 10).rounded() / 10) }.joined(
                        separator: ", ")
                    print(
                        "        \(mode.format) \(mode.width)×\(mode.height)" + (rates.isEmpty ? "" : " at \(rates)/s"))
                }
                let controls = camera.controls.map(\.rawValue).joined(separator: ", ")
                if !controls.isEmpty { print("        controls: \(controls)") }
            }
            let year = Calendar(identifier: .gregorian).component(.year, from: Date())
            if year < 2025 {
                bad("the clock says \(year)", mend: "timedatectl set-ntp true; pictures would carry wrong times")
            } else {
                good("clock: \(Date())")
            }
            let limit =
                (try? String(contentsOfFile: "/proc/sys/net/core/rmem_max", encoding: .utf8))
                .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
            if limit < 4 << 20 {
                note(
                    "kernel receive buffers are limited to \(limit) bytes; for several drones: sysctl -w net.core.rmem_max=4194304"
                )
            } else {
                good("kernel receive buffers: \(limit) bytes")
            }
        }

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
            for camera in settings.cameras {
                switch camera {
                case .v4l2(let camera): readable(camera.devicePath, "camera", group: "video")
                case .mjpeg(let path, _, _), .folder(let path, _, _): readable(path, "camera", group: nil)
                }
            }
            for thermal in settings.thermal {
                switch thermal.source {
                case .serial(let serial):
                    readable(serial.path, "thermal sensor", group: "dialout")
                    if case .gyMCU90640(let rate) = serial.kind, serial.baud < rate.leastBaud.rawValue {
                        bad(
                            "\(rate.hertz) frames a second do not fit through \(serial.baud) baud",
                            mend: "baud: \(rate.leastBaud.rawValue)")
                    }
                case .v4l2(let camera): readable(camera.devicePath, "thermal camera", group: "video")
                case .file(let path, _, _, _, _, _): readable(path, "thermal file", group: nil)
                }
                if let known = thermal.calibration {
                    good(
                        "calibration of \(known.name): boresight to \(known.uncertainty.boresightDegrees) degrees, "
                            + "time to \(known.uncertainty.timeOffsetMilliseconds) ms")
                } else {
                    note("no calibration of the thermal sensor: places are as good as its mountPitch is true")
                }
            }
            position(settings)
            disk(settings.dataFolder, reserve: settings.recordReserveMegabytes)
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

        mutating func leitstelle(_ path: String) {
            let settings: LeitstelleConfiguration
            do { settings = try LeitstelleConfiguration.load(path: path) } catch {
                return bad("\(error)", mend: "correct that line")
            }
            good("\(path) is read")
            key(settings.keyFile)
            do {
                let drones = try EnrolmentFile(path: settings.dronesFile).load()
                if drones.isEmpty {
                    bad(
                        "no drone may come in",
                        mend: "lagebild keys authorize \(settings.dronesFile) NAME drone.key.pub")
                } else {
                    good("\(drones.count) drones may come in")
                }
            } catch { bad("\(error)", mend: "correct that line") }
            do {
                let users = try UserFile(path: settings.usersFile).load()
                if users.isEmpty {
                    bad("nobody can sign in", mend: "lagebild users set \(settings.usersFile) NAME --role disponent")
                } else {
                    good("\(users.count) accounts")
                }
            } catch { bad("\(error)", mend: "correct that line") }
            readable(
                settings.viewer.leafletPath + "/leaflet.js", "the map's program", group: nil,
                mend: "apt-get install libjs-leaflet")
            if let tiles = settings.viewer.tilesPath { mapTiles(tiles) }
            port(settings.linkPort, SOCK_DGRAM, "UDP port of the drones")
            port(settings.viewer.port, SOCK_STREAM, "TCP port of the page")
            disk(settings.dataFolder, reserve: settings.recordReserveMegabytes)
        }

        private mutating func mapTiles(_ path: String) {
            guard let fault = ViewerConfiguration.tilesFault(path) else { return good("map tiles \(path)") }
            bad(fault, mend: "give a raster MBTiles file, or leave viewer.tiles out")
        }

        private mutating func key(_ path: String) {
            do {
                _ = try KeyFile.load(path: path)
                good("private key \(path)")
            } catch { bad("\(error)", mend: "lagebild keys generate \(path)") }
        }

        private mutating func readable(_ path: String, _ what: String, group: String?, mend: String? = nil) {
            if !FileManager.default.fileExists(atPath: path) {
                bad(
                    "\(what): \(path) is not there",
                    mend: mend ?? "plug it in, or correct the path in the configuration")
            } else if access(path, R_OK) != 0 {
                bad(
                    "\(what): \(path) may not be read",
                    mend: group.map { "adduser $USER \($0), then sign in again" } ?? "chmod +r \(path)")
            } else {
                good("\(what): \(path)")
            }
        }

        private mutating func disk(_ folder: String, reserve: Int) {
            var existing = folder
            while !FileManager.default.fileExists(atPath: existing), existing.count > 1 {
                existing = (existing as NSString).deletingLastPathComponent
                if existing.isEmpty { existing = "." }
            }
            guard access(existing, W_OK) == 0 else {
                return bad("\(folder) cannot be written", mend: "install -d -m 700 -o $USER \(folder)")
            }
            var statistics = statvfs()
            guard statvfs(existing, &statistics) == 0 else { return }
            let free =
                Int(clamping: UInt64(statistics.f_bavail)) / 1024 * Int(clamping: UInt64(statistics.f_frsize)) / 1024
            if free < reserve + 1000 {
                bad("\(folder): only \(free) MiB free", mend: "make room: a flight writes about 100 MiB a minute")
            } else {
                good("\(folder): \(free) MiB free")
            }
        }

        private mutating func port(_ port: Int, _ type: __socket_type, _ what: String) {
            guard port > 0 else { return }
            let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(clamping: port).bigEndian
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0 {
                good("\(what) \(port) is free")
            } else {
                bad(
                    "\(what) \(port): \(String(cString: strerror(errno)))",
                    mend: "stop what uses it (ss -lnp), or choose another port")
            }
        }
    }
}
