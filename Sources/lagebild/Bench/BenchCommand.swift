import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the link, against other transports and in simulated flights, the parsers, the detector.",
        discussion: "Example: lagebild bench simulate --hours 1 --seed 7",
        subcommands: [
            BenchLinkCommand.self, BenchSimulateCommand.self, BenchDecodeCommand.self, BenchThermalCommand.self,
            BenchDetectCommand.self, BenchAlertCommand.self, BenchPlaceCommand.self,
            BenchTracksCommand.self, BenchFlightsCommand.self, BenchAlarmsCommand.self, BenchCoarseCommand.self,
            BenchWitnessCommand.self,
            BenchFramesCommand.self, BenchLinkSendCommand.self, BenchLinkReceiveCommand.self,
        ])
}
