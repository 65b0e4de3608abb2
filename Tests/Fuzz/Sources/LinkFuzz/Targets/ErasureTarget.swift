@testable import ErasureCoding

/// The erasure code's decoder: with arguments that contradict each other it must refuse, and what can be rebuilt must be right.
enum ErasureTarget {
    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        if input.flag() { rebuild(&input) } else { contradict(&input) }
    }

    private static func contradict(_ input: inout FuzzInput) {
        func place(_ input: inout FuzzInput) -> Int {
            input.flag() ? Int(input.byte()) : Int(truncatingIfNeeded: input.number())
        }
        let k = place(&input)
        let size = place(&input)
        var data = [UInt8](repeating: 0xA5, count: input.flag() ? input.below(4096) : min(max(0, k &* size), 16_384))
        let missing = (0..<input.below(9)).map { _ in place(&input) }
        let parity = (0..<input.below(9)).map { _ in
            (
                index: place(&input),
                bytes: [UInt8](repeating: input.byte(), count: input.flag() ? size & 0x3FF : input.below(64))
            )
        }
        _ = data.withUnsafeMutableBytes {
            ErasureCode.decode(missing: missing, dataSymbols: k, size: size, data: $0, parity: parity)
        }
    }

    private static func rebuild(_ input: inout FuzzInput) {
        let k = 1 + input.below(ErasureCode.dataSymbolsLimit)
        let size = 1 + input.below(80)
        let salt = input.byte()
        let original = (0..<k * size).map { UInt8(truncatingIfNeeded: $0 &* 131) ^ salt }
        var missing: Set<Int> = []
        for _ in 0..<input.below(k + 1) { missing.insert(input.below(k)) }
        var indices: Set<Int> = []
        while indices.count < missing.count {
            let index = k + input.below(ErasureCode.symbolsLimit - k)
            // Once the input is used up all draws are equal.
            indices.insert(
                indices.contains(index) ? (k..<ErasureCode.symbolsLimit).first { !indices.contains($0) } ?? k : index)
        }
        let parity = indices.sorted().map { index in
            var symbol = [UInt8](repeating: 0, count: size)
            original.withUnsafeBytes { data in
                symbol.withUnsafeMutableBytes {
                    ErasureCode.encode(index..<index + 1, dataSymbols: k, size: size, data: data, into: $0)
                }
            }
            return (index: index, bytes: symbol)
        }
        var damaged = original
        for index in missing { for byte in 0..<size { damaged[index * size + byte] = 0x5A } }
        let decoded = damaged.withUnsafeMutableBytes {
            ErasureCode.decode(missing: missing.sorted(), dataSymbols: k, size: size, data: $0, parity: parity)
        }
        must(decoded && damaged == original, "a block with enough symbols is rebuilt")
    }
}
