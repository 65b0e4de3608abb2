import Terminal
import Accounts
import DurableFiles
import ArgumentParser
import FlightTypes
import Foundation
import LinkProtocol
import LinkTransport
import Scenario
import UnixSignals

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "A drone and a Leitstelle on this machine, with a synthetic flight over the Rhine at Duisburg.",
        discussion: "Example: lagebild demo --port 8420")
    @Option(help: "Port of the page.") var port = 8420
    @Option(help: "UDP port of the link.") var linkPort = 4791
    @Option(help: "UDP port of the position.") var positionPort = 14551
    @Option(help: "Seed of the synthetic flight.") var seed: UInt64 = 7
    @Option(help: "Seconds of the flight to skip.") var skip = 20
    @Option(help: "Folder for keys, configuration and records; a new temporary one by default.") var folder: String?

    func run() async throws {
        let folder = self.folder ?? NSTemporaryDirectory() + "lagebild-demo-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let password = try prepare(folder)
        signal(SIGPIPE, SIG_IGN)
        try? FileManager.default.removeItem(atPath: folder + "/camera.mjpeg")
        let flight = try DemoFlight(
            folder: folder, positionPort: positionPort, seed: seed, lead: .seconds(max(0, min(skip, 3600))))
        try writeAgentConfiguration(folder, flight)
        let station = try start(["leitstelle", "--config", folder + "/leitstelle.yaml"])
        let agent = try start(["agent", "--config", folder + "/agent.yaml"])
        flight.start()
        // Who reads the address opens it: the page has to be there.
        for _ in 0..<300 where station.isRunning && !Self.isListening(port) {
            try await Task.sleep(for: .milliseconds(100))
        }
        print(
            """

            Lagebild demo: page      http://127.0.0.1:\(port)/
                           sign in   demo / \(password)
                           records   \(folder)
                           end it    Ctrl-C

            """)
        fflush(nil)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let children = [agent, station]
        let watch = Task {
            while !Task.isCancelled, children.allSatisfy(\.isRunning) { try? await Task.sleep(for: .milliseconds(300)) }
            if !Task.isCancelled { kill(getpid(), SIGTERM) }
        }
        for await _ in signals { break }
        watch.cancel()
        let failed = children.filter { !$0.isRunning && $0.terminationStatus != 0 }
        for child in children where child.isRunning {
            child.terminate()
            child.waitUntilExit()
        }
        flight.stop()
        guard failed.isEmpty else {
            throw CommandFailure("a part of the demo ended by itself; its message stands above")
        }
        print("The demo has ended; its records are in \(folder)")
    }

    /// Whether something on this machine takes connections at a port.
    private static func isListening(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: CommandLine.arguments[0].contains("/") ? CommandLine.arguments[0] : "/proc/self/exe"
        )
        .resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Keys, accounts and the Leitstelle's configuration. Returns the password of the demo account.
    private func prepare(_ folder: String) throws -> String {
        if !FileManager.default.fileExists(atPath: folder + "/station.key") {
            _ = try KeyFile.generate(path: folder + "/station.key", comment: "demo station")
            let drone = try KeyFile.generate(path: folder + "/drone.key", comment: "demo drone")
            guard let name = DroneID("drohne-1") else { throw CommandFailure("the demo drone has no name") }
            try EnrolmentFile(path: folder + "/authorized_drones").save([.init(drone: name, publicKey: drone.key)])
        }
        var generator = SystemRandomNumberGenerator()
        let letters = Array("abcdefghkmnpqrstuvwxyz23456789")
        let password = String((0..<12).map { _ in letters.randomElement(using: &generator) ?? "x" })
        let salt = (0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        guard let hash = PasswordHash.make(password, salt: salt) else {
            throw CommandFailure("the demo password could not be hashed")
        }
        try UserFile(path: folder + "/users").save([User(name: "demo", role: .disponent, passwordHash: hash)])
        try DurableFile.replace(
            folder + "/leitstelle.yaml",
            with: """
                station:
                  dataFolder: station
                  keyFile: station.key
                  dronesFile: authorized_drones
                  usersFile: users
                link:
                  host: 127.0.0.1
                  port: \(linkPort)
                viewer:
                  host: 127.0.0.1
                  port: \(port)
                recording:
                  reserveMegabytes: 200

                """)
        return password
    }

    private func writeAgentConfiguration(_ folder: String, _ flight: DemoFlight) throws {
        // Known as well as a calibrated camera's: the visible pictures are asked about what the thermal ones show.
        try DurableFile.replace(
            folder + "/camera.yaml",
            with: """
                name: the made-up camera
                width: 1280
                height: 720
                horizontalFieldOfView: \(Scenario.visibleFieldOfViewDegrees)
                mountPitch: -90
                uncertainty:
                  focalLengthPercent: 0.5
                  boresightDegrees: 0.3
                  timeOffsetMilliseconds: 10

                """)
        try DurableFile.replace(
            folder + "/agent.yaml",
            with: """
                drone:
                  dataFolder: drone
                  keyFile: drone.key
                station:
                  host: 127.0.0.1
                  port: \(linkPort)
                  publicKey: station.key.pub
                cameras:
                  - source: mjpeg
                    path: \(flight.cameraPath)
                    rate: 15
                    calibration: camera.yaml
                thermal:
                  - source: gy-mcu90640
                    path: \(flight.thermalPath)
                    baud: 460800
                    rate: 8
                position:
                  source: mavlink-udp
                  host: 127.0.0.1
                  port: \(positionPort)
                recording:
                  reserveMegabytes: 200
                water:
                  currentMetresPerSecond: \(Scenario.currentMetresPerSecond)
                  currentDegrees: \(Scenario.flowDegrees)

                """)
    }
}
