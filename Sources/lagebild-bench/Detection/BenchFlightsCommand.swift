import ArgumentParser
import Foundation
import Scenario
import Synchronization

struct BenchFlightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flights",
        abstract:
            "Measure what the agent tells of made-up flights over the river: heads found, and tracks that are none.",
        discussion: """
            Each flight is a minute with five heads, ducks, now and then a boat or an outfall, the sun's and the sky's reflections, and \
            poses with errors; the views add smoke, a bank with groynes and people, a moving drone, and a slanting look. A head counts as \
            found when a track lies on it in the picture within a second after it came into view or up. The water is made up \
            (Sources/Scenario/River/RiverFlight.swift says what it assumes); it is no evidence about real water.

            Example: lagebild-bench flights --minutes 60
            """)
    @Option(help: "Flights of a minute for each view.") var minutes = 60
    @Option(help: "The first seed; rules were chosen on the seeds from 0 on.") var first: UInt64 = 4_000_000
    @Option(help: "How much warmer the heads are, kelvin.") var kelvin = 6.0
    @Option(help: "Only this sensor.") var sensor = BenchTracksCommand.SensorName.lepton
    @Option(help: "Metres above the water; by default 40 for the Lepton and 120 for the other.") var height: Double?
    @Option(help: "Only this view: \(RiverFlight.View.allCases.map(\.rawValue).joined(separator: ", ")).")
    var view: RiverFlight.View?
    @Option(help: "Write pages into this folder that show heads missed and found, and what else tracks lie on.")
    var report: String?

    func validate() throws {
        guard (1...100_000).contains(minutes), (0...100).contains(kelvin) else {
            throw ValidationError("minutes from 1 to 100,000, kelvin up to 100")
        }
        guard (3...500).contains(heightMetres) else {
            throw ValidationError("a height from 3 to 500 m")
        }
    }

    private var heightMetres: Double { height ?? sensor.heightMetres }

    func run() throws {
        for view in RiverFlight.View.allCases where self.view.map({ $0 == view }) ?? true {
            measure(view)
            guard let report else { continue }
            try FlightPictures.write(
                to: "\(report)/\(view.rawValue)", title: "Made-up flights: \(view.rawValue)", flights(view))
        }
    }

    /// The flights of a view, by number.
    private func flights(_ view: RiverFlight.View) -> @Sendable (Int) -> RiverFlight {
        let (sensor, height, kelvin, first) = (sensor.sensor, heightMetres, kelvin, first)
        return { number in
            RiverFlight(
                seed: first &+ UInt64(number), view: view, sensor: sensor, heightMetres: height, headKelvin: kelvin)
        }
    }

    private func measure(_ view: RiverFlight.View) {
        let sum = Mutex(Sum())
        let flight = flights(view)
        DispatchQueue.concurrentPerform(iterations: minutes) { number in
            let trial = FlightTrial(flight(number))
            sum.withLock { $0.add(trial) }
        }
        sum.withLock { $0 }.tell("\(sensor.title) at \(Int(heightMetres)) m, \(view.rawValue)", minutes)
    }

    /// Of all flights of a view.
    private struct Sum {
        var (episodes, inTime, ever) = (0, 0, 0)
        /// Heads that went under and came up: found both times, and as the same track.
        var (returned, kept) = (0, 0)
        var tracks: [String: (plain: Int, doubted: Int)] = [:]
        var most: [RiverThing.Kind: Int] = [:]

        mutating func add(_ trial: FlightTrial) {
            episodes += trial.episodes.count
            inTime += trial.episodes.count { $0.foundAfter.map { $0 <= 1 } ?? false }
            ever += trial.episodes.count { $0.foundAfter != nil }
            for (number, episode) in trial.episodes.enumerated() {
                let before = trial.episodes[..<number].last { $0.head == episode.head }
                guard let track = episode.track, let earlier = before?.track else { continue }
                returned += 1
                if track == earlier { kept += 1 }
            }
            for track in trial.tracks.values {
                let name = track.liesOn.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? "water"
                if track.doubts.isEmpty {
                    tracks[name, default: (0, 0)].plain += 1
                } else {
                    tracks[name, default: (0, 0)].doubted += 1
                }
            }
            for (kind, count) in trial.most { most[kind, default: 0] += count }
        }

        func tell(_ title: String, _ minutes: Int) {
            func percent(_ part: Int, _ all: Int) -> String {
                String(format: "%.1f %%", all == 0 ? 0 : 100 * Double(part) / Double(all))
            }
            print(
                "\(title): of \(episodes) times that a head was in view \(percent(inTime, episodes)) found within a second, "
                    + "\(percent(ever, episodes)) at all; of \(returned) that came up again \(percent(kept, returned)) as the same track"
            )
            let names = Set(tracks.keys).union(most.filter { $0.value > 0 }.keys.map(\.rawValue)).sorted()
            for name in names {
                let count = tracks[name] ?? (0, 0)
                let there = RiverThing.Kind(rawValue: name).flatMap { most[$0] }.map { "\($0) there, " } ?? ""
                print(
                    String(
                        format: "  %@: %@%d tracks without a doubt (%.1f an hour), %d with", name as NSString,
                        there as NSString, count.plain, Double(count.plain) / Double(minutes) * 60, count.doubted))
            }
        }
    }
}

extension RiverFlight.View: ExpressibleByArgument {}
