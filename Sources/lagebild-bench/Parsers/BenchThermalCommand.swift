import Terminal
import ArgumentParser
import FlightTypes
import Foundation
import PlainText
import ImageCoding
import Sensors

struct BenchThermalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thermal", abstract: "Measure the coding of thermal pictures on recorded ones.",
        discussion: """
            Each line is one coder on all frames of the files: size of the raw values over coded size, and raw megabytes a second of \
            processor time, the best of five passes. scripts/bench thermal runs JPEG-LS (CharLS) and zstd beside it.

            Example: lagebild-bench thermal nacht.u16le --width 160 --height 120
            """)
    @Argument(help: "Files of raw 16-bit little-endian frames back to back.") var files: [String]
    @Option(help: "Pixels.") var width = 160
    @Option(help: "Pixels.") var height = 120
    @Option(help: "Bounds to measure; 0 is lossless.") var bounds: [Int] = [0, 2, 5]

    func validate() throws {
        guard (1...4096).contains(width), (1...4096).contains(height),
            bounds.allSatisfy({ (0...ThermalCoder.boundLimit).contains($0) })
        else { throw ValidationError("sizes 1 to 4096, bounds 0 to \(ThermalCoder.boundLimit)") }
    }

    func run() throws {
        for file in files {
            let frames = try Self.frames(file, pixels: width * height)
            guard !frames.isEmpty else { throw CommandFailure("\(file) holds no whole frame of \(width)×\(height)") }
            for bound in bounds { try measure(frames, bound, file.lastPathPart) }
        }
    }

    private func measure(_ frames: [[UInt16]], _ bound: Int, _ name: String) throws {
        let raw = Double(frames.count * width * height * 2)
        var (coded, encoding, decoding) = (0, Double.infinity, Double.infinity)
        for _ in 0..<5 {
            let begin = processorSeconds()
            let streams = frames.compactMap { ThermalCoder.encode($0, width: width, height: height, bound: bound) }
            let middle = processorSeconds()
            let decoded = try streams.map { try ThermalCoder.decode($0).values }
            let end = processorSeconds()
            coded = streams.reduce(0) { $0 + $1.count }
            (encoding, decoding) = (min(encoding, middle - begin), min(decoding, end - middle))
            guard zip(frames, decoded).allSatisfy({ Self.worst($0, $1) <= bound }), decoded.count == frames.count else {
                throw CommandFailure("\(name): a value came back off by more than \(bound)")
            }
        }
        let title = name.padding(toLength: 24, withPad: " ", startingAt: 0)
        print(
            title
                + String(
                    format: " lagebild   bound %2d  ratio %6.2f  encode %5.0f MB/s  decode %5.0f MB/s", bound,
                    raw / Double(coded), raw / encoding / 1e6, raw / decoding / 1e6))
    }

    private static func worst(_ a: [UInt16], _ b: [UInt16]) -> Int {
        zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
    }

    private static func frames(_ path: String, pixels: Int) throws -> [[UInt16]] {
        let bytes = try readInput(path)
        return (0..<bytes.count / (2 * pixels)).map { frame in
            Gray16.values(bytes[2 * frame * pixels..<2 * (frame + 1) * pixels])
        }
    }
}
