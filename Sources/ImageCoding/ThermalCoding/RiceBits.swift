/// Rice codes (Golomb codes with a power of two, R. F. Rice 1979), most significant bit first.
///
/// A value is its part above the lowest k bits in unary (so many ones, then a zero) and then those k bits. From
/// `escape` ones on the value follows in 16 bits instead, so that no value takes more than 40.
enum RiceCode {
    /// So many ones in a row mean that the value itself follows.
    static let escape = 24
    /// Bits of a value.
    static let valueBits = 16
    /// Bits that `value` takes.
    static func bits(_ value: UInt32, k: UInt32) -> Int {
        let above = Int(value >> k)
        return above < escape ? above + 1 + Int(k) : escape + valueBits
    }
}

/// Writes bits into memory that is large enough: the caller has reserved `RiceCode.escape + valueBits` bits a value.
struct RiceWriter {
    private var target: UnsafeMutablePointer<UInt8>
    private let start: UnsafeMutablePointer<UInt8>
    private var held: UInt64 = 0
    private var count: UInt64 = 0

    init(_ target: UnsafeMutablePointer<UInt8>) {
        self.target = target
        start = target
    }

    /// Appends the lowest `bits` (at most 40) of `value`, which has no others.
    @inline(__always)
    mutating func write(_ value: UInt64, bits: UInt64) {
        held = held &<< bits | value
        count &+= bits
        while count >= 8 {
            count &-= 8
            target.pointee = UInt8(truncatingIfNeeded: held &>> count)
            target += 1
        }
    }

    @inline(__always)
    mutating func write(_ value: UInt32, k: UInt32) {
        let above = UInt64(value &>> k)
        if above < UInt64(RiceCode.escape) {
            let ones = (1 &<< above) &- 1 as UInt64
            let rest = UInt64(value) & ((1 &<< UInt64(k)) &- 1)
            write((ones &<< 1) &<< UInt64(k) | rest, bits: above &+ 1 &+ UInt64(k))
        } else {
            let ones = (1 &<< UInt64(RiceCode.escape)) &- 1 as UInt64
            write(
                ones &<< UInt64(RiceCode.valueBits) | UInt64(value), bits: UInt64(RiceCode.escape + RiceCode.valueBits))
        }
    }

    /// Fills the last byte up with zeros; returns how many bytes were written.
    mutating func finish() -> Int {
        if count > 0 { write(0, bits: 8 &- count) }
        return target - start
    }
}

/// Reads bits of `bytes`; beyond their end there are zeros, and `isExhausted` says so.
struct RiceReader {
    private let bytes: UnsafeRawBufferPointer
    private var next = 0
    private var held: UInt64 = 0
    private var count: UInt64 = 0
    /// Bits that were taken from beyond the end.
    private var beyond: UInt64 = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether more was read than there is.
    var isExhausted: Bool { beyond > 0 && count < beyond }
    /// Bytes that no read has touched.
    var rest: Int { bytes.count - next + (count > beyond ? Int((count &- beyond) &>> 3) : 0) }

    /// Makes at least 48 bits available.
    @inline(__always)
    private mutating func fill() {
        if next &+ 8 <= bytes.count {
            // As many whole bytes as fit, in one load.
            let word = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self))
            let free = (64 &- count) &>> 3
            let taken = free &<< 3
            if taken == 64 { held = word } else { held = held &<< taken | word &>> (64 &- taken) }
            next &+= Int(free)
            count &+= taken
            return
        }
        while count <= 56 {
            var byte: UInt8 = 0
            if next < bytes.count {
                byte = bytes[next]
                next &+= 1
            } else {
                beyond &+= 8
            }
            held = held &<< 8 | UInt64(byte)
            count &+= 8
        }
    }

    /// The next `bits` (at most 16) bits.
    @inline(__always)
    mutating func read(bits: UInt64) -> UInt32 {
        if count < 48 { fill() }
        count &-= bits
        return UInt32(truncatingIfNeeded: held &>> count) & ((1 &<< UInt32(bits)) &- 1)
    }

    @inline(__always)
    mutating func read(k: UInt32) -> UInt32 {
        if count < 48 { fill() }
        let aligned = held &<< (64 &- count)
        let ones = UInt64((~aligned).leadingZeroBitCount)
        if ones < UInt64(RiceCode.escape) {
            count &-= ones &+ 1 &+ UInt64(k)
            let low = UInt32(truncatingIfNeeded: held &>> count) & ((1 &<< k) &- 1)
            return UInt32(truncatingIfNeeded: ones) &<< k | low
        }
        count &-= UInt64(RiceCode.escape)
        count &-= UInt64(RiceCode.valueBits)
        return UInt32(truncatingIfNeeded: held &>> count) & 0xFFFF
    }
}
