import ErasureCoding

/// How an object of `length` bytes is cut: symbols of `size` bytes, the last one shorter, in blocks of at most 128 symbols that
/// are coded each on its own. Both ends derive it from the two numbers that every fragment carries.
public struct ObjectLayout: Hashable, Sendable {
    /// Bytes of the object.
    public let length: Int
    /// Bytes of every symbol but the last.
    public let size: Int
    /// Data symbols of all blocks together.
    public let symbols: Int
    /// Blocks.
    public let blocks: Int

    /// Symbols are at least this large, unless one holds the whole object.
    public static let smallestSymbol = 256

    /// Nil when the numbers cannot belong to an object of ours.
    public init?(length: Int, size: Int) {
        guard length > 0, length <= LinkLimits.objectSize, size > 0, size <= LinkLimits.largestDatagram,
            size >= Self.smallestSymbol || size >= length
        else { return nil }
        symbols = (length + size - 1) / size
        blocks = (symbols + ErasureCode.dataSymbolsLimit - 1) / ErasureCode.dataSymbolsLimit
        guard blocks <= 255 else { return nil }
        self.length = length
        self.size = size
    }

    /// Cuts an object into symbols of equal size that fit `largestSymbol`, so that no datagram is left half full.
    public static func cutting(length: Int, largestSymbol: Int) -> ObjectLayout? {
        guard length > 0, largestSymbol > 0 else { return nil }
        let count = (length + largestSymbol - 1) / largestSymbol
        let even = (length + count - 1) / count
        return ObjectLayout(length: length, size: count == 1 ? length : max(even, min(smallestSymbol, largestSymbol)))
    }

    /// The first symbol of a block, counted through the object.
    public func firstSymbol(of block: Int) -> Int { block * (symbols / blocks) + min(block, symbols % blocks) }
    /// Data symbols of a block.
    public func count(of block: Int) -> Int { symbols / blocks + (block < symbols % blocks ? 1 : 0) }
    /// Bytes that the fragment `index` of `block` carries: a parity symbol is always whole.
    public func bytes(block: Int, index: Int) -> Int {
        guard index < count(of: block) else { return size }
        return min(size, length - (firstSymbol(of: block) + index) * size)
    }
}
