import FlightTypes
import Testing

@testable import Sensors

@Suite struct ThermalReadingTests {
    private static func bytes(_ values: [UInt16], bigEndian: Bool = false) -> [UInt8] {
        values.flatMap { value -> [UInt8] in
            let pair = [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
            return bigEndian ? pair.reversed() : pair
        }
    }
    private static func values(_ payload: [UInt8]) -> [UInt16] {
        (0..<payload.count / 2).map { UInt16(payload[2 * $0]) | UInt16(payload[2 * $0 + 1]) << 8 }
    }
    private static func lepton(height: Int = 122, unit: ThermalUnit = .counts) -> V4L2ThermalConfiguration {
        V4L2ThermalConfiguration(devicePath: "/dev/script", kind: .y16, width: 160, height: height, unit: unit)
    }
    /// Telemetry rows as the datasheet lays them out.
    static func telemetry(
        uptime: UInt32, lastCorrection: UInt32, state: UInt32, linear: Bool = true, fine: Bool = true
    ) -> [UInt16] {
        var words = [UInt16](repeating: 0, count: 320)
        func put(_ place: Int, _ value: UInt32) {
            (words[place], words[place + 1]) = (UInt16(truncatingIfNeeded: value), UInt16(value >> 16))
        }
        words[0] = 14
        put(1, uptime)
        put(3, state << 4)
        put(20, 70_000)
        words[24] = 30_015
        put(30, lastCorrection)
        (words[208], words[209]) = (linear ? 1 : 0, fine ? 1 : 0)
        return words
    }

    @Test func leptonRowsOfTelemetryAreTakenOffAndRead() async throws {
        let picture = (0..<160 * 120).map { UInt16(29_000 + $0 % 160) }
        let good = Self.telemetry(uptime: 90_000, lastCorrection: 60_000, state: 3)
        let closed = Self.telemetry(uptime: 180_000, lastCorrection: 60_000, state: 2)
        let after = Self.telemetry(uptime: 181_200, lastCorrection: 181_000, state: 3, fine: false)
        let script = Script(
            [good, closed, after].enumerated().map { .frame(Self.bytes(picture + $1), sequence: UInt32($0)) },
            offered: [.yuyv, .y16])
        let record = await RunRecord.of(script.thermal(Self.lepton()))
        #expect(record.images.count == 3)
        #expect(record.images.allSatisfy { $0.width == 160 && $0.height == 120 && $0.file == nil })
        #expect(record.images.allSatisfy { $0.values == picture })
        #expect(record.images.map(\.flags) == [[], .flatField, .flatField])
        #expect(record.images.map(\.unit) == [.centikelvin, .centikelvin, .decikelvin])
    }

    @Test func withoutTelemetryTheConfigurationSaysWhatAValueMeans() async throws {
        let picture = (0..<160 * 120).map { UInt16($0) }
        let script = Script([.frame(Self.bytes(picture), sequence: 0)], offered: [.y16])
        let record = await RunRecord.of(script.thermal(Self.lepton(height: 120, unit: .decikelvin)))
        #expect(record.images.map(\.unit) == [.decikelvin])
        #expect(record.images.map(\.values) == [picture])
    }

    @Test func bigEndianAndPaddedRows() async throws {
        let format = VideoFormat(pixelFormat: .y16BigEndian, width: 3, height: 2, bytesPerLine: 10)
        let row = Self.bytes([1, 256, 65_535], bigEndian: true)
        let buffer = row + [9, 9, 9, 9] + Self.bytes([4, 5, 6], bigEndian: true)
        let script = Script(
            [.frame(buffer, sequence: 0), .frame(Array(buffer.dropLast()), sequence: 1)], offered: [.y16BigEndian],
            format: format)
        let record = await RunRecord.of(script.thermal(Self.lepton()))
        #expect(record.images.map(\.values) == [[1, 256, 65_535, 4, 5, 6]])
        #expect(record.lost == 1)
        #expect(FourCC.y16BigEndian.code == 0xA036_3159)
    }

    @Test func twoHalvesGiveTheLowerOneInHundredthsOfAKelvin() async throws {
        let upper = [UInt8](repeating: 0x80, count: 4 * 2 * 2)
        let raw: [UInt16] = [0, 64, 18_761, 20_000, 41_942, 41_943, 65_535, 1]
        let configuration = V4L2ThermalConfiguration(devicePath: "/dev/script", kind: .twoHalves, width: 4, height: 2)
        let script = Script([.frame(upper + Self.bytes(raw), sequence: 0)], offered: [.mjpg, .yuyv])
        let record = await RunRecord.of(script.thermal(configuration))
        let image = try #require(record.images.first)
        #expect(image.width == 4 && image.height == 2 && image.unit == .centikelvin)
        #expect(image.values == [0, 100, 29_314, 31_250, 65_534, 65_535, 65_535, 2])
        #expect(record.reasons == ["/dev/script: asked for 4×4 YUYV 9/s, got 4×4 YUYV"])
    }

    @Test(arguments: [[UInt16](repeating: 0, count: 320), [UInt16](repeating: .max, count: 320), []])
    func whatIsNoTelemetryIsNotRead(words: [UInt16]) { #expect(LeptonTelemetry(words) == nil) }

    @Test func aCameraThatOffersNoSixteenBitsIsRefusedWithWhatItOffers() async {
        let script = Script([.silence], offered: [.mjpg, .grey])
        let camera = script.thermal(Self.lepton())
        for await event in events(of: camera) {
            guard case .state(let state, let reason) = event else { continue }
            #expect(state == .failing && reason.contains("MJPG, GREY"))
            camera.stop()
        }
    }
}
