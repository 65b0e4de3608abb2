import Terminal
import ArgumentParser
import FlightTypes
import Foundation
import ImageCoding
import NetworkImpairment

/// The camera of the benchmark: real JPEG files of seeded sizes in one file, the same for every transport.
///
/// `u32 count`, then per frame `u32 length` and the file, little-endian.
struct BenchFrames {
    let frames: [ArraySlice<UInt8>]

    init(path: String) throws {
        let bytes = try readInput(path)
        var reader = ByteReader(bytes)
        var frames: [ArraySlice<UInt8>] = []
        do {
            let count = try reader.read(UInt32.self)
            for _ in 0..<count { frames.append(try reader.readBytes(Int(try reader.read(UInt32.self)))) }
        } catch { throw CommandFailure("\(path): not a file of frames") }
        self.frames = frames
    }

    /// The frame as the agent hands it to the link.
    func object(_ index: Int, at time: CaptureTime) -> Frame {
        Frame(
            id: ObjectID(flight: 1, stream: StreamID(.visible), sequence: UInt64(index)), captureTime: time,
            pose: .unknown, encoding: .jpeg, width: 1280, height: 720, payload: Array(frames[index]))
    }

    /// Writes `count` frames with sizes uniform in `kilobytes`, from a store of pictures of many sizes.
    static func write(_ path: String, count: Int, kilobytes: ClosedRange<Int>, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var store: [[UInt8]] = []
        for target in stride(from: kilobytes.lowerBound * 1000, through: kilobytes.upperBound * 1000, by: 2000) {
            store.append(try picture(bytes: target, &random))
        }
        var writer = ByteWriter(capacity: count * 90_000)
        writer.write(UInt32(count))
        for _ in 0..<count {
            let wanted =
                Double(kilobytes.lowerBound) + random.unit() * Double(kilobytes.upperBound - kilobytes.lowerBound)
            let place = Int(((wanted - Double(kilobytes.lowerBound)) / 2).rounded())
            let frame = store[min(max(place, 0), store.count - 1)]
            writer.write(UInt32(frame.count))
            writer.write(bytes: frame)
        }
        guard FileManager.default.createFile(atPath: path, contents: Data(writer.bytes)) else {
            throw CommandFailure("\(path): cannot be written")
        }
    }

    /// A 1280×720 picture whose detail is turned up until its file has the wanted size.
    private static func picture(bytes target: Int, _ random: inout SeededGenerator) throws -> [UInt8] {
        let encoder = try JPEGEncoder(quality: 80)
        var noise: [UInt8] = []
        noise.reserveCapacity(1280 * 720)
        while noise.count < 1280 * 720 { withUnsafeBytes(of: random.next()) { noise.append(contentsOf: $0) } }
        var low = 0.0
        var high = 128.0
        var best: [UInt8] = []
        for _ in 0..<9 {
            let strength = (low + high) / 2
            var pixels = [UInt8](repeating: 0, count: 1280 * 720 * 3)
            for place in 0..<(1280 * 720) {
                let shade = Double(place % 1280) / 10 + (Double(noise[place]) - 128) / 128 * strength + 60
                let value = UInt8(max(0, min(255, shade)))
                pixels[3 * place] = value
                pixels[3 * place + 1] = value
                pixels[3 * place + 2] = UInt8(max(0, Int(value) - 20))
            }
            let file = try encoder.encode(pixels, layout: .rgb, width: 1280, height: 720)
            if file.count > target { high = strength } else { low = strength }
            if abs(file.count - target) < abs(best.count - target) { best = file }
        }
        return best
    }
}

struct BenchFramesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames", abstract: "Make the file of camera frames that a link benchmark sends.",
        discussion: "Example: lagebild-bench frames frames.bin --count 1860")
    @Argument(help: "The file to write.") var file: String
    @Option(help: "Frames.") var count = 1860
    @Option(help: "Seed of their sizes.") var seed: UInt64 = 7
    @Option(help: "Smallest frame, kB.") var least = 40
    @Option(help: "Largest frame, kB.") var most = 120

    func validate() throws {
        guard (1...100_000).contains(count), least >= 20, most <= 400, least <= most else {
            throw ValidationError("1 to 100,000 frames of 20 to 400 kB")
        }
    }
    func run() throws { try BenchFrames.write(file, count: count, kilobytes: least...most, seed: seed) }
}

/// Processor seconds of this process so far.
func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
