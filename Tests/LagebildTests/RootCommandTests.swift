import ArgumentParser
import PlainText
import Testing

@testable import lagebild

@Suite struct RootCommandTests {
    /// Measurements are another program, which links simulations.
    @Test func noMeasurementsInside() {
        #expect(throws: (any Error).self) { try Lagebild.parseAsRoot(["bench", "simulate"]) }
        let names = Lagebild.configuration.subcommands.compactMap { $0.configuration.commandName }
        #expect(names.count == 13 && !names.contains("bench"))
    }

    @Test func everyCommandSaysWhatItIsForAndShowsAnExample() {
        var commands = Lagebild.configuration.subcommands
        while let command = commands.popLast() {
            let configuration = command.configuration
            commands += configuration.subcommands
            #expect(!configuration.abstract.isEmpty, "\(command)")
            #expect(configuration.discussion.contains("lagebild "), "\(command)")
        }
    }

    /// West of Greenwich and south of the equator a place begins like an option.
    @Test func aPlaceMayBeNegative() throws {
        let arguments = SignedArguments.protected(["grid", "51.5", "-0.12"], positional: ["grid"])
        let grid = try #require(try Lagebild.parseAsRoot(arguments) as? GridCommand)
        #expect(grid.place == ["51.5", "-0.12"])
        #expect(throws: (any Error).self) { try Lagebild.parseAsRoot(["grid", "51.5", "-0.12"]) }
    }

    @Test(arguments: [
        ["agent"], ["leitstelle"], ["replay"], ["incidents", "show"], ["keys", "authorize", "list", "drohne-1"],
        ["users", "set", "users"], ["detect", "--levels", "x", "a.png"], ["proxy"], ["nothing"],
    ])
    func whatIsMissingOrWrongIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self, "\(arguments)") { try Lagebild.parseAsRoot(arguments) }
    }
}
