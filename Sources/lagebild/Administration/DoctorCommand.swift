import ArgumentParser
import PlainText

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is missing or wrong on this machine, and how to mend it.",
        discussion: "Example: lagebild doctor --agent Config/agent.yaml")
    @Option(help: "The agent's configuration.") var agent: String?
    @Option(help: "The Leitstelle's configuration.") var leitstelle: String?

    func run() throws {
        var report = DoctorReport()
        report.machine()
        if let agent { report.agent(agent) }
        if let leitstelle { report.leitstelle(leitstelle) }
        report.versions()
        print("\(report.problems) problems")
        if report.problems > 0 { throw ExitCode(1) }
    }
}

/// What was found: a line each, with the way to mend what is wrong.
struct DoctorReport {
    var problems = 0

    func good(_ text: String) { print("ok    \(text.printable())") }
    mutating func bad(_ text: String, mend: String) {
        problems += 1
        print("WRONG \(text.printable(keepingLines: true))\n      mend: \(mend.printable())")
    }
    func note(_ text: String) { print("note  \(text.printable())") }
}
