import Terminal
import ArgumentParser
import ConfigurationFile
import FlightTypes
import Foundation
import PlainText
import Recording

struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents", abstract: "Look into recorded incidents.",
        discussion: "Example: lagebild incidents show einsatz.lagebild --frames --json",
        subcommands: [Show.self, Gaps.self, Verify.self, IncidentExportCommand.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a record holds.",
            discussion: "Example: lagebild incidents show einsatz.lagebild --frames --json")
        @Argument(help: "The incident file; it may be being written.") var file: String
        @Flag(help: "A line a frame.") var frames = false
        @Flag(help: "As JSON.") var json = false
        func run() throws {
            let reader = try IncidentReader(path: PathForms.existing(file))
            let output = LineOutput()
            defer { output.flush() }
            guard frames else { return try summary(reader, output) }
            try complainIfIncomplete(reader)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try reader.forEachFrame { frame in
                if json {
                    output.write(String(decoding: try encoder.encode(frame), as: UTF8.self))
                } else {
                    output.write(
                        "\(frame.captureTime) \(frame.drone) \(frame.stream) \(frame.sequence) \(frame.bytes) \(frame.sha256)"
                            + (frame.representation == "original" ? "" : " \(frame.representation)")
                            + (frame.backfilled ? " backfilled" : ""))
                }
            }
        }
        private func summary(_ reader: IncidentReader, _ output: LineOutput) throws {
            let info = try reader.info()
            let span = try reader.span()
            let completeness = try reader.completeness()
            if json {
                let summary = Summary(
                    name: info?.name ?? "", openedAt: info?.openedAt.rfc3339 ?? "", objects: try reader.count(),
                    reduced: try reader.reducedCount(), backfilled: try reader.backfilledCount(),
                    cameras: try reader.cameras().map(CameraSummary.init), first: span?.first.rfc3339,
                    last: span?.last.rfc3339, durationMs: span?.duration.milliseconds,
                    remarks: (completeness.sentence.map { [$0] } ?? []) + (span?.remarks ?? []))
                return output.write(String(decoding: try JSONEncoder().encode(summary), as: UTF8.self))
            }
            let by = info?.openedBy ?? "first frame"
            output.write(
                "\((info?.name ?? "?").printable(limit: 400)), opened \(info?.openedAt.rfc3339 ?? "?") by \(by.printable(limit: 80))"
            )
            output.write("\(try reader.count()) objects")
            if let sentence = completeness.sentence { output.write(sentence) }
            output.write(
                "of them \(try reader.reducedCount()) reduced copies made for the link, "
                    + "\(try reader.backfilledCount()) came later from the onboard record")
            if let span {
                let seconds = String(format: "%.1f", span.duration.milliseconds / 1000)
                output.write("\(span.first.rfc3339) – \(span.last.rfc3339), \(seconds) s")
                for remark in span.remarks { output.write(remark) }
            }
            for (drone, camera) in try reader.cameras() { output.write(CameraSummary(drone, camera).line) }
            for event in try reader.events() {
                output.write("\(event.time.rfc3339) \(event.text.printable(limit: 400))")
            }
        }
        private struct Summary: Encodable {
            var name: String
            var openedAt: String
            var objects: Int
            var reduced: Int
            var backfilled: Int
            var cameras: [CameraSummary]
            var first: String?
            var last: String?
            var durationMs: Double?
            var remarks: [String]
        }
    }

    struct Gaps: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a record does not hold, up to the last known object of each stream.",
            discussion: "Example: lagebild incidents gaps einsatz.lagebild --originals")
        @Argument(help: "The incident file; it may be being written.") var file: String
        @Flag(help: "A reduced copy alone counts as missing.") var originals = false
        @Flag(help: "As JSON.") var json = false
        func run() throws {
            let reader = try IncidentReader(path: PathForms.existing(file))
            let gaps = try reader.gaps(ofOriginals: originals)
            try complainIfIncomplete(reader)
            let missing = gaps.reduce(UInt64(0)) { sum, gap in
                let (more, overflow) = sum.addingReportingOverflow(gap.count)
                return overflow ? .max : more
            }
            let output = LineOutput()
            defer { output.flush() }
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                let listing = Listing(gaps: gaps.map(Listing.Gap.init), missing: missing)
                return output.write(String(decoding: try encoder.encode(listing), as: UTF8.self))
            }
            for gap in gaps {
                output.write("\(gap.drone) flight \(gap.flight) \(gap.stream) \(gap.first)-\(gap.last) \(gap.count)")
            }
            output.write(
                gaps.isEmpty
                    ? "no gap" : "\(gaps.count) gaps, \(missing) \(originals ? "originals" : "objects") missing")
        }
        private struct Listing: Encodable {
            struct Gap: Encodable {
                var drone: String
                var flight: UInt32
                var stream: String
                var first: UInt64
                var last: UInt64
                var count: UInt64
                init(_ gap: SequenceSpan) {
                    drone = gap.drone
                    flight = gap.flight
                    stream = gap.stream.description
                    first = gap.first
                    last = gap.last
                    count = gap.count
                }
            }
            var gaps: [Gap]
            var missing: UInt64
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a record: SQLite's integrity, and every object against its hash.",
            discussion: "Example: lagebild incidents verify einsatz.lagebild")
        @Argument(help: "The incident file.") var file: String
        func run() throws {
            let reader = try IncidentReader(path: PathForms.existing(file))
            let completeness = try reader.completeness()
            let integrity = try reader.integrityCheck()
            let wrong = try reader.verify()
            print("integrity_check: \(integrity); objects: \(try reader.count()); hashes that differ: \(wrong.count)")
            if let sentence = completeness.sentence { print(sentence) }
            guard integrity == "ok", wrong.isEmpty else {
                throw CommandFailure("\(file) is damaged; first positions: \(wrong.prefix(10))")
            }
            guard !completeness.isDoubtful else { throw CommandFailure("\(file) may lack what was recorded last") }
        }
    }
}

/// Says on standard error what is to be known of a record that may lack something.
func complainIfIncomplete(_ reader: IncidentReader) throws {
    if let sentence = try reader.completeness().sentence { complain("\(reader.path): \(sentence)".printable()) }
}
