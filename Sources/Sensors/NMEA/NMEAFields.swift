/// The comma-separated fields of one sentence, read defensively: whatever is not exactly in form is nil.
///
/// Nothing is copied out of the bytes received: a field is where it begins and ends in them.
struct NMEAFields {
    /// Fields told apart; what this agent reads has at most 19. Later ones are left out.
    static let limit = 24

    private let bytes: [UInt8]
    private let start: Int
    /// Where each field ends, counted from `start`. A byte each, as a sentence has 255 at most: so small that the
    /// compiler copies it in a register where it likes to.
    private var ends: InlineArray<24, UInt8>
    /// How many there are, at least 1.
    private(set) var count = 0

    /// Splits `body`, the text between `$` and `*` as it lies in `bytes`; at most 255 bytes of it are looked at.
    init(_ bytes: [UInt8], _ body: Range<Int>) {
        self.bytes = bytes
        start = body.lowerBound
        ends = InlineArray(repeating: 0)
        let body = body.prefix(255)
        for index in body where bytes[index] == UInt8(ascii: ",") {
            ends[count] = UInt8(truncatingIfNeeded: index - start)
            count += 1
            if count == Self.limit { return }
        }
        ends[count] = UInt8(truncatingIfNeeded: body.count)
        count += 1
    }

    /// Where field `index` (0 is the address) lies; empty if the sentence is shorter.
    private func range(_ index: Int) -> Range<Int> {
        guard index >= 0, index < count else { return 0..<0 }
        return (index == 0 ? start : start + Int(ends[index - 1]) + 1)..<(start + Int(ends[index]))
    }
    /// Whether field `index` says nothing.
    func isEmpty(_ index: Int) -> Bool { range(index).isEmpty }
    /// The first character of a field.
    func letter(_ index: Int) -> UInt8? {
        let range = range(index)
        return range.isEmpty ? nil : bytes[range.lowerBound]
    }
    /// All characters of a field.
    func letters(_ index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }
    /// Whether a character other than `letter` is in a field.
    func holdsOther(_ index: Int, than letter: Unicode.Scalar) -> Bool {
        range(index).contains { bytes[$0] != UInt8(ascii: letter) }
    }
    /// A decimal number without exponent, at most 15 significant digits, so that it is exact up to one rounding.
    func number(_ index: Int) -> Double? {
        guard let decimal = decimal(range(index)) else { return nil }
        return Double(decimal.mantissa) / Double(decimal.unit)
    }
    /// A whole number of at most 9 digits without sign.
    func whole(_ index: Int) -> Int? { whole(range(index)) }

    /// A latitude (`ddmm.mmmm`, N/S) at `index` and `index + 1`, in degrees.
    func latitude(_ index: Int) -> Double? { angle(index, limit: 90, positive: "N", negative: "S") }
    /// A longitude (`dddmm.mmmm`, E/W) at `index` and `index + 1`, in degrees.
    func longitude(_ index: Int) -> Double? { angle(index, limit: 180, positive: "E", negative: "W") }

    private func angle(_ index: Int, limit: Double, positive: Unicode.Scalar, negative: Unicode.Scalar) -> Double? {
        guard let decimal = decimal(range(index)), decimal.mantissa >= 0, let side = letter(index + 1) else {
            return nil
        }
        guard side == UInt8(ascii: positive) || side == UInt8(ascii: negative) else { return nil }
        // At most 10¹⁵ · 100, far below what an Int64 holds.
        let (whole, rest) = decimal.mantissa.quotientAndRemainder(dividingBy: 100 * decimal.unit)
        let minutes = Double(rest) / Double(decimal.unit)
        let degrees = Double(whole) + minutes / 60
        guard minutes < 60, degrees <= limit else { return nil }
        return side == UInt8(ascii: negative) ? -degrees : degrees
    }

    /// `hhmmss[.s…]` in nanoseconds since midnight; second 60 is a leap second.
    func timeOfDay(_ index: Int) -> Int64? {
        let field = range(index)
        let clock = field.prefix(6)
        guard clock.count == 6, let digits = whole(clock) else { return nil }
        let (hour, minute, second) = (digits / 10_000, digits / 100 % 100, digits % 100)
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        var nanoseconds = Int64(hour * 3600 + minute * 60 + second) * 1_000_000_000
        let rest = field.dropFirst(6)
        guard let dot = rest.first else { return nanoseconds }
        guard bytes[dot] == UInt8(ascii: ".") else { return nil }
        let fraction = rest.dropFirst().prefix(9)
        if !fraction.isEmpty {
            guard var value = whole(fraction) else { return nil }
            for _ in fraction.count..<9 { value *= 10 }
            nanoseconds += Int64(value)
        }
        return nanoseconds
    }
    /// `ddmmyy` as day number. NMEA has no century: 80…99 are 19yy, as GPS began in 1980.
    func day(_ index: Int) -> Int? {
        guard range(index).count == 6, let digits = whole(index) else { return nil }
        let year = digits % 100
        return CivilTime.day(
            year: year >= 80 ? 1900 + year : 2000 + year, month: digits / 100 % 100, day: digits / 10_000)
    }

    private func whole(_ range: Range<Int>) -> Int? {
        guard (1...9).contains(range.count) else { return nil }
        var value = 0
        for index in range {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
    /// The digits without the point, and the power of ten they are to be divided by: at most 15 digits, of which at most
    /// 15 stand behind the point, so that both are exact in a Double.
    private func decimal(_ range: Range<Int>) -> (mantissa: Int64, unit: Int64)? {
        var rest = range
        var isNegative = false
        if let first = range.first, bytes[first] == UInt8(ascii: "-") || bytes[first] == UInt8(ascii: "+") {
            isNegative = bytes[first] == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        var mantissa: Int64 = 0
        var unit: Int64 = 0
        var digits = 0
        for index in rest {
            let digit = bytes[index] &- UInt8(ascii: "0")
            if digit <= 9 {
                guard mantissa < 100_000_000_000_000, unit < 1_000_000_000_000_000 else { return nil }
                mantissa = mantissa * 10 + Int64(digit)
                digits += 1
                unit *= 10
            } else if bytes[index] == UInt8(ascii: "."), unit == 0 {
                unit = 1
            } else {
                return nil
            }
        }
        guard digits > 0 else { return nil }
        return (isNegative ? -mantissa : mantissa, max(1, unit))
    }
}
