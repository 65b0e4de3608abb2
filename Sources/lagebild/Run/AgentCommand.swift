import ArgumentParser
import DroneAgent
import Foundation
import Logging
import Sensors
import UnixSignals

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Run on the drone: read the sensors, record on board, send to the Leitstelle.",
        discussion: "Example: lagebild agent --config Config/agent.yaml")
    @Option(help: "The configuration file.") var config: String
    @Flag(help: "Also log each receipt of the Leitstelle: what is durable there.") var verbose = false

    func run() async throws {
        let settings = try AgentConfiguration.load(path: config)
        let agent = try Agent(
            configuration: settings, clocks: SystemClocks(),
            logger: makeLogger("agent", level: verbose ? .debug : .info))
        await agent.run {
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            for await _ in signals { return }
        }
    }
}
