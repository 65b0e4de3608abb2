import Foundation
import NetworkImpairment

/// Blind fuzzing: known inputs damaged at random, as fast as an optimised build runs them. What the coverage-led fuzzer found is
/// where it starts from; it adds the numbers.
///
/// Inputs come in blocks of 100,000, each a function of seed and block alone, so that one that ends the program can be made
/// again: `careful` writes every input down before it is run.
struct RandomDamage {
    static let block = 100_000
    private static let longest = 4096
    private let known: [[UInt8]]

    init(folders: [URL], target: FuzzTarget) throws {
        var known: [[UInt8]] = []
        for folder in folders {
            let files = try? FileManager.default.contentsOfDirectory(
                at: folder.appendingPathComponent(target.rawValue), includingPropertiesForKeys: nil)
            for file in (files ?? []).sorted(by: { $0.path < $1.path }) {
                known.append([UInt8](try Data(contentsOf: file)))
            }
        }
        self.known = known.isEmpty ? [[0]] : known
    }

    /// Runs `blocks`, at most until `deadline`; returns how many inputs were run.
    func run(_ target: FuzzTarget, blocks: Range<Int>, seed: UInt64, until deadline: Date, careful: URL?) throws -> Int
    {
        var count = 0
        for block in blocks where Date() < deadline {
            // Said before, so that the last line names the block that ended the program.
            FileHandle.standardOutput.write(Data("block \(block)\n".utf8))
            var random = SeededGenerator(seed: seed &+ UInt64(block) &* 0x9E37_79B9)
            for _ in 0..<Self.block {
                let input = damaged(&random)
                if let careful { try Data(input).write(to: careful) }
                target.run(input)
                count += 1
            }
        }
        return count
    }

    private func damaged(_ random: inout SeededGenerator) -> [UInt8] {
        var input = known[below(known.count, &random)]
        if input.count > Self.longest {
            let start = below(4, &random) == 0 ? below(input.count - Self.longest, &random) : 0
            input = Array(input[start..<start + Self.longest])
        }
        for _ in 0...below(6, &random) { damage(&input, &random) }
        return input
    }

    private func damage(_ input: inout [UInt8], _ random: inout SeededGenerator) {
        guard !input.isEmpty else { return input.append(UInt8(truncatingIfNeeded: random.next())) }
        let place = below(input.count, &random)
        let length = min(input.count - place, 1 + below(below(4, &random) == 0 ? 200 : 8, &random))
        switch below(8, &random) {
        case 0: input[place] ^= 1 << UInt8(below(8, &random))
        case 1: input[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: input[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x24, 0xFD, 0xFE][below(8, &random)]
        case 3: input.removeSubrange(place..<place + length)
        case 4 where input.count < Self.longest: input.insert(contentsOf: input[place..<place + length], at: place)
        case 5:
            let other = known[below(known.count, &random)]
            guard !other.isEmpty, input.count < Self.longest else { return }
            let start = below(other.count, &random)
            input.replaceSubrange(place..<place + length, with: other[start..<min(other.count, start + 2 * length)])
        case 6: for index in place..<place + length { input[index] = UInt8(truncatingIfNeeded: random.next()) }
        default: if below(4, &random) == 0 { input.removeLast(input.count - place) }
        }
    }

    private func below(_ limit: Int, _ random: inout SeededGenerator) -> Int {
        Int(random.next() % UInt64(max(1, limit)))
    }
}
