import FlightTypes
import Foundation
import LinkProtocol
import LinkTransport
import Logging
import NIOPosix
import Sensors
import Testing

@testable import DroneAgent

/// A whole agent from files, and the station's end of the link beside it on loopback.
@Suite struct VestOnTheLowestRungTests {
    /// A vest in water as warm as itself: the thermal camera has no detection, and the visible one follows it. Its report has to leave
    /// while the link carries little more than a kilobyte a second.
    @Test func theReportArrives() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lagebild-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try HoverFiles(folder: folder).write()
        let drone = try KeyFile.generate(path: folder + "/drone.key", comment: "drone")
        _ = try KeyFile.generate(path: folder + "/station.key", comment: "station")

        let (arrivals, arrived) = AsyncStream.makeStream(of: FlightObject.self)
        let station = StationTransport(
            own: try KeyFile.load(path: folder + "/station.key"),
            enrolled: [.init(drone: try #require(DroneID("drohne-1")), publicKey: drone.key)], freshness: [:],
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, clocks: SystemClocks(),
            logger: Logger(label: "station"),
            handlers: .init(
                arrival: { if !$0.isBackfill { arrived.yield($0.object) } }, event: { _ in },
                keepFreshness: { _, _ in }))
        let port = try #require(try await station.start())
        let agent = try Agent(
            configuration: try Self.configuration(folder, port: port), clocks: SystemClocks(),
            logger: Logger(label: "agent"))
        let (stopping, stop) = AsyncStream.makeStream(of: Void.self)
        let running = Task { await agent.run { for await _ in stopping {} } }

        // A status leaves every five seconds: four of them without the vest are too many.
        var statuses = 0
        var vests: [TrackReport] = []
        for await object in arrivals where vests.isEmpty && statuses < 4 {
            switch object {
            case .status(let status) where status.link?.rung == LinkRung.detectionsOnly.rawValue: statuses += 1
            case .detections(let report) where statuses > 0:
                vests = report.tracks.filter { $0.sense == .visible }
                #expect(report.detections.isEmpty, "with a detection the report would leave anyway")
            default: break
            }
            if !vests.isEmpty || statuses == 4 { break }
        }
        stop.finish()
        await running.value
        await station.stop()
        #expect(vests.count == 1, "of \(statuses) statuses on the lowest rung")
    }

    private static func configuration(_ folder: String, port: Int) throws -> AgentConfiguration {
        let text = """
            drone: {dataFolder: drone, keyFile: drone.key}
            station: {host: 127.0.0.1, port: \(port), publicKey: station.key.pub}
            cameras: [{source: folder, path: visible, rate: 8, loop: true, calibration: visible.yaml}]
            thermal:
              - source: file
                path: thermal.u16le
                width: \(HoverFiles.thermalWidth)
                height: \(HoverFiles.thermalHeight)
                unit: centikelvin
                rate: 8
                loop: true
            position: {source: tlog, path: hover.tlog}
            recording: {enabled: false}
            """
        let camera = """
            name: A made-up camera
            width: 1280
            height: 720
            horizontalFieldOfView: 70
            mountPitch: -90
            uncertainty: {focalLengthPercent: 1, boresightDegrees: 0.3, timeOffsetMilliseconds: 10}
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/agent.yaml"))
        try Data(camera.utf8).write(to: URL(fileURLWithPath: folder + "/visible.yaml"))
        var configuration = try AgentConfiguration.load(path: folder + "/agent.yaml")
        // Less than the file may say: the rung is the lowest from the first second on.
        configuration.megabitsPerSecond = 0.02
        return configuration
    }
}
