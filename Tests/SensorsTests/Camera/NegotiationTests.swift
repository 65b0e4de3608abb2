import FlightTypes
import ImageCoding
import Synchronization
import Testing

@testable import Sensors

@Suite struct NegotiationTests {
    @Test func whatWasAskedAndWhatWasGotIsSaid() async throws {
        let format = VideoFormat(pixelFormat: .mjpg, width: 640, height: 480, bytesPerLine: 0)
        let controls: [CameraControl: Int] = [.exposureMode: 1, .exposure: 80, .gain: 300, .focus: 0]
        let script = Script(
            [.frame(try V4L2CameraTests.jpeg(), sequence: 0)], format: format, rate: 29.97,
            outcomes: [.gain: .set(255), .focus: .refused("Invalid argument")])
        let record = await RunRecord.of(
            script.camera(V4L2CameraConfiguration(devicePath: "/dev/script", controls: controls)))
        #expect(
            record.reasons == [
                "/dev/script: asked for 1280×720 MJPG 30/s, got 640×480 MJPG 30.0/s; exposureMode 1, exposure 80, "
                    + "gain 300: 255, focus 0: refused (Invalid argument)"
            ])
        // An automatism is off before its value is set.
        #expect(script.settings.withLock { $0 } == [.exposureMode, .exposure, .gain, .focus])
    }

    /// The USB video class lets cameras leave the Huffman tables out; browsers want them.
    @Test func missingHuffmanTablesAreInserted() async throws {
        let whole = try V4L2CameraTests.jpeg()
        let bare = try Self.withoutHuffmanTables(whole)
        let record = await RunRecord.of(Script([.frame(bare, sequence: 0), .frame(whole, sequence: 1)]).camera())
        #expect(record.images.count == 2)
        let header = try JPEGHeader(of: try #require(record.images.first?.file))
        #expect(header.hasHuffmanTables)
        #expect(
            try JPEGDecoder.decodeLuma(try #require(record.images[0].file)).pixels
                == JPEGDecoder.decodeLuma(whole).pixels)
        #expect(record.images[1].file == whole)
    }

    private static func withoutHuffmanTables(_ file: [UInt8]) throws -> [UInt8] {
        var bare = Array(file.prefix(2))
        var place = 2
        while place + 4 <= file.count, file[place] == 0xFF, file[place + 1] != 0xDA {
            let length = 2 + Int(file[place + 2]) << 8 + Int(file[place + 3])
            if file[place + 1] != 0xC4 { bare += file[place..<place + length] }
            place += length
        }
        #expect(bare.count < file.count, "the file had no tables to leave out")
        return bare + file[place...]
    }

    @Test func aCoveredLensIsToldAndASceneIsNot() async throws {
        let dark = try V4L2CameraTests.jpeg(3)
        let scene = try JPEGEncoder(quality: 80).encode(
            (0..<64 * 64).map { UInt8($0 % 64 * 4) }, layout: .grey, width: 64, height: 64)
        // 33 ms a frame: looked at in the first of each second.
        let steps = (0..<31).map { Step.frame(dark, sequence: $0) } + (31..<70).map { Step.frame(scene, sequence: $0) }
        let record = await RunRecord.of(Script(steps).camera())
        #expect(record.images.prefix(31).allSatisfy { $0.flags == .blind })
        #expect(record.images.suffix(30).allSatisfy { $0.flags == [] })
    }

    /// A thousand times unplugged and plugged in again: back within two seconds, nothing left open, nothing grown.
    @Test func unpluggedAThousandTimes() async throws {
        let file = try V4L2CameraTests.jpeg()
        var steps: [Step] = []
        for _ in 0..<1000 { steps += [.frame(file, sequence: 5), .unplugged, .openFails(gone: true)] }
        let script = Script(steps + [.frame(file, sequence: 0)])
        let record = await RunRecord.of(script.camera())
        #expect(record.images.count == 1001)
        #expect(record.states.count { $0 == .missing } >= 1000 && record.states.last == .running)
        #expect(script.opened.withLock { $0 } == script.closed.withLock { $0 })
        #expect(script.held.withLock { $0.count } <= 1)
        // Back when it is back: the pause before a try never gets longer than two seconds.
        let longest = try #require(script.pauses.withLock { $0.max() })
        #expect(longest <= .seconds(2))
    }
}
