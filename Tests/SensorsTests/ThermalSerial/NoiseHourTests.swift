import TestSupport
import FlightTypes
import Foundation
import Synchronization
import Testing

@testable import Sensors

/// An hour's bytes of a line at 115,200 bit/s, nothing but noise of many kinds, through a pseudo-terminal: no picture comes of it, and
/// the first real one behind it is seen.
@Suite(.timeLimit(.minutes(3))) struct NoiseHourTests {
    private static let hour = 115_200 / 10 * 3600
    private static let frame: [UInt8] =
        GYMCU90640Frame(pixels: (0..<768).map { Int16(2000 + $0 % 32) }, ambient: 3000)?.encoded() ?? []

    /// Some kilobytes of one kind of noise.
    private static func piece(_ noise: inout SplitMix) -> [UInt8] {
        var bytes = noise.bytes(4096)
        switch noise.below(64) {
        case 0...7: return [UInt8](repeating: UInt8(truncatingIfNeeded: noise.next()), count: 4096)
        case 8: return Array(repeating: [0x5A, 0x5A, 0x02, 0x06], count: 1024).flatMap { $0 }
        case 9...15: return Array("boot 1.0\r\nready\r\n".utf8) + bytes.prefix(2000)
        case 16...23:
            // Headers where the next frame would begin.
            for place in stride(from: noise.below(1544), to: 4090, by: 1544) {
                bytes.replaceSubrange(place..<place + 4, with: [0x5A, 0x5A, 0x02, 0x06])
            }
            return bytes
        case 24...39:
            // Frames with a bit wrong: the sum does not hold.
            var damaged = frame
            damaged[4 + noise.below(1536)] ^= 1 << UInt8(noise.below(8))
            return damaged + damaged
        case 40...47: return Array(frame.prefix(noise.below(1544))) + bytes.prefix(noise.below(1000))
        default: return bytes
        }
    }

    @Test func noPictureComesOfIt() async throws {
        let folder = try TemporaryFolder()
        let port = try FakePort(link: "\(folder.path)/port")
        let sensor = SerialThermalSensor(
            line: SerialLineTests.line("\(folder.path)/port"), driver: GYMCU90640Driver(),
            correction: ThermalCorrection(),
            clocks: SystemClocks())
        let master = dup(port.master)
        defer { close(master) }
        var images: [CapturedImage] = []
        var hasBegun = false
        let noiseIsOver = Flag()
        for await event in events(of: sensor) {
            switch event {
            case .state(.running, _) where !hasBegun:
                hasBegun = true
                Thread.detachNewThread { [noiseIsOver] in
                    Self.writeNoise(to: master)
                    noiseIsOver.raise()
                    Self.writePictures(to: master)
                }
            // On a busy machine the line may be silent for so long that it is opened anew, and what was in it is gone.
            case .state(.running, _) where noiseIsOver.isRaised:
                Thread.detachNewThread { Self.writePictures(to: master) }
            case .image(let image):
                images.append(image)
                sensor.stop()
            default: break
            }
        }
        // What had been read with the first real one comes too.
        #expect((1...4).contains(images.count))
        for image in images {
            let values = (image.values ?? []).map(Int.init)
            #expect(values == (0..<768).map { 2000 + $0 % 32 + 27_315 })
        }
    }

    private static func writeNoise(to master: Int32) {
        var noise = SplitMix(seed: 115_200)
        var written = 0
        while written < hour {
            let bytes = piece(&noise)
            send(bytes, to: master)
            written += bytes.count
        }
    }
    private static func writePictures(to master: Int32) {
        for _ in 0..<4 { send(frame, to: master) }
    }
    private static func send(_ bytes: [UInt8], to master: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(master, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isRaised: Bool { value.load(ordering: .acquiring) }
        func raise() { value.store(true, ordering: .releasing) }
    }
}
