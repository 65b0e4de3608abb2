import TestSupport
import FlightTypes
import ImageCoding
import Synchronization
import Testing

@testable import Sensors

@Suite struct V4L2CameraTests {
    static func jpeg(_ value: UInt8 = 90) throws -> [UInt8] {
        try JPEGEncoder(quality: 70).encode(
            [UInt8](repeating: value, count: 16 * 8), layout: .grey, width: 16, height: 8)
    }

    @Test func passesJPEGUntouchedAndCountsLosses() async throws {
        let file = try Self.jpeg()
        let script = Script([
            .frame(file + [0, 0, 0], sequence: .max - 1), .frame(file, sequence: .max), .frame(file, sequence: 3),
            .frame(file, sequence: 4, damaged: true), .frame([], sequence: 5),
            .frame(Array(file.prefix(20)), sequence: 6), .frame(file, sequence: 7), .frame([], sequence: 8),
        ])
        let record = await RunRecord.of(script.camera())
        #expect(record.images.count == 4 && record.images.allSatisfy { $0.file == file && $0.width == 16 })
        #expect(record.remarks.first?.hasSuffix("bytes before or behind the picture left out") == true)
        // Sequence numbers 0, 1 and 2 never came; 4 to 6 were no pictures; 8 is told at the end.
        #expect(record.images.map(\.lostBefore) == [0, 0, 3, 3])
        #expect(record.lost == 7 && record.states == [.running])
        #expect(script.held.withLock { $0.isEmpty } && script.closed.withLock { $0 } == 1)
    }
    @Test func comesBackAfterUnplugging() async throws {
        let file = try Self.jpeg()
        let script = Script([
            .frame(file, sequence: 500), .unplugged, .openFails(gone: true), .openFails(gone: true),
            .openFails(gone: true), .frame(file, sequence: 0), .frame(file, sequence: 1),
        ])
        let record = await RunRecord.of(script.camera())
        #expect(record.images.count == 3 && record.lost == 1)
        #expect(record.states == [.running, .missing, .missing, .running])
        #expect(record.reasons[1] == "unplugged" && record.reasons[2] == "open fails")
        let pauses = script.pauses.withLock { $0 }
        #expect(pauses == [200, 400, 800, 1600].map { .milliseconds($0) })
        #expect(script.opened.withLock { $0 } == 5 && script.closed.withLock { $0 } == 5)
    }
    @Test func opensAnewAfterSilence() async throws {
        let file = try Self.jpeg()
        let script = Script([.frame(file, sequence: 0), .silence, .frame(file, sequence: 0)])
        let record = await RunRecord.of(script.camera())
        #expect(record.images.count == 2 && record.states == [.running, .failing, .running])
    }
    /// Damaged buffers alone keep no stream alive.
    @Test func opensAnewWhenOnlyDamagedBuffersCome() async throws {
        let file = try Self.jpeg()
        let damaged = (0..<100).map { Step.frame(file, sequence: UInt32($0), damaged: true) }
        let record = await RunRecord.of(Script(damaged + [.frame(file, sequence: 100)]).camera())
        #expect(record.images.count == 1 && record.states.first == .failing && record.lost == 100)
    }
    @Test func encodesRawPicturesWithPaddedRows() async throws {
        let luma: UInt8 = 126
        let bytes = (0..<64 * 24).map { $0 % 64 < 40 ? ($0 % 2 == 0 ? luma : 128) : 255 }
        let format = VideoFormat(pixelFormat: .yuyv, width: 20, height: 24, bytesPerLine: 64)
        let script = Script(
            [.frame(bytes, sequence: 0), .frame(Array(bytes.prefix(900)), sequence: 1)], offered: [.yuyv],
            format: format)
        let record = await RunRecord.of(script.camera())
        let image = try JPEGDecoder.decodeLuma(try #require(record.images.first?.file))
        #expect(image.width == 20 && image.height == 24 && image.pixels.allSatisfy { abs(Int($0) - 128) <= 1 })
        #expect(record.images.count == 1 && record.lost == 1)
    }
    @Test func refusesAFormatItCannotRead() async throws {
        let format = VideoFormat(pixelFormat: FourCC(code: 0x3436_3248), width: 20, height: 24, bytesPerLine: 0)
        let script = Script([.silence], offered: [.yuyv], format: format)
        // The script never gets to a wait: the pause after the refusal is where this test stops it.
        let camera = script.camera()
        for await event in events(of: camera) {
            guard case .state(let state, let reason) = event else { continue }
            #expect(state == .failing && reason.contains("H264"))
            camera.stop()
        }
    }
    @Test func takesTheDriversTimeWhereItCanBeTrue() async throws {
        let file = try Self.jpeg()
        let ages: [Duration?] = [.milliseconds(5), .seconds(30), .seconds(-1), nil]
        let script = Script(ages.enumerated().map { .frame(file, sequence: UInt32($0.offset), age: $0.element) })
        let start = script.clocks.monotonicNow()
        let record = await RunRecord.of(script.camera())
        #expect(
            record.images.map { $0.captureTime.monotonic.since(start) } == [28, 66, 99, 132].map { .milliseconds($0) })
        let offsets = Set(record.images.map { $0.captureTime.wall.nanoseconds - $0.captureTime.monotonic.nanoseconds })
        #expect(offsets == [1_700_000_000_000_000_000])
    }

    @Test func choosesTheCheapestFormat() {
        let h264 = FourCC(code: 0x3436_3248)
        func choose(_ wanted: V4L2CameraConfiguration.Format, _ offered: [FourCC]) -> FormatChoice? {
            FormatChoice.choose(wanted: wanted, offered: offered)
        }
        #expect(choose(.automatic, [.yuyv, .mjpg]) == FormatChoice(pixelFormat: .mjpg, isConverted: false))
        #expect(choose(.yuyv, [.mjpg, .yuyv]) == FormatChoice(pixelFormat: .yuyv, isConverted: false))
        #expect(choose(.mjpg, [.yuyv]) == FormatChoice(pixelFormat: .yuyv, isConverted: false))
        #expect(choose(.automatic, [h264]) == FormatChoice(pixelFormat: h264, isConverted: true))
        #expect(choose(.automatic, []) == nil)
        #expect(h264.description == "H264" && FourCC.mjpg.code == 0x4750_4A4D)
    }
    @Test func countsGapsOfAWrappingCounter() {
        var gap = SequenceGap()
        #expect([7, 8, 8, 11, 0, 1, .max, 2].map { gap.lost(upTo: $0) } == [0, 0, 0, 2, 0, 0, 0, 2])
    }
    @Test func realDeviceThatIsNotThereIsMissing() async {
        let camera = V4L2Camera(V4L2CameraConfiguration(devicePath: "/dev/lagebild-no-such-camera"))
        for await event in events(of: camera) {
            guard case .state(let state, _) = event else { continue }
            #expect(state == .missing)
            camera.stop()
        }
        _ = V4L2Camera.enumerate()
    }
}
