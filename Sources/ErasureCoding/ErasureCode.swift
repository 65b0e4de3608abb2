import CISAL

/// A systematic Reed–Solomon code over GF(2^8) with Cauchy parity rows, for one block of symbols of equal size.
///
/// A block has k data symbols, indices 0..<k, and parity symbols with indices k..<256. Parity symbol i is the sum of all
/// data symbols j, each divided by i ^ j. Any k symbols give the block back, and each parity symbol can be made at any
/// time without the others. J. Blömer et al., "An XOR-Based Erasure-Resilient Coding Scheme", ICSI TR-95-048.
public enum ErasureCode {
    /// The most data symbols in a block. Up to here a block can be rebuilt from parity alone.
    public static let dataSymbolsLimit = 128
    /// The most symbols of a block, data and parity: an index is one element of the field.
    public static let symbolsLimit = 256

    /// Writes the parity symbols `indices` one after the other into `output`. Traps when the arguments contradict each
    /// other: all of them are the sender's own.
    ///
    /// - Parameters:
    ///   - indices: The parity symbols to make, within k..<256. May be empty.
    ///   - k: The number of data symbols, 1...128.
    ///   - size: The bytes of a symbol, at least 1.
    ///   - data: k * size bytes, the symbols one after the other, the last padded with zeros by the caller.
    ///   - output: indices.count * size bytes, apart from `data`.
    public static func encode(
        _ indices: Range<Int>, dataSymbols k: Int, size: Int, data: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(isBlock(dataSymbols: k, size: size, bytes: data.count), "data is not k symbols of this size")
        guard let source = data.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        encode(indices, size: size, symbols: (0..<k).map { source + $0 * size }, into: output)
    }

    /// The same of data symbols that lie apart, each `size` bytes at its own place; 1...128 of them.
    public static func encode(
        _ indices: Range<Int>, size: Int, symbols: [UnsafePointer<UInt8>], into output: UnsafeMutableRawBufferPointer
    ) {
        let k = symbols.count
        precondition((1...dataSymbolsLimit).contains(k) && size > 0, "not a block of symbols")
        precondition(
            indices.isEmpty || indices.lowerBound >= k && indices.upperBound <= symbolsLimit,
            "parity index outside k..<256")
        precondition(output.count == indices.count * size, "output is not as large as the parity symbols")
        guard !indices.isEmpty, let target = output.baseAddress else { return }

        // ISA-L takes its sources as mutable and only reads them.
        var sources: [UnsafeMutablePointer<UInt8>?] = symbols.map { UnsafeMutablePointer(mutating: $0) }
        let output = target.assumingMemoryBound(to: UInt8.self)
        var targets: [UnsafeMutablePointer<UInt8>?] = (0..<indices.count).map { output + $0 * size }

        let field = GaloisField.shared
        combine(&sources, into: &targets, size: size) { row, column in
            field.powers[GaloisField.order - field.logarithms[(indices.lowerBound + row) ^ column]]
        }
    }

    /// Fills in the data symbols that are missing. Nothing that a peer may have chosen traps.
    ///
    /// - Parameters:
    ///   - missing: The indices of the e data symbols that have not arrived, ascending.
    ///   - k: The number of data symbols, 1...128.
    ///   - size: The bytes of a symbol, at least 1.
    ///   - data: k * size bytes; those of the missing symbols are overwritten, the others only read.
    ///   - parity: At least e parity symbols of `size` bytes with distinct indices; the first e are used.
    /// - Returns: False when the arguments are not consistent (sizes, ranges, order, duplicates, too few); the missing
    ///   places of `data` are then undefined.
    public static func decode(
        missing: [Int], dataSymbols k: Int, size: Int, data: UnsafeMutableRawBufferPointer,
        parity: [(index: Int, bytes: [UInt8])]
    ) -> Bool {
        guard isBlock(dataSymbols: k, size: size, bytes: data.count), let base = data.baseAddress,
            isAscending(missing, within: 0..<k), areUsable(parity, dataSymbols: k, size: size),
            parity.count >= missing.count
        else { return false }
        if missing.isEmpty { return true }

        // Where a data symbol is missing, a parity symbol takes its place as a source. `points` are the field elements
        // that the k sources belong to.
        let first = base.assumingMemoryBound(to: UInt8.self)
        var points = Array(0..<k)
        var sources: [UnsafeMutablePointer<UInt8>?] = (0..<k).map { first + $0 * size }
        var targets: [UnsafeMutablePointer<UInt8>?] = missing.map { first + $0 * size }
        let coefficients = RecoveryMatrix(missing: missing, parity: parity, points: &points)

        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: missing.count * size) { copies in
            guard let copy = copies.baseAddress else { return }
            // The arrays of `parity` can lend their bytes only one inside the other: copying costs less than that.
            for (place, index) in missing.enumerated() {
                let start = copy + place * size
                start.initialize(from: parity[place].bytes, count: size)
                sources[index] = start
            }
            combine(&sources, into: &targets, size: size) { coefficients[$0, $1] }
        }
        return true
    }

    /// Each target becomes the sum of all sources, each times `coefficient(target, source)`.
    @inline(__always)
    private static func combine(
        _ sources: inout [UnsafeMutablePointer<UInt8>?], into targets: inout [UnsafeMutablePointer<UInt8>?], size: Int,
        coefficient: (Int, Int) -> UInt8
    ) {
        let columns = sources.count
        let rows = targets.count
        // ISA-L expands each coefficient into a table of 32 bytes. The matrix lies behind the tables.
        let tables = 32 * rows * columns
        withUnsafeTemporaryAllocation(byteCount: tables + rows * columns, alignment: 64) { workspace in
            guard let expanded = workspace.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            let matrix = expanded + tables
            for row in 0..<rows {
                for column in 0..<columns { matrix[row * columns + column] = coefficient(row, column) }
            }
            ec_init_tables(Int32(columns), Int32(rows), matrix, expanded)
            ec_encode_data(Int32(size), Int32(columns), Int32(rows), expanded, &sources, &targets)
        }
    }
}
