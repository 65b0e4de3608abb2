import ConfigurationFile
import DroneAgent
import FlightTypes
import Foundation
import Geodesy
import Lookout
import Sensors
import Testing

@Suite struct AgentConfigurationTests {
    private static let text = """
        drone:
          dataFolder: data
          keyFile: /etc/lagebild/drone.key
        station:
          host: 192.0.2.1
          publicKey: keys/station.pub
          megabitsPerSecond: 20
        cameras:
          - source: v4l2
            path: /dev/video0
            rate: 30
            format: mjpg
          - source: folder
            path: pictures
            loop: true
        thermal:
          - source: gy-mcu90640
            path: /dev/ttyUSB0
            rate: 4
            mountPitch: -60
        position:
          source: mavlink-udp
          port: 14551
        recording:
          maximumMegabytes: 1000
        """

    /// Loads `text` as `agent.yaml` in a folder of its own; the error's description without that folder.
    private func load(_ text: String) throws -> (configuration: AgentConfiguration?, problem: String, folder: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "agent-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/agent.yaml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        do { return (try AgentConfiguration.load(path: path), "", folder) } catch let error as ConfigurationError {
            return (nil, error.description.replacingOccurrences(of: folder + "/", with: ""), folder)
        }
    }

    @Test func theRepositorysExampleLoads() throws {
        var repository = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        let configuration = try AgentConfiguration.load(path: repository.appending(path: "Config/agent.yaml").path)
        #expect(!configuration.cameras.isEmpty || !configuration.thermal.isEmpty)
        #expect(!configuration.keyFile.isEmpty)
    }

    @Test func everyValueArrives() throws {
        let (loaded, problem, folder) = try load(Self.text)
        let configuration = try #require(loaded, "\(problem)")
        #expect(configuration.dataFolder == folder + "/data")
        #expect(configuration.keyFile == "/etc/lagebild/drone.key")
        #expect(configuration.stationHost == "192.0.2.1")
        #expect(configuration.stationPort == 4790)
        #expect(configuration.stationKey == folder + "/keys/station.pub")
        #expect(configuration.megabitsPerSecond == 20)
        #expect(configuration.records)
        #expect(configuration.recordMaximumMegabytes == 1000)
        #expect(configuration.recordReserveMegabytes == 500)
        guard case .v4l2(let camera)? = configuration.cameras.first else {
            Issue.record("not a V4L2 camera first")
            return
        }
        #expect(camera.devicePath == "/dev/video0")
        #expect(camera.framesPerSecond == 30)
        #expect(camera.width == 1280 && camera.height == 720)
        guard case .folder(let path, let rate, let loop)? = configuration.cameras.last else {
            Issue.record("not a folder second")
            return
        }
        #expect(path == folder + "/pictures" && rate == 15 && loop)
        let thermal = try #require(configuration.thermal.first)
        guard case .serial(let serial) = thermal.source, case .gyMCU90640(let sensorRate) = serial.kind else {
            Issue.record("not a GY-MCU90640")
            return
        }
        #expect(serial.baud == 460_800 && sensorRate.hertz == 4 && serial.emissivityPercent == 97)
        #expect(serial.correction == ThermalCorrection(mirror: .horizontal))
        #expect(thermal.look.mountPitchDegrees == -60)
        guard case .mavlinkUDP(let host, let port) = configuration.position else {
            Issue.record("not MAVLink over UDP")
            return
        }
        #expect(host == "0.0.0.0" && port == 14551)
    }

    @Test(arguments: [
        ("[2001:db8::1]", "2001:db8::1"), ("\"[2001:db8::1]\"", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
        ("leitstelle.example", "leitstelle.example"),
    ]) func stationsInEveryForm(text: String, host: String) throws {
        let (loaded, problem, _) = try load(Self.text.replacingOccurrences(of: "192.0.2.1", with: text))
        #expect(loaded?.stationHost == host, "\(problem)")
    }

    @Test(arguments: ["http://leitstelle", "leitstelle:4790", "10.0.0.1# Wache", "''"]) func whatIsNoStation(
        text: String
    ) throws {
        let (loaded, problem, _) = try load(Self.text.replacingOccurrences(of: "192.0.2.1", with: text))
        #expect(loaded == nil && problem.hasPrefix("agent.yaml:5: 'station.host'"), "\(problem)")
    }

    /// What `doctor` says of a data folder after a power cut.
    @Test func onboardFindings() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "onboard-\(UUID().uuidString)").path
        #expect(OnboardFindings.all(dataFolder: folder).isEmpty)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data().write(to: URL(fileURLWithPath: folder + "/flight"))
        try Data("rubbish".utf8).write(to: URL(fileURLWithPath: folder + "/flight-3.lagebild"))
        let texts = OnboardFindings.all(dataFolder: folder).map(\.text)
        #expect(texts.count == 2 && texts[0].contains("flight 3 is the last") && texts[1].contains("flight-3.lagebild"))
    }

    /// Another sensor in the place of the file's.
    private func load(thermal: String) throws -> (AgentConfiguration?, String) {
        let place = try #require(Self.text.range(of: "  - source: gy-mcu90640"))
        let end = try #require(Self.text.range(of: "position:"))
        let (loaded, problem, _) = try load(
            Self.text.replacingCharacters(in: place.lowerBound..<end.lowerBound, with: thermal + "\n"))
        return (loaded, problem)
    }

    @Test func theRiversCurrent() throws {
        let (plain, _, _) = try load(Self.text)
        #expect(plain?.current == nil)
        let (flowing, problem, _) = try load(
            Self.text + "\nwater: {currentMetresPerSecond: 1.5, currentDegrees: 19}\n")
        #expect(flowing?.current == WaterCurrent(metresPerSecond: 1.5, degrees: 19), "\(problem)")
        let (_, half, _) = try load(Self.text + "\nwater: {currentMetresPerSecond: 1.5}\n")
        #expect(
            half.contains("'water.currentDegrees' is missing: speed and direction of the water belong together"),
            "\(half)")
    }

    @Test func aThermalPictureIsPutUpright() throws {
        let (loaded, problem) = try load(
            thermal: """
                  - source: senxor
                    path: /dev/ttyACM1
                    divider: 3
                    width: 160
                    height: 120
                    mirror: vertical
                    rotate: 270
                    badPixels: ["12,7", "0,119"]
                """)
        let thermal = try #require(loaded, "\(problem)").thermal.first
        guard case .serial(let serial)? = thermal?.source, case .senXor(divider: 3) = serial.kind else {
            Issue.record("not a SenXor")
            return
        }
        #expect(serial.baud == 115_200)
        #expect(
            serial.correction
                == ThermalCorrection(
                    mirror: .vertical, rotation: .threeQuarters, badPixels: [.init(x: 12, y: 7), .init(x: 0, y: 119)]))
        #expect(serial.correction.rotation.swapsSides)
    }

    @Test(arguments: [
        ("rotate: 45", "'thermal[1].rotate' must be one of 0, 90, 180, 270"),
        ("rotate: -90", "'thermal[1].rotate' must be a whole number from 0 to 270"),
        ("rotate: left", "'thermal[1].rotate' must be a whole number from 0 to 270, not 'left'"),
        ("mirror: left", "'thermal[1].mirror' must be one of none, horizontal, vertical, both, not 'left'"),
        ("badPixels: [\"12;7\"]", "'thermal[1].badPixels' must be a list of places"),
        ("divider: 256", "'thermal[1].divider' must be a whole number from 0 to 255"),
    ])
    func wrongOrientationsAreNamed(line: String, problem: String) throws {
        let (_, found) = try load(thermal: "  - source: senxor\n    path: /dev/ttyACM1\n    \(line)")
        #expect(found.contains(problem), "\(found)")
    }

    @Test func positionSources() throws {
        func load(_ position: String) throws -> AgentConfiguration {
            let text = Self.text.replacingOccurrences(of: "  source: mavlink-udp\n  port: 14551", with: position)
            let (loaded, problem, _) = try self.load(text)
            return try #require(loaded, "\(problem)")
        }
        guard case .gpsd("127.0.0.1", 2947) = try load("  source: gpsd").position else {
            Issue.record("not gpsd")
            return
        }
        for name in ["nmea", "ubx"] {
            guard case .nmeaSerial("/dev/ttyACM0", 9600) = try load("  source: \(name)\n  path: /dev/ttyACM0").position
            else {
                Issue.record("not a receiver")
                return
            }
        }
        let open = try load("  source: mavlink-udp").mavlink
        #expect(open.signingKeyFile == nil && !open.requestsIntervals)
        let closed = try load(
            "  source: mavlink-serial\n  path: /dev/ttyS0\n  signingKey: /etc/m.key\n  requestIntervals: true"
        ).mavlink
        #expect(closed.signingKeyFile == "/etc/m.key" && closed.requestsIntervals)
        let misplaced = "  source: gpsd\n  signingKey: /etc/m.key"
        #expect(
            try self.load(Self.text.replacingOccurrences(of: "  source: mavlink-udp\n  port: 14551", with: misplaced))
                .problem.contains("unknown key 'signingKey' in 'position'"),
            "a key beside a source that is not signed is a mistake")
    }

    /// A key written as text, such as one pasted from `lagebild keys`, is no path.
    @Test func theStationsKeyMayStandInTheFile() throws {
        let key = "lagebild-x25519 AAAA"
        let (loaded, _, _) = try load(Self.text.replacingOccurrences(of: "keys/station.pub", with: key))
        #expect(loaded?.stationKey == key)
    }

    @Test(arguments: [
        (
            "maximumMegabytes: 1000", "maximumMegabyte: 1000",
            "agent.yaml:25: unknown key 'maximumMegabyte' in 'recording'"
                + " (did you mean 'maximumMegabytes'?)"
        ),
        (
            "mountPitch: -60", "mountPich: -60",
            "agent.yaml:20: unknown key 'mountPich' in 'thermal[1]' (did you mean 'mountPitch'?)"
        ),
        ("loop: true", "lop: true", "agent.yaml:15: unknown key 'lop' in 'cameras[2]' (did you mean 'loop'?)"),
        (
            "megabitsPerSecond: 20", "megabitPerSecond: 20",
            "agent.yaml:7: unknown key 'megabitPerSecond' in 'station'"
                + " (did you mean 'megabitsPerSecond'?)"
        ),
        ("recording:", "recordings:", "agent.yaml:24: unknown key 'recordings'"),
        // What another source would understand is refused, too: it would have no effect.
        ("loop: true", "format: mjpg", "agent.yaml:15: unknown key 'format' in 'cameras[2]'"),
    ])
    func misspeltKeysAreNamed(line: String, written: String, problem: String) throws {
        let found = try load(Self.text.replacingOccurrences(of: line, with: written)).problem
        #expect(found.hasPrefix(problem), "\(found)")
    }

    @Test(arguments: [
        ("rate: 4", "rate: 3", "agent.yaml:19: 'thermal[1].rate' must be 0.5, 1, 2, 4 or 8 (Hz)"),
        ("rate: 4", "rate: nan", "agent.yaml:19: 'thermal[1].rate' must be a number"),
        (
            "port: 14551", "port: 70000",
            "agent.yaml:23: 'position.port' must be a whole number from 1 to 65535, not '70000'"
        ),
        ("source: mavlink-udp", "source: mavlink", "agent.yaml:22: 'position.source' must be one of none, mavlink-udp"),
        ("format: mjpg", "format: h264", "agent.yaml:12: 'cameras[1].format' must be one of"),
        ("loop: true", "loop: yes", "agent.yaml:15: 'cameras[2].loop' must be true or false, not 'yes'"),
        ("megabitsPerSecond: 20", "megabitsPerSecond: 0", "agent.yaml:7: 'station.megabitsPerSecond' must be a number"),
        ("mountPitch: -60", "mountPitch: 10", "agent.yaml:20: 'thermal[1].mountPitch' must be a number"),
        ("host: 192.0.2.1", "hots: 192.0.2.1", "'station.host' is missing"),
        ("  source: mavlink-udp\n", "", "'position.source' is missing"),
    ])
    func wrongValuesAreNamed(line: String, written: String, problem: String) throws {
        let found = try load(Self.text.replacingOccurrences(of: line, with: written)).problem
        #expect(found.contains(problem), "\(found)")
        #expect(found.hasPrefix("agent.yaml:"))
    }

    @Test func everyLineLeftOutLoadsOrIsNamed() throws {
        let lines = Self.text.split(separator: "\n")
        for index in lines.indices {
            var fewer = lines
            fewer.remove(at: index)
            let (loaded, problem, _) = try load(fewer.joined(separator: "\n"))
            #expect(loaded != nil || problem.hasPrefix("agent.yaml:"), "without \(lines[index]): \(problem)")
        }
    }

    private static let camera = """
        name: Test
        width: 64
        height: 48
        focalLength: 60
        mountPitch: -45
        timeOffsetMilliseconds: 40
        """

    /// `text` with `cameras/test.yaml` beside it.
    private func loadWithCamera(_ text: String, camera: String = Self.camera) throws -> AgentConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: "agent-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/cameras", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/agent.yaml"))
        try Data(camera.utf8).write(to: URL(fileURLWithPath: folder + "/cameras/test.yaml"))
        return try AgentConfiguration.load(path: folder + "/agent.yaml")
    }

    @Test func calibrationsComeFromFilesBesideTheConfiguration() throws {
        let plain = try loadWithCamera(Self.text)
        #expect(
            plain.thermal.first?.look.calibration == nil && plain.thermal.first?.look.horizontalFieldOfViewDegrees == 55
        )
        #expect(plain.cameraCalibrations == [nil, nil])
        let named = Self.text.replacingOccurrences(of: "rate: 4", with: "rate: 4\n    calibration: cameras/test.yaml")
            .replacingOccurrences(of: "format: mjpg", with: "format: mjpg\n    calibration: cameras/test.yaml")
        let configuration = try loadWithCamera(named)
        let thermal = try #require(configuration.thermal.first)
        // A mount pitch in agent.yaml goes before the file's.
        #expect(thermal.look.mountPitchDegrees == -60 && thermal.look.calibration?.camera.mountPitchDegrees == -60)
        #expect(thermal.look.calibration?.timeOffsetMilliseconds == 40)
        #expect(configuration.cameraCalibrations.map { $0?.camera.mountPitchDegrees } == [-45, nil])
        let ofFile = try loadWithCamera(named.replacingOccurrences(of: "    mountPitch: -60\n", with: ""))
        #expect(ofFile.thermal.first?.look.mountPitchDegrees == -45)
    }

    @Test func calibrationsThatDoNotFitAreNamed() throws {
        let named = Self.text.replacingOccurrences(of: "rate: 4", with: "rate: 4\n    calibration: cameras/test.yaml")
        func problem(_ text: String, camera: String = Self.camera) -> String {
            do { _ = try loadWithCamera(text, camera: camera) } catch { return "\(error)" }
            return ""
        }
        #expect(
            problem(named.replacingOccurrences(of: "mountPitch: -60", with: "horizontalFieldOfView: 60"))
                .contains("agent.yaml:21: 'thermal[1].horizontalFieldOfView' stands in the calibration"))
        #expect(
            problem(named, camera: Self.camera.replacingOccurrences(of: "height: 48", with: "height: 64"))
                .contains("agent.yaml:20: 'thermal[1].calibration' is for 64 × 64 pixels, not for 32 × 24"))
        #expect(
            problem(named, camera: Self.camera.replacingOccurrences(of: "focalLength", with: "focalLenght"))
                .contains("test.yaml:1: 'focalLength' or 'horizontalFieldOfView' must be there"))
        #expect(problem(named.replacingOccurrences(of: "test.yaml", with: "none.yaml")).contains("cannot be read"))
    }
}
