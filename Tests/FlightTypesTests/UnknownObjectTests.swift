import FlightTypes
import Testing

/// What a newer agent sends: docs/wire-format.md §5.
@Suite struct UnknownObjectTests {
    private func head(_ kind: UInt8, _ version: UInt8 = 1, stream: UInt16) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(kind)
        writer.write(version)
        writer.write(UInt32(7))
        writer.write(stream)
        writer.write(UInt64(41))
        writer.write(Int64(5))
        writer.write(Int64(6))
        return writer.bytes
    }
    private func unknown(_ bytes: [UInt8]) throws -> UnknownObject {
        guard case .unknown(let object) = try FlightObject(decoding: bytes) else { throw NotThatKind() }
        return object
    }
    private struct NotThatKind: Error {}

    /// Its bytes stay as they are, whatever they hold, and its head says who it is.
    @Test(arguments: [0, 1, 5_000]) func aKindNotKnownKeepsItsBytes(size: Int) throws {
        let bytes = head(9, stream: 0x0903) + (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let object = try FlightObject(decoding: bytes)
        #expect(object.isUnknown && !object.isReduced && object.encoded() == bytes && object.parts().joined == bytes)
        #expect(object.id == ObjectID(flight: 7, stream: StreamID(code: 0x0903), sequence: 41))
        #expect(object.captureTime == CaptureTime(monotonic: .init(nanoseconds: 5), wall: .init(nanoseconds: 6)))
        #expect(try unknown(bytes).head.kind == 9 && unknown(bytes).head.version == 1)
    }

    /// A frame of a later version has an original and a smaller copy as today's has: both must find a place in the
    /// record.
    @Test func aLaterVersionOfAKnownKind() throws {
        let original = try FlightObject(decoding: head(1, 2, stream: 0x0400) + [1, 2, 3])
        let copy = try FlightObject(decoding: head(1, 2 | 128, stream: 0x0400) + [1])
        #expect(original.isUnknown && !original.isReduced && copy.isUnknown && copy.isReduced)
        #expect(original.id == copy.id)
        #expect(try unknown(copy.encoded()).head.version == 2)
    }

    @Test func whatNoObjectBeginsWithIsRefused() {
        let broken: [[UInt8]] = [
            // Kind 0, version 0, a reduced version 1 of what this program knows.
            head(0, stream: 0x0900), head(9, 0, stream: 0x0900), head(1, 0, stream: 0x0400),
            head(1, 128, stream: 0x0400), head(1, 1 | 128, stream: 0x0400), head(2, 1 | 128, stream: 0x0100),
            // A kind not known in a stream of one that is, and the other way round.
            head(9, stream: 0x0400), head(9, 2, stream: 0x0000), head(1, 2, stream: 0x0900), head(2, 2, stream: 0x0400),
            // A head that is cut off.
            Array(head(9, stream: 0x0900).dropLast()), [],
        ]
        for bytes in broken { #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: bytes) } }
    }

    /// A newer agent's sensors and streams stand in a status that this program reads.
    @Test func streamsNotKnownStandInWhatIsKnown() throws {
        let stream = StreamID(StreamKind(rawValue: 12), 3)
        let time = CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0))
        let status = StatusReport(
            id: ObjectID(flight: 1, stream: StreamID(.status), sequence: 0), captureTime: time,
            sensors: [.init(stream: stream, state: .running, taken: 1, lost: 0, note: SensorNote(.following, "a"))],
            isRecording: true, objectsSent: 0, objectsDropped: 0,
            link: .init(rung: 0, kilobitsPerSecond: 0, missing: 0))
        let object = FlightObject.status(status)
        #expect(try FlightObject(decoding: object.encoded()) == object)
    }
}
