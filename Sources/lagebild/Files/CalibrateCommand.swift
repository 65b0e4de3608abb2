import Terminal
import ArgumentParser
import DroneAgent
import Foundation
import Geodesy
import PlainText

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Find where a camera looks, and when, from a hover over a known point.",
        discussion: """
            Example: lagebild calibrate --camera cameras/lepton-3.5.yaml --point 32ULC4250003028 \
            --observations seen.csv --poses poses.csv --output cameras/drohne-1.yaml
            Example: lagebild calibrate --camera cameras/lepton-3.5.yaml --point 51.4565,6.733 --incident flight-7.lagebild
            """)
    @Option(help: "The camera's file.") var camera: String
    @Option(help: "The known point: latitude,longitude in degrees, or UTMREF to the metre.") var point: String
    @Option(help: "How far the point lies above what the poses' heights count from (take-off), metres.")
    var pointHeight = 0.0
    @Option(help: "Where the point was seen: CSV with time,x,y.") var observations: String?
    @Option(
        help: "Where the drone was: CSV with time,latitude,longitude,height,roll,pitch,yaw[,gimbalPitch,gimbalYaw].")
    var poses: String?
    @Option(help: "An incident file or onboard record instead of both: its reports of warm spots and its positions.")
    var incident: String?
    @Option(help: "With --incident: number of the thermal sensor.") var thermal: UInt8 = 0
    @Option(help: "With --incident: the flight, if it holds several.") var flight: UInt32?
    @Option(
        help:
            "With --incident: how far from where it should be the point may be seen, pixels (default: a quarter width)."
    )
    var search: Double?
    @Option(help: "Error of position and known point, one sigma, metres.") var positionError = 1.5
    @Option(help: "How far that error wanders in a minute, metres.") var drift = 0.2
    @Option(help: "Error of the height above the point, one sigma, metres.") var heightError = 1.0
    @Option(help: "Look for time offsets within this, milliseconds, 0 to 2000.") var range = 500.0
    @Option(help: "Write the camera's file with the new values here; without it, nothing is written.") var output:
        String?

    func validate() throws {
        guard (observations != nil) == (poses != nil), (incident != nil) != (poses != nil) else {
            throw ValidationError("Give --observations and --poses, or --incident.")
        }
        guard (-1_000...10_000).contains(pointHeight), (0...1_000).contains(positionError), (0...100).contains(drift),
            (0...1_000).contains(heightError), (0...2_000).contains(range), search.map({ $0 > 0 }) ?? true
        else { throw ValidationError("A number is out of range.") }
    }

    func run() throws {
        let before = try CameraCalibration.load(path: camera)
        let place = try Self.place(point)
        let (seen, log) = try inputs(before, place)
        var assumptions = HoverAssumptions()
        assumptions.positionMetres = positionError
        assumptions.driftMetresPerMinute = drift
        assumptions.heightMetres = heightError
        assumptions.timeOffsetRangeMilliseconds = range
        let found: HoverCalibration
        do {
            found = try HoverSolver.solve(
                observations: seen, poses: log, point: place, pointAboveMetres: pointHeight, calibration: before,
                assumptions: assumptions)
        } catch { throw CommandFailure("\(error)") }
        for line in found.summary(before, assumptions) { print(line) }
        if let output { try write(found, to: output) }
    }

    private func inputs(_ before: CameraCalibration, _ place: GeodeticPosition) throws -> ([HoverObservation], PoseLog)
    {
        if let incident {
            let hover = try RecordedHover(path: incident, thermal: thermal, flight: flight)
            let seen = HoverSolver.matched(
                hover.candidates, poses: hover.poses, point: place, pointAboveMetres: pointHeight, calibration: before,
                searchPixels: search ?? Double(before.camera.width) / 4)
            complain("\(hover.candidates.count) reports of warm spots; in \(seen.count) one may be the point")
            return (seen, hover.poses)
        }
        let seen = try table(observations ?? "", HoverTables.observations)
        let samples = try table(poses ?? "", HoverTables.poses)
        guard let log = PoseLog(samples) else { throw CommandFailure("\(poses ?? ""): fewer than two poses") }
        return (seen, log)
    }
    private func table<Row>(_ path: String, _ parse: ([UInt8]) throws -> [Row]) throws -> [Row] {
        let bytes = try readInput(path, limit: 256 << 20)
        do { return try parse(Array(try TextFile.text(bytes).utf8)) } catch let error as HoverTableError {
            throw CommandFailure("\(path):\(error)")
        } catch let error as TextFault { throw CommandFailure("\(path):\(error)") }
    }

    /// Degrees, or a UTMREF of ten figures, whose square's middle is meant.
    static func place(_ text: String) throws -> GeodeticPosition {
        if let square = UTMREF(text) {
            if square.digits == 5 { return square.centre }
        } else if let position = PlaceText.position(text) {
            return position
        }
        throw ValidationError("--point: latitude,longitude in degrees, or UTMREF with ten figures")
    }

    private func write(_ found: HoverCalibration, to path: String) throws {
        let text: String
        do { text = try TextFile.text(try readInput(camera, limit: 1 << 20)) } catch let error as TextFault {
            throw CommandFailure("\(camera):\(error)")
        }
        let new = try edited(text, name: camera, edits: found.edits)
        // What is written is read again, so that nobody flies with a file that does not load.
        guard try CameraCalibration.parse(text: new, name: path).camera.width == found.calibration.camera.width else {
            throw CommandFailure("\(path): not written; the new values do not read back")
        }
        try Data(new.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        print("written: \(path)")
    }
}

