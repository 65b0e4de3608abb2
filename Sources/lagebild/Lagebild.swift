import ArgumentParser
import PlainText
import Terminal

/// The command line: one program for the drone, the Leitstelle and everyone who administers them.
@main
struct Lagebild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lagebild",
        abstract: "The live picture from a fire brigade's drone (Lagebild einer Feuerwehrdrohne).",
        discussion: "Example: lagebild leitstelle --config Config/leitstelle.yaml",
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, AgentCommand.self, LeitstelleCommand.self, ReplayCommand.self, IncidentsCommand.self,
            KeysCommand.self, UsersCommand.self, DoctorCommand.self, CalibrateCommand.self, DetectCommand.self,
            DecodeCommand.self, GridCommand.self, ProxyCommand.self,
        ])

    static func main() async {
        await runToEnd(SignedArguments.protected(Array(CommandLine.arguments.dropFirst()), positional: ["grid"]))
    }
}
