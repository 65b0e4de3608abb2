import ArgumentParser
import FlightTypes
import Foundation
import Geodesy
import Lookout
import Scenario

struct BenchAlertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Measure the time from a thermal frame to the record that alerts, all looks and tracks included.",
        discussion: """
            Frames of a hover over made-up water with a head, ducks, boats, outfalls and glints go through what the agent does with \
            them: both looks, tracks, places with their errors, a crop each second, the encoded report. One core. scripts/bench alert \
            counts allocations too.

            Example: lagebild-bench alert --seconds 20
            """)
    @Option(help: "Seconds of the hover; the first two are not counted.") var seconds = 20.0
    @Option(help: "Seed of the water.") var seed: UInt64 = 1_000_000
    @Option(help: "Only this sensor.") var sensor: BenchTracksCommand.SensorName?

    func validate() throws {
        guard (3...120).contains(seconds) else { throw ValidationError("seconds from 3 to 120") }
    }

    func run() {
        let counter = AllocationCounter()
        if counter == nil { print("allocations: not counted (scripts/bench alert does)") }
        for one in BenchTracksCommand.SensorName.allCases where sensor.map({ $0 == one }) ?? true {
            measure("\(one.title) from \(Int(one.heightMetres)) m", one.sensor, height: one.heightMetres, counter)
        }
    }

    private func measure(_ title: String, _ sensor: WaterHover.Sensor, height: Double, _ counter: AllocationCounter?) {
        let hover = WaterHover(
            seed: seed, sensor: sensor, heightMetres: height, headKelvin: 6, hasClutter: true)
        var look = ThermalLook.overWater(sensor)
        let clock = ContinuousClock()
        var times: [Double] = [], allocations: [UInt64] = []
        var (detections, tracks, bytes) = (0, 0, 0)
        let last = Int(seconds * sensor.framesPerSecond)
        for number in 0..<last {
            let frame = Self.frame(number, of: hover)
            let before = counter?.count ?? 0
            let took = clock.measure {
                let report = look.report(on: frame)
                bytes = max(bytes, FlightObject.detections(report).encoded().count)
                detections = max(detections, report.detections.count)
                tracks = max(tracks, report.tracks.count)
            }
            guard hover.seconds(of: number) >= 2 else { continue }
            times.append(took / .microseconds(1))
            allocations.append((counter?.count ?? 0) - before)
        }
        times.sort()
        allocations.sort()
        func part(_ share: Double) -> Int { min(times.count - 1, Int(Double(times.count) * share)) }
        print(
            String(
                format:
                    "%@: best %.0f µs, median %.0f µs, 99 of 100 within %.0f µs; up to %d spots and %d tracks, %d bytes; %d frames",
                title as NSString, times[0], times[part(0.5)], times[part(0.99)], detections, tracks, bytes, times.count
            ))
        guard counter != nil else { return }
        print(
            "\(title): allocations a frame: least \(allocations[0]), median \(allocations[part(0.5)]), most \(allocations[allocations.count - 1])"
        )
    }

    private static func frame(_ number: Int, of hover: WaterHover) -> ThermalFrame {
        let picture = hover.picture(number)
        var pose = Pose(latitude: 51.4565, longitude: 6.7330)
        pose.heightMetres = Float(hover.heightMetres)
        (pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees) = (0, 0, 0)
        pose.quality = .interpolated
        return picture.frame(number, seconds: hover.seconds(of: number), pose: pose)
    }
}
