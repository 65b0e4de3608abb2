/// A block of up to 32 residuals in zigzag form (0, −1, 1, −2 … become 0, 1, 2, 3 …), all in 16 bits.
enum ThermalBlocks {
    typealias Residuals = UnsafeMutablePointer<UInt32>

    @inline(__always)
    static func zigzag(_ value: Int32) -> UInt32 { UInt32(bitPattern: value &<< 1 ^ value &>> 31) }
    @inline(__always)
    static func signed(_ value: UInt32) -> Int32 {
        Int32(bitPattern: value &>> 1) ^ (0 &- Int32(bitPattern: value & 1))
    }

    @inline(__always)
    static func write(_ residuals: Residuals, _ count: Int, into writer: inout RiceWriter) {
        var sum: UInt32 = 0
        for place in 0..<count { sum &+= residuals[place] }
        guard sum > 0 else { return writer.write(UInt64(ThermalCoder.allZero), bits: 4) }
        let k = parameter(residuals, count, sum: sum)
        writer.write(UInt64(k), bits: 4)
        for place in 0..<count { writer.write(residuals[place], k: k) }
    }

    /// The cheaper of the two parameters around the mean; an escape is not counted, as a block with one is dear anyway.
    @inline(__always)
    private static func parameter(_ residuals: Residuals, _ count: Int, sum: UInt32) -> UInt32 {
        let mean = sum / UInt32(count)
        let low = mean > 1 ? min(30 &- UInt32(mean.leadingZeroBitCount), ThermalCoder.largestK) : 0
        let high = min(low &+ 1, ThermalCoder.largestK)
        var (lowSum, highSum) = (UInt32(count) &* low, UInt32(count) &* high)
        for place in 0..<count {
            lowSum &+= residuals[place] &>> low
            highSum &+= residuals[place] &>> high
        }
        return lowSum <= highSum ? low : high
    }

    @inline(__always)
    static func read(_ residuals: Residuals, _ count: Int, from reader: inout RiceReader) {
        let k = reader.read(bits: 4)
        guard k != ThermalCoder.allZero else {
            for place in 0..<count { residuals[place] = 0 }
            return
        }
        for place in 0..<count { residuals[place] = reader.read(k: k) }
    }
}

/// Lossless: residuals modulo 2¹⁶.
enum LosslessRows {
    static func encode(_ values: UnsafeBufferPointer<UInt16>, width: Int, height: Int, into writer: inout RiceWriter) {
        guard let base = values.baseAddress else { return }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ThermalCoder.blockSize) { block in
            guard let residuals = block.baseAddress else { return }
            for row in 0..<height {
                let line = base + row * width
                let above = row > 0 ? line - width : nil
                for start in stride(from: 0, to: width, by: ThermalCoder.blockSize) {
                    let count = min(ThermalCoder.blockSize, width - start)
                    for place in 0..<count {
                        let x = start &+ place
                        let up = above.map { Int32($0[x]) }
                        let left = x > 0 ? Int32(line[x &- 1]) : up ?? 0
                        let off = Int32(line[x]) &- ((left &+ (up ?? left)) &>> 1)
                        residuals[place] = ThermalBlocks.zigzag(Int32(Int16(truncatingIfNeeded: off)))
                    }
                    ThermalBlocks.write(residuals, count, into: &writer)
                }
            }
        }
    }
}

/// With a bound: residuals in steps of 2·bound + 1, predicted from what the decoder will have.
enum BoundedRows {
    static func encode(
        _ values: UnsafeBufferPointer<UInt16>, width: Int, height: Int, bound: Int, into writer: inout RiceWriter
    ) {
        let step = Int32(2 * bound + 1)
        // Division by a constant step as a multiplication: exact for numbers up to 2¹⁷ and steps up to 2¹¹.
        let factor = ((1 << 34) + Int64(step) - 1) / Int64(step)
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: width) { previous in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ThermalCoder.blockSize) { block in
                guard let residuals = block.baseAddress, let base = values.baseAddress,
                    let line = previous.baseAddress
                else { return }
                for row in 0..<height {
                    var left = row > 0 ? Int32(line[0]) : 0
                    for start in stride(from: 0, to: width, by: ThermalCoder.blockSize) {
                        let count = min(ThermalCoder.blockSize, width - start)
                        for place in 0..<count {
                            let x = start &+ place
                            let up = row > 0 ? Int32(line[x]) : left
                            let expected = (left &+ up) &>> 1
                            let off = Int32(base[row &* width &+ x]) &- expected
                            let rounded = off.magnitude &+ UInt32(bound)
                            let steps = Int32(truncatingIfNeeded: (Int64(rounded) &* factor) &>> 34)
                            let residual = off < 0 ? 0 &- steps : steps
                            residuals[place] = ThermalBlocks.zigzag(residual)
                            left = clamped(expected &+ residual &* step)
                            line[x] = UInt16(truncatingIfNeeded: left)
                        }
                        ThermalBlocks.write(residuals, count, into: &writer)
                    }
                }
            }
        }
    }

    @inline(__always)
    static func clamped(_ value: Int32) -> Int32 { max(0, min(value, 65_535)) }
}

/// Back from residuals to values.
enum DecodedRows {
    /// Reads a picture's blocks; after the bits' end come zeros, which the reader tells of.
    static func decode(
        _ reader: inout RiceReader, _ header: ThermalCoder.Header, into values: UnsafeMutableBufferPointer<UInt16>
    ) {
        guard header.bound > 0 else { return walk(&reader, header, into: values) { $0 &+ $1 } }
        let step = Int32(2 * header.bound + 1)
        walk(&reader, header, into: values) { BoundedRows.clamped($0 &+ $1 &* step) }
    }

    /// `value` makes a value of what was expected and its residual; what exceeds 16 bits is cut off.
    @inline(__always)
    private static func walk(
        _ reader: inout RiceReader, _ header: ThermalCoder.Header, into values: UnsafeMutableBufferPointer<UInt16>,
        value: (_ expected: Int32, _ residual: Int32) -> Int32
    ) {
        guard let base = values.baseAddress else { return }
        let width = header.width
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ThermalCoder.blockSize) { block in
            guard let residuals = block.baseAddress else { return }
            for row in 0..<header.height {
                let line = base + row * width
                let above = row > 0 ? line - width : nil
                var left = above.map { Int32($0[0]) } ?? 0
                for start in stride(from: 0, to: width, by: ThermalCoder.blockSize) {
                    let count = min(ThermalCoder.blockSize, width - start)
                    ThermalBlocks.read(residuals, count, from: &reader)
                    for place in 0..<count {
                        let up = above.map { Int32($0[start &+ place]) } ?? left
                        left = value((left &+ up) &>> 1, ThermalBlocks.signed(residuals[place])) & 0xFFFF
                        line[start &+ place] = UInt16(truncatingIfNeeded: left)
                    }
                }
            }
        }
    }
}
