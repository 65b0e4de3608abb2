import ArgumentParser
import Terminal

/// The measurements: a program of its own, so that the one that flies links neither simulations nor other makers' ways.
@main
struct LagebildBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lagebild-bench",
        abstract: "Measure the link, against other transports and in simulated flights, the parsers, the detector.",
        discussion: "Example: lagebild-bench simulate --hours 1 --seed 7",
        subcommands: [
            BenchLinkCommand.self, BenchSimulateCommand.self, BenchDecodeCommand.self, BenchThermalCommand.self,
            BenchThermalPathCommand.self,
            BenchDetectCommand.self, BenchAlertCommand.self, BenchPlaceCommand.self,
            BenchTracksCommand.self, BenchFlightsCommand.self, BenchAlarmsCommand.self, BenchCoarseCommand.self,
            BenchWitnessCommand.self,
            BenchFramesCommand.self, BenchLinkSendCommand.self, BenchLinkReceiveCommand.self,
        ])

    static func main() async { await runToEnd(Array(CommandLine.arguments.dropFirst())) }
}
