import FlightTypes
import Testing

/// The first byte of a pose (docs/wire-format.md §5.1): two bits quality, five bits remarks, and one that says whether a basis follows.
@Suite struct PoseRemarksTests {
    private static func bytes(_ pose: Pose) -> [UInt8] {
        FlightObject.telemetry(
            TelemetrySample(
                id: ObjectID(flight: 1, stream: StreamID(.telemetry), sequence: 0),
                captureTime: CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0)), pose: pose)
        ).encoded()
    }

    @Test func layout() {
        var pose = Pose(latitude: 51, longitude: 6, quality: .stale)
        #expect(Self.bytes(pose)[FlightObject.headerSize] == 3, "without remarks the bytes are those of before")
        let bits: [(Pose.Remarks, UInt8)] = [
            (.jump, 4), (.outOfRange, 8), (.motion, 16), (.sourceTime, 32), (.nullIsland, 64),
        ]
        for (remark, bit) in bits {
            pose.remarks = remark
            #expect(Self.bytes(pose)[FlightObject.headerSize] == 3 | bit)
        }
        pose.remarks = Pose.Remarks(rawValue: 255)
        #expect(Self.bytes(pose)[FlightObject.headerSize] == 127)
    }
    @Test func everyByteIsReadOrRefused() throws {
        var bytes = Self.bytes(Pose(latitude: 51, longitude: 6))
        for byte in UInt8.min ... .max {
            bytes[FlightObject.headerSize] = byte
            guard byte < 128 else {
                #expect(throws: ByteReader.Malformed.self) { try FlightObject(decoding: bytes) }
                continue
            }
            guard case .telemetry(let sample) = try FlightObject(decoding: bytes) else {
                Issue.record("not telemetry")
                return
            }
            #expect(sample.pose.quality.rawValue == byte & 3 && sample.pose.remarks.rawValue == byte >> 2)
        }
    }
}