extension HoverParameter {
    fileprivate var label: String { self == .timeOffset ? "time offset" : "boresight \(self)" }
    fileprivate var unit: String { self == .timeOffset ? "ms" : "degrees" }
    fileprivate var digits: Int { self == .timeOffset ? 1 : 3 }
    fileprivate func value(_ calibration: CameraCalibration) -> Double {
        switch self {
        case .roll: calibration.camera.boresight.rollDegrees
        case .pitch: calibration.camera.boresight.pitchDegrees
        case .yaw: calibration.camera.boresight.yawDegrees
        case .timeOffset: calibration.timeOffsetMilliseconds
        }
    }
}

extension HoverCalibration {
    /// For people: a line a parameter, then what remains.
    fileprivate func summary(_ old: CameraCalibration, _ assumptions: HoverAssumptions) -> [String] {
        func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
        var lines = HoverParameter.allCases.map { parameter -> String in
            let digits = parameter.digits
            guard let sigma = standardErrors[parameter] else {
                return "\(parameter.label): left at \(text(parameter.value(old), digits)) \(parameter.unit), because "
                    + (leftAsItWas[parameter] ?? "it was not asked for")
            }
            return "\(parameter.label): \(text(parameter.value(calibration), digits)) ± \(text(sigma, digits)) "
                + "\(parameter.unit) (was \(text(parameter.value(old), digits)))"
        }
        lines += [
            "pixels off before: median \(text(before.median, 2)), nine of ten within \(text(before.ninetyPercent, 2))",
            "pixels off after: median \(text(after.median, 2)), nine of ten within \(text(after.ninetyPercent, 2))",
            "\(used) observations, \(outliers) of them outliers; noise \(text(noisePixels, 2)) px",
        ]
        // Where an angle was left, what it is off by has gone into the positions.
        if leftAsItWas[.pitch] == nil, leftAsItWas[.yaw] == nil {
            lines.append(
                "positions were off by \(text(-northMetres, 2)) m north, \(text(-eastMetres, 2)) m east on average")
            if max(northMetres.magnitude, eastMetres.magnitude) > 4 * assumptions.positionMetres {
                lines.append("That is far more than --position-error: is the known point right?")
            }
        }
        return lines
    }
    /// The lines of the camera's file that change.
    fileprivate var edits: [CalibrationEdit] {
        var edits = HoverParameter.allCases.compactMap { parameter -> CalibrationEdit? in
            guard let sigma = standardErrors[parameter] else { return nil }
            return CalibrationEdit(
                section: parameter == .timeOffset ? nil : "boresight",
                key: parameter == .timeOffset ? "timeOffsetMilliseconds" : "\(parameter)",
                value: parameter.value(calibration),
                remark: "± \(String(format: "%.\(parameter.digits)f", sigma)) by lagebild calibrate")
        }
        // The worst angle counts, so one that was left leaves the old statement.
        if [HoverParameter.roll, .pitch, .yaw].allSatisfy({ standardErrors[$0] != nil }) {
            edits.append(
                CalibrationEdit(
                    section: "uncertainty", key: "boresightDegrees", value: calibration.uncertainty.boresightDegrees,
                    remark: "by lagebild calibrate"))
        }
        if standardErrors[.timeOffset] != nil {
            edits.append(
                CalibrationEdit(
                    section: "uncertainty", key: "timeOffsetMilliseconds",
                    value: calibration.uncertainty.timeOffsetMilliseconds, remark: "by lagebild calibrate"))
        }
        return edits
    }
}
