import Terminal
import ArgumentParser
import Leitstelle
import Sensors
import Viewer

struct LeitstelleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leitstelle", abstract: "Run the station: hear the drones, record incidents, serve the page.",
        discussion: "Example: lagebild leitstelle --config Config/leitstelle.yaml")
    @Option(help: "The configuration file.") var config: String
    @Option(help: "Add the keys of each session to this file, for reading captures; who has it reads the pictures.")
    var exportSessionKeys: String?

    func run() async throws {
        // Before anything is opened: the page's share of connections is reckoned from it.
        Descriptors.raise()
        let settings = try LeitstelleConfiguration.load(path: config)
        try await Station(
            configuration: settings, clocks: SystemClocks(), logger: makeLogger("leitstelle"),
            sessionKeys: exportSessionKeys
        ).run()
    }
}

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Play a recorded incident into the same page, with pause, seek and 0.25–16×.",
        discussion: "Example: lagebild replay einsatz-20261123-101500Z.lagebild --config Config/leitstelle.yaml")
    @Argument(help: "The incident file.") var file: String
    @Option(help: "The Leitstelle's configuration: accounts and where the page is served.") var config: String
    @Option(help: "Another port for the page, so that a replay can run beside the live page.") var port: Int?

    func run() async throws {
        Descriptors.raise()
        var settings = try LeitstelleConfiguration.load(path: config)
        if let port {
            guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
            settings.viewer.port = port
        }
        try await ReplayStation(
            path: file, configuration: settings, clocks: SystemClocks(), logger: makeLogger("replay")
        ).run()
    }
}
