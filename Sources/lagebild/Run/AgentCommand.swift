import Terminal
import ArgumentParser
import CDevices
import DroneAgent
import Foundation
import Logging
import Sensors
import UnixSignals
import Viewer

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Run on the drone: read the sensors, record on board, send to the Leitstelle.",
        discussion: "Example: lagebild agent --config Config/agent.yaml")
    @Option(help: "The configuration file.") var config: String
    @Flag(help: "No sensors: send what earlier flights left on board, over whatever network there is, and end.")
    var backfill = false
    @Flag(help: "Also log each receipt of the Leitstelle: what is durable there.") var verbose = false
    @Option(help: "Add the keys of each session to this file, for reading captures; who has it reads the pictures.")
    var exportSessionKeys: String?

    func run() async throws {
        lb_bound_allocator()
        Descriptors.raise()
        let settings = try AgentConfiguration.load(path: config)
        let agent = try Agent(
            configuration: settings, clocks: SystemClocks(),
            logger: makeLogger("agent", level: verbose ? .debug : .info), sessionKeys: exportSessionKeys)
        let stopped: @Sendable () async -> Void = {
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            for await _ in signals { return }
        }
        guard backfill else { return await agent.run(until: stopped) }
        guard settings.records else {
            throw CommandFailure("recording is off in \(config): nothing lies on board to be sent")
        }
        guard await agent.finishEarlierFlights(until: stopped) else {
            throw CommandFailure("Ended before the Leitstelle had everything; the rest follows with the next start.")
        }
        print("The Leitstelle has everything of the earlier flights.")
    }
}
