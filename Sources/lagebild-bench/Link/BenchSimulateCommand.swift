import ArgumentParser
import FlightTypes
import Foundation
import LinkProtocol
import LinkSimulation
import NetworkImpairment
import Sensors
import Synchronization

struct BenchSimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Fly simulated flights over bad links and check what must always hold.",
        discussion: """
            The seed decides everything: the same seed gives the same flight and the same hash. A broken invariant is printed \
            with the seed that shows it, and ends the command with status 1.

            Example: lagebild-bench simulate --hours 1 --seed 7
            """)
    enum Kind: String, ExpressibleByArgument, CaseIterable { case full, thin, random, attack }

    @Option(help: "Hours of flight to simulate (full and thin).") var hours = 1.0
    @Option(help: "The seed, or the first of several.") var seed: UInt64 = 1
    @Option(
        help:
            "full: all sensors, real cipher; thin: telemetry and small frames, cheap cipher; random: short flights, each with weather of its own; attack: a million hostile datagrams during one flight."
    )
    var load = Kind.full
    @Option(help: "How many seeds (random).") var seeds = 100
    @Option(help: "Fly each seed this often and compare the hashes (random).") var times = 1

    func validate() throws {
        guard hours > 0, hours <= 1000, (1...1_000_000).contains(seeds), (1...1000).contains(times) else {
            throw ValidationError("hours up to 1000, seeds up to 1,000,000, times up to 1000")
        }
    }

    func run() async throws {
        let clocks = SystemClocks()
        let begin = clocks.monotonicNow()
        let plans: [(seed: UInt64, plan: FlightPlan)]
        switch load {
        case .random: plans = (0..<UInt64(seeds)).map { (seed &+ $0, FlightPlan.random(seed: seed &+ $0)) }
        case .attack: plans = [(seed, Self.attacked())]
        case .full, .thin:
            // Two flights at once, one a core.
            plans = [0, 1].map { (seed &+ $0, Self.flight(load, seconds: hours * 1800)) }
        }
        let total = Total()
        let times = times
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while true {
                        let place = total.nextPlace()
                        guard place < plans.count else { return }
                        Self.fly(plans[place].plan, plans[place].seed, times: times, into: total)
                    }
                }
            }
        }
        let took = clocks.monotonicNow().since(begin).milliseconds / 1000
        let result = total.result
        for failure in result.failures.prefix(20) { print("FAILED \(failure)") }
        print(
            "\(plans.count * times) flights, \(Self.text(result.seconds / 3600)) h flown in \(Self.text(took)) s "
                + "(\(Self.text(result.seconds / 3600 / (took / 60))) flight hours a minute), \(result.steps) datagrams handled, "
                + "hash \(String(result.hash, radix: 16)), \(result.failures.count) failed")
        if !result.failures.isEmpty { throw ExitCode(1) }
    }

    private struct Sum {
        var seconds = 0.0
        var steps: UInt64 = 0
        var failures: [String] = []
        var hash: UInt64 = 0
    }
    private final class Total: Sendable {
        private let next = Mutex(0)
        private let sum = Mutex(Sum())
        func nextPlace() -> Int {
            next.withLock { value -> Int in
                defer { value += 1 }
                return value
            }
        }
        func change(_ body: (inout Sum) -> Void) { sum.withLock { body(&$0) } }
        var result: Sum { sum.withLock { $0 } }
    }

    private static func text(_ value: Double) -> String { String(format: "%.2f", value) }

    private static func fly(
        _ plan: FlightPlan, _ seed: UInt64, times: Int,
        into total: Total
    ) {
        var first: UInt64?
        for _ in 0..<times {
            guard var simulation = FlightSimulation(plan, seed: seed) else { return }
            let report = simulation.run()
            total.change { total in
                total.seconds += (plan.duration + plan.landing).milliseconds / 1000
                total.steps += report.steps
                total.hash ^= report.hash
                for violation in report.violations { total.failures.append("seed \(seed): \(violation)") }
                if plan.landing > .zero, plan.isBackfilling, report.missing > 0 {
                    total.failures.append("seed \(seed): \(report.missing) objects are missing after the landing")
                }
                if let first, first != report.hash {
                    total.failures.append("seed \(seed): another hash the second time")
                }
            }
            first = report.hash
        }
    }

    /// A hundred seconds of thin flight with a million forged, replayed, truncated and bit-flipped datagrams in between.
    private static func attacked() -> FlightPlan {
        var plan = flight(.thin, seconds: 102)
        plan.landing = .seconds(10)
        plan.incidents = (0..<2000).map { (at: .milliseconds(1000 + $0 * 50), what: .attack(datagrams: 500)) }
        return plan
    }

    private static func flight(_ load: Kind, seconds: Double) -> FlightPlan {
        var plan = FlightPlan()
        plan.duration = .milliseconds(Int(seconds * 1000))
        plan.load = load == .full ? .full : .thin
        plan.cipher = load == .full ? .chaChaPoly : .simulationTag
        var path = LinkConditions()
        path.delay = .milliseconds(30)
        path.jitter = .milliseconds(2)
        path.loss = 0.02
        plan.setBothWays(path)
        return plan
    }
}
