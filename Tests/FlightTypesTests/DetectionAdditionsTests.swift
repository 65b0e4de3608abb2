import FlightTypes
import Testing

/// What docs/wire-format.md §5.3 says of unit and kinds, byte by byte, and what older and newer agents send.
@Suite struct DetectionAdditionsTests {
    private func report(_ kinds: [Detection.Kind], unit: ThermalUnit = .none, crop: [UInt8] = []) -> DetectionReport {
        DetectionReport(
            id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: 0),
            captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)),
            stream: StreamID(.thermal), sequence: 0, unit: unit,
            detections: kinds.map {
                Detection(
                    x: 0, y: 0, width: 1, height: 1, centroidX: 0, centroidY: 0, peak: 1, contrast: 1, score: 1,
                    kind: $0)
            }, crop: crop)
    }

    /// The bytes behind a report's detections, of 27 bytes each.
    private func tail(_ report: DetectionReport) -> [UInt8] {
        Array(FlightObject.detections(report).encoded().dropFirst(43 + 27 * report.detections.count))
    }

    private func read(_ tail: [UInt8], behind kinds: [Detection.Kind]) throws -> DetectionReport {
        let bytes = FlightObject.detections(report(kinds.map { _ in .spot })).encoded() + tail
        guard case .detections(let report) = try FlightObject(decoding: bytes) else { throw NotThatKind() }
        return report
    }
    private struct NotThatKind: Error {}

    @Test func layout() throws {
        #expect(tail(report([.spot, .spot])) == [], "the bytes of an agent from before there were additions")
        #expect(tail(report([.spot], unit: .centikelvin)) == [0, 0, 0, 1, 1, 0, 1])
        #expect(tail(report([.spot, .person, .spot])) == [0, 0, 0, 2, 2, 0, 0, 1])
        let both = report([.person, .spot], unit: .counts, crop: [0xFF, 0xD8])
        #expect(tail(both) == [2, 0, 0xFF, 0xD8, 0, 1, 1, 0, 3, 2, 1, 0, 1])
        #expect(try read(tail(both), behind: [.person, .spot]) == both)
    }

    @Test func aReportOfAnOlderAgentSaysNeither() throws {
        let old = try read([], behind: [.spot, .spot])
        #expect(old.unit == .none && old.detections.allSatisfy { $0.kind == .spot })
    }

    /// A newer agent may add more, and may know units and kinds that this reader does not.
    @Test func whatIsNotKnownIsPassedOver() throws {
        let newer = try read([0, 0, 0, 1, 1, 0, 2, 2, 2, 0, 200, 1, 9, 3, 0, 7, 7, 7], behind: [.spot, .spot, .spot])
        #expect(newer.unit == .decikelvin)
        #expect(newer.detections.map(\.kind) == [.spot, .person, .spot])
        #expect(try read([0, 0, 0, 1, 1, 0, 99], behind: [.spot]).unit == .none)
    }

    @Test(
        arguments: [
            [0, 0], [0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0], [0, 0, 0, 1, 0, 0],
            // A unit of two bytes, a unit of 0, twice the unit, the unit behind the kinds, number 0.
            [0, 0, 0, 1, 2, 0, 1, 1], [0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1],
            [0, 0, 0, 2, 1, 0, 1, 1, 1, 0, 1], [0, 0, 0, 0, 0, 0],
            // Kinds that are none, that end with a spot, or are more than the detections; an addition that is cut off.
            [0, 0, 0, 2, 0, 0], [0, 0, 0, 2, 1, 0, 0], [0, 0, 0, 2, 3, 0, 0, 0, 1], [0, 0, 0, 7, 9, 0, 1],
        ] as [[UInt8]])
    func otherFormsAreRefused(tail: [UInt8]) {
        #expect(throws: ByteReader.Malformed.self) { try read(tail, behind: [.spot, .spot]) }
    }
}
