import FlightTypes
import Testing

@testable import ImageCoding

@Suite struct FrameInspectionTests {
    private static let time = CaptureTime(monotonic: MonotonicInstant(nanoseconds: 0), wall: WallTime(nanoseconds: 0))
    private static func refusal(_ encoding: FrameEncoding, _ width: Int, _ height: Int, _ payload: [UInt8]) -> String? {
        FrameInspection.refusal(
            of: .frame(
                Frame(
                    id: ObjectID(flight: 1, stream: StreamID(encoding == .jpeg ? .visible : .thermal), sequence: 0),
                    captureTime: time, pose: .unknown, encoding: encoding, width: UInt16(width), height: UInt16(height),
                    payload: payload)))
    }

    @Test func whatIsAsItSaysPasses() throws {
        let file = try JPEGIntakeTests.file()
        #expect(Self.refusal(.jpeg, 48, 32, file) == nil)
        // Frames of agents that do not mend: what was recorded then is not lost now.
        #expect(Self.refusal(.jpeg, 48, 32, Array(file.dropLast(2))) == nil)
        #expect(Self.refusal(.jpeg, 48, 32, JPEGIntakeTests.without(0xC4, file)) == nil)
        #expect(Self.refusal(.gray16, 3, 2, [UInt8](repeating: 1, count: 12)) == nil)
        let values = (0..<640 * 512).map { UInt16(truncatingIfNeeded: 29_000 + $0 % 7) }
        let coded = try #require(ThermalCoder.encode(values, width: 640, height: 512))
        #expect(Self.refusal(.codedGray16, 640, 512, coded) == nil)
    }

    @Test func aPictureIsAsLargeAsItsHeadSays() throws {
        let file = try JPEGIntakeTests.file()
        #expect(Self.refusal(.jpeg, 32, 48, file)?.contains("48×32 pixels, and its frame says 32×48") == true)
        #expect(Self.refusal(.gray16, 3, 2, [UInt8](repeating: 1, count: 11)) != nil)
        let coded = try #require(ThermalCoder.encode([1, 2, 3, 4, 5, 6], width: 3, height: 2))
        #expect(Self.refusal(.codedGray16, 2, 3, coded) != nil)
        #expect(Self.refusal(.codedGray16, 3, 2, coded.dropLast()) != nil)
        #expect(Self.refusal(.codedGray16, 3, 2, []) != nil)
        #expect(Self.refusal(.jpeg, 48, 32, [1, 2, 3]) != nil)
    }

    /// What stopped a page, and what filled a station's memory: small files that say they are large.
    @Test func noPictureTakesMoreThanAPictureMay() throws {
        for (width, height) in [(16_000, 16_000), (8192, 8192), (8192, 2930), (65_535, 1)] {
            let claim = JPEGHeaderTests.claiming(width: width, height: height)
            #expect(Self.refusal(.jpeg, width, height, claim)?.contains("at most 8192×8192 and 24000000") == true)
        }
        let scans = JPEGHeaderTests.claiming(width: 4000, height: 4000, frame: 0xC2, scans: 16)
        #expect(Self.refusal(.jpeg, 4000, 4000, scans)?.contains("scans over") == true)
        // 40 million values that are all the same take 625,000 bytes.
        let even = try #require(
            ThermalCoder.encode([UInt16](repeating: 7, count: 8000 * 5000), width: 8000, height: 5000))
        #expect(even.count < 700_000 && Self.refusal(.codedGray16, 8000, 5000, even) != nil)
        #expect(Self.refusal(.gray16, 3000, 1, [UInt8](repeating: 0, count: 6000)) != nil)
    }

    @Test func theCropOfAReportIsASmallJPEG() throws {
        func refusal(_ crop: [UInt8]) -> String? {
            var report = DetectionReport(
                id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: 0), captureTime: Self.time,
                stream: StreamID(.thermal), sequence: 0, detections: [])
            report.crop = crop
            return FrameInspection.refusal(of: .detections(report))
        }
        #expect(refusal([]) == nil)
        #expect(refusal(try JPEGIntakeTests.file()) == nil)
        #expect(refusal([1, 2, 3]) != nil)
        #expect(refusal(JPEGHeaderTests.claiming(width: 4000, height: 4000)) != nil)
    }
}
