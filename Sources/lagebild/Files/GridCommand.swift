import Terminal
import ArgumentParser
import Foundation
import Geodesy
import PlainText

struct GridCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grid", abstract: "Say a place in UTM and UTMREF (MGRS), or turn UTMREF into degrees.",
        discussion: """
            A place is latitude and longitude in degrees (north and east positive, or with N, S, E, W), with a decimal point or \
            comma, or a UTMREF text. Without arguments, lines with a place each are read from standard input; each gives zone, \
            easting, northing and UTMREF.

            Examples: lagebild grid 51.4344 6.7623    lagebild grid 51.5 -0.12    lagebild grid "32U LC 4414 0083"
            """)
    @Argument(help: "Latitude and longitude in degrees (north and east positive), or a UTMREF text.") var place:
        [String] = []

    func run() throws {
        guard !place.isEmpty else { return try lines() }
        let text = place.joined(separator: " ")
        guard let answer = Self.answer(text) else {
            throw ValidationError(
                "'\(text.printable(limit: 80))' is neither latitude and longitude that UTM covers nor UTMREF")
        }
        print(answer)
    }

    private func lines() throws {
        let output = LineOutput()
        defer { output.flush() }
        do {
            for line in try TextFile.lines(try readInput("-")) {
                guard let answer = Self.answer(line.text) else {
                    throw TextFault(
                        line: line.number,
                        problem: "'\(line.text.printable(limit: 80))' is not a latitude and a longitude that UTM covers"
                    )
                }
                output.write(answer)
            }
        } catch let error as TextFault {
            throw CommandFailure("standard input:\(error); the lines before are answered")
        }
    }

    static func answer(_ text: String) -> String? {
        if let square = UTMREF(text) {
            let centre = square.centre
            return String(format: "%.7f %.7f", centre.latitude, centre.longitude)
                + " (middle of \(Int(square.sizeMetres)) m)"
        }
        guard let position = PlaceText.position(text), let utm = UTM(position), let square = UTMREF(position) else {
            return nil
        }
        return String(format: "%d %.4f %.4f ", utm.zone, utm.easting, utm.northing) + square.description
    }
}
