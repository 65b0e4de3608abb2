import TestSupport
import ErasureCoding

extension SplitMix {
    /// `count` distinct values out of the range, in random order.
    mutating func choice(_ count: Int, from range: Range<Int>) -> [Int] {
        Array(range.shuffled(using: &self).prefix(count))
    }
}

/// A block for tests, with arrays in the place of buffers.
struct Block {
    var k: Int
    var size: Int
    var data: [UInt8]

    init(k: Int, size: Int, random: inout SplitMix) {
        self.k = k
        self.size = size
        data = random.bytes(k * size)
    }

    func parity(_ indices: Range<Int>) -> [UInt8] {
        var output = [UInt8](repeating: 0xaa, count: indices.count * size)
        data.withUnsafeBytes { data in
            output.withUnsafeMutableBytes {
                ErasureCode.encode(indices, dataSymbols: k, size: size, data: data, into: $0)
            }
        }
        return output
    }

    /// Each parity symbol made alone, as the sender does when it repairs.
    func parity(_ indices: [Int]) -> [(index: Int, bytes: [UInt8])] {
        indices.map { (index: $0, bytes: parity($0..<$0 + 1)) }
    }

    /// The data after decoding, with `byte` in the place of the symbols that are missing; nil if refused.
    func decoded(missing: [Int], lost byte: UInt8, parity: [(index: Int, bytes: [UInt8])]) -> [UInt8]? {
        var data = data
        for symbol in missing {
            for place in symbol * size..<(symbol + 1) * size { data[place] = byte }
        }
        let accepted = data.withUnsafeMutableBytes {
            ErasureCode.decode(missing: missing, dataSymbols: k, size: size, data: $0, parity: parity)
        }
        return accepted ? data : nil
    }
}

/// The code once more, byte by byte and without tables, so that the room is measured against its definition.
enum ScalarCode {
    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (sum, factor) = (0, Int(left))
        for bit in 0..<8 {
            if right >> bit & 1 == 1 { sum ^= factor }
            factor <<= 1
            if factor > 255 { factor ^= 0x11d }
        }
        return UInt8(sum)
    }

    static func inverse(_ element: UInt8) -> UInt8? {
        (1...255).first { product(element, $0) == 1 }
    }

    static func parity(_ index: Int, of block: Block) -> [UInt8] {
        let row = (0..<block.k).map { inverse(UInt8(index ^ $0)) ?? 0 }
        return (0..<block.size).map { place in
            row.indices.reduce(0) { $0 ^ product(row[$1], block.data[$1 * block.size + place]) }
        }
    }
}
