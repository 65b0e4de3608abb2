import ArgumentParser
import Foundation
import Scenario
import Situation
import Synchronization

struct BenchAlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",
        abstract: "Measure which alarms the Leitstelle raises of made-up flights: how soon, and how many of nothing.",
        discussion: """
            The demo's flight and three of its kind in one piece, and flights over the river made of minutes with five heads each. A thing counts when it is in \
            view for at least three seconds. Anything else that an alarm is raised of is one too many: ducks, boats, land, or a second \
            alarm of the same thing. The water is made up; it is no evidence about real water.

            Example: lagebild bench alarms --minutes 10
            """)
    @Option(help: "Minutes of each flight.") var minutes = 10
    @Option(help: "The first seed; rules were chosen on the seeds from 0 on.") var first: UInt64 = 5_000_000
    @Option(help: "Only this view: \(RiverFlight.View.allCases.map(\.rawValue).joined(separator: ", ")).")
    var view: RiverFlight.View?
    @Option(help: "How much warmer the heads are, kelvin.") var kelvin = 6.0

    /// The seed that the demo flies.
    private static let demoSeed: UInt64 = 7

    func validate() throws {
        guard (1...10_000).contains(minutes), (0...100).contains(kelvin) else {
            throw ValidationError("minutes from 1 to 10,000, kelvin up to 100")
        }
    }

    func run() throws {
        if view == nil {
            for seed in [Self.demoSeed] + (0..<3).map({ first &+ $0 }) {
                let trial = try AlarmTrial.demo(seed: seed, minutes: Double(minutes), rules: AlarmRules())
                Sum(trial).tell("the demo's flight, seed \(seed)", minutes)
            }
        }
        for view in RiverFlight.View.allCases where self.view.map({ $0 == view }) ?? true {
            let sum = Mutex(Sum())
            let (first, kelvin) = (first, kelvin)
            DispatchQueue.concurrentPerform(iterations: minutes) { number in
                let flight = RiverFlight(
                    seed: first &+ UInt64(number), view: view, sensor: .lepton, heightMetres: 40, headKelvin: kelvin)
                guard let trial = try? AlarmTrial.river(flight, rules: AlarmRules()) else { return }
                sum.withLock { $0.add(trial) }
            }
            sum.withLock { $0 }.tell("Lepton at 40 m, \(view.rawValue)", minutes)
        }
    }

    private struct Sum {
        var episodes: [AlarmTrial.Episode] = []
        var others: [String: Int] = [:]
        var entries = 0

        init() {}
        init(_ trial: AlarmTrial) { add(trial) }

        mutating func add(_ trial: AlarmTrial) {
            episodes += trial.episodes
            others.merge(trial.others) { $0 + $1 }
            entries += trial.entries
        }

        func tell(_ title: String, _ minutes: Int) {
            print("\(title), \(minutes) min, \(entries) entries:")
            let kinds = Set(episodes.map { $0.name.prefix { $0 != " " } }).sorted()
            for kind in kinds {
                let own = episodes.filter { $0.name.hasPrefix(kind) }
                let delays = own.compactMap(\.raisedAfter).sorted()
                let limit = kind == "fire" ? 2.0 : 3.0
                let inTime = delays.count { $0 <= limit }
                let text = "  %@: %d times in view, %d within %.0f s, %d at all, slowest %.1f s"
                print(
                    String(
                        format: text, String(kind) as NSString, own.count, inTime, limit, delays.count,
                        delays.last ?? 0))
            }
            let sum = others.values.reduce(0, +)
            let list = others.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            print("  others: \(sum)\(list.isEmpty ? "" : " (\(list))")")
        }
    }
}
