import ArgumentParser
import Foundation
import Geodesy

struct GridCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grid", abstract: "Say a place in UTM and UTMREF (MGRS), or turn UTMREF into degrees.",
        discussion: """
            Without arguments, lines "latitude longitude" are read from standard input; each gives zone, easting, northing and \
            UTMREF.

            Examples: lagebild grid 51.4344 6.7623    lagebild grid "32U LC 4414 0083"
            """)
    @Argument(help: "Latitude and longitude in degrees (north and east positive), or a UTMREF text.") var place:
        [String] = []

    func run() throws {
        guard !place.isEmpty else { return try lines() }
        let text = place.joined(separator: " ")
        if place.count == 2, let answer = Self.answer(text) { return print(answer) }
        guard let square = UTMREF(text) else {
            throw ValidationError("'\(text)' is neither latitude and longitude nor UTMREF")
        }
        let centre = square.centre
        print(
            String(format: "%.7f %.7f", centre.latitude, centre.longitude)
                + " (middle of \(Int(square.sizeMetres)) m)")
    }

    private func lines() throws {
        let output = LineOutput()
        for line in String(decoding: try readInput("-"), as: UTF8.self).split(separator: "\n") {
            guard let answer = Self.answer(line) else {
                throw CommandFailure("'\(line.prefix(80))' is not a latitude and a longitude that UTM covers")
            }
            output.write(answer)
        }
        output.flush()
    }

    private static func answer(_ text: some StringProtocol) -> String? {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let latitude = Double(parts[0]), let longitude = Double(parts[1]),
            case let position = GeodeticPosition(latitude: latitude, longitude: longitude), position.isValid,
            let utm = UTM(position), let square = UTMREF(position)
        else { return nil }
        return String(format: "%d %.4f %.4f ", utm.zone, utm.easting, utm.northing) + square.description
    }
}
