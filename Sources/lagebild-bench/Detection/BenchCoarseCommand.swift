import Terminal
import ArgumentParser
import Dispatch
import Foundation
import Synchronization

struct BenchCoarseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coarse",
        abstract:
            "Measure what a sensor of 32×24 pixels finds on made-up water, what it invents, and how long a picture takes.",
        discussion: """
            A thing counts as found when a spot lies within two pixels of it no later than one or two seconds after it came up. Invented \
            is each spot on empty water that lies within three pixels of none told in the second before. The water is made up \
            (Sources/Scenario/CoarseHover.swift says what it assumes); it is no evidence about real water.

            Example: lagebild-bench coarse --seeds 1000 --hours 8
            """)
    @Option(help: "Things in each row, each with a seed of its own.") var seeds = 1000
    @Option(help: "The first seed; thresholds were chosen on the seeds from 0 on.") var first: UInt64 = 2_000_000
    @Option(help: "Hours of empty water in each row.") var hours = 8.0
    @Option(help: "Only the rows whose name holds this.") var row: String?

    func validate() throws {
        guard (1...1_000_000).contains(seeds), (0...1000).contains(hours), first < 1 << 40 else {
            throw ValidationError("seeds up to 1,000,000, hours up to 1000, the first seed below 2⁴⁰")
        }
    }

    func run() throws {
        let rows = CoarseTrial.Row.all.filter { one in row.map { one.name.contains($0) } ?? true }
        guard !rows.isEmpty else {
            throw CommandFailure(
                "no row is named so; there are: \(CoarseTrial.Row.all.map(\.name).joined(separator: "; "))")
        }
        print("| Thing | within 1 s | within 2 s | invented an hour | a picture |")
        print("|---|---|---|---|---|")
        for row in rows {
            let found = Mutex((one: 0, two: 0)), invented = Mutex(0)
            DispatchQueue.concurrentPerform(iterations: seeds) { number in
                var trial = CoarseTrial(row, seed: first &+ UInt64(number), isEmpty: false)
                guard let seconds = trial.secondsToFind() else { return }
                found.withLock { $0 = ($0.one + (seconds <= 1 ? 1 : 0), $0.two + 1) }
            }
            // A quarter of an hour each, so that every sensor has its own fixed pattern.
            let quarters = Int((hours * 4).rounded(.up))
            DispatchQueue.concurrentPerform(iterations: quarters) { number in
                var trial = CoarseTrial(row, seed: first &+ UInt64(number) &+ 1 << 40, isEmpty: true)
                let count = trial.invented(seconds: 900)
                invented.withLock { $0 += count }
            }
            let (one, two) = found.withLock { $0 }
            let rate = quarters == 0 ? .nan : Double(invented.withLock { $0 }) / Double(quarters) * 4
            print(
                String(
                    format: "| %@ | %.1f %% | %.1f %% | %.2f | %.1f µs |", row.name as NSString,
                    100 * Double(one) / Double(seeds), 100 * Double(two) / Double(seeds), rate,
                    CoarseTrial.microseconds(row, seed: first)))
        }
    }
}
