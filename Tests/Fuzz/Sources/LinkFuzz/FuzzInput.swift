import FlightTypes

/// Decisions read from a fuzzer's bytes: numbers and blocks in order, zeros once the bytes are used up.
struct FuzzInput {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isEmpty: Bool { position >= bytes.count }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }
    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// A number in 0..<limit; `limit` is 1…65,536.
    mutating func below(_ limit: Int) -> Int {
        limit <= 256 ? Int(byte()) % limit : Int(UInt16(truncatingIfNeeded: word(2))) % limit
    }
    private mutating func word(_ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<count { value |= UInt64(byte()) << UInt64(8 * place) }
        return value
    }

    /// Any 64-bit number, drawn so that the ends of the range and the surroundings of `anchor` are frequent.
    mutating func number(near anchor: UInt64 = 0) -> UInt64 {
        switch byte() % 8 {
        case 0: UInt64(byte())
        case 1: anchor &+ UInt64(byte())
        case 2, 3: anchor &- UInt64(byte())
        case 4: UInt64.max - UInt64(byte())
        case 5: (1 << UInt64(byte() % 64)) &+ UInt64(bitPattern: Int64(Int8(bitPattern: byte())))
        case 6: word(4)
        default: word(8)
        }
    }

    /// Any instant, the ends of the clock included.
    mutating func instant(near anchor: MonotonicInstant) -> MonotonicInstant {
        switch byte() % 6 {
        case 0: anchor
        case 1: anchor.advanced(by: .microseconds(Int64(word(2))))
        case 2: anchor.advanced(by: .zero - .microseconds(Int64(word(2))))
        case 3: MonotonicInstant(nanoseconds: .max)
        case 4: MonotonicInstant(nanoseconds: .min)
        default: MonotonicInstant(nanoseconds: Int64(bitPattern: word(8)))
        }
    }

    /// A pause between nothing and some minutes.
    mutating func pause() -> Duration {
        let amount = Int64(byte())
        return switch byte() % 4 {
        case 0: .microseconds(amount * 10)
        case 1: .milliseconds(amount)
        case 2: .milliseconds(amount * 20)
        default: .seconds(amount)
        }
    }

    /// A run of the input's own bytes, led by its length.
    mutating func block(atMost limit: Int = 1472) -> [UInt8] {
        let count = min(below(limit + 1), bytes.count - position)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }
    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { position = bytes.count }
        return Array(bytes[position...])
    }
}

/// Ends the program where something that must hold does not: the fuzzer keeps the input and shows the stack.
func must(_ condition: Bool, _ fact: @autoclosure () -> String) {
    if !condition { fatalError("does not hold: \(fact())") }
}
