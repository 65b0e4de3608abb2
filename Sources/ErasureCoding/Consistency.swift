extension ErasureCode {
    /// Whether `bytes` are k symbols of `size` bytes, and k and the size are ones that the code can work with.
    static func isBlock(dataSymbols k: Int, size: Int, bytes: Int) -> Bool {
        guard (1...dataSymbolsLimit).contains(k), size >= 1, size <= Int(Int32.max) else { return false }
        return bytes == k * size
    }

    /// Whether the indices ascend, which also means that they are distinct, and lie within the range.
    static func isAscending(_ indices: [Int], within range: Range<Int>) -> Bool {
        var next = range.lowerBound
        for index in indices {
            guard index >= next, index < range.upperBound else { return false }
            next = index + 1
        }
        return true
    }

    /// Whether all parity symbols, also those that will not be used, have the size, an index in range and no twin.
    static func areUsable(_ parity: [(index: Int, bytes: [UInt8])], dataSymbols k: Int, size: Int) -> Bool {
        guard parity.count <= symbolsLimit - k else { return false }
        var seen = [Bool](repeating: false, count: symbolsLimit)
        for (index, bytes) in parity {
            guard index >= k, index < symbolsLimit, !seen[index], bytes.count == size else { return false }
            seen[index] = true
        }
        return true
    }
}
