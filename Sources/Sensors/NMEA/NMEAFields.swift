/// The comma-separated fields of one sentence, read defensively: whatever is not exactly in form is nil.
struct NMEAFields {
    private let fields: [ArraySlice<UInt8>]

    /// Splits the text between `$` and `*`.
    init(_ body: ArraySlice<UInt8>) {
        fields = body.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    }
    var count: Int { fields.count }

    /// Field `index` (0 is the address); empty if the sentence is shorter.
    subscript(index: Int) -> ArraySlice<UInt8> { fields.indices.contains(index) ? fields[index] : [] }

    /// The first character of a field.
    func letter(_ index: Int) -> UInt8? { self[index].first }

    /// A decimal number without exponent, at most 15 significant digits, so that it is exact up to one rounding.
    func number(_ index: Int) -> Double? {
        guard let decimal = Self.decimal(self[index]) else { return nil }
        return Double(decimal.mantissa) / Self.power(decimal.scale)
    }
    /// A whole number of at most 9 digits without sign.
    func whole(_ index: Int) -> Int? { Self.whole(self[index]) }

    /// A latitude (`ddmm.mmmm`, N/S) at `index` and `index + 1`, in degrees.
    func latitude(_ index: Int) -> Double? { angle(index, limit: 90, positive: "N", negative: "S") }
    /// A longitude (`dddmm.mmmm`, E/W) at `index` and `index + 1`, in degrees.
    func longitude(_ index: Int) -> Double? { angle(index, limit: 180, positive: "E", negative: "W") }

    private func angle(_ index: Int, limit: Double, positive: Unicode.Scalar, negative: Unicode.Scalar) -> Double? {
        guard let decimal = Self.decimal(self[index]), decimal.mantissa >= 0, let side = letter(index + 1) else {
            return nil
        }
        guard side == UInt8(ascii: positive) || side == UInt8(ascii: negative) else { return nil }
        let unit = Int64(Self.power(decimal.scale))
        let minutes = Double(decimal.mantissa % (100 * unit)) / Double(unit)
        let degrees = Double(decimal.mantissa / (100 * unit)) + minutes / 60
        guard minutes < 60, degrees <= limit else { return nil }
        return side == UInt8(ascii: negative) ? -degrees : degrees
    }

    /// `hhmmss[.s…]` in nanoseconds since midnight; second 60 is a leap second.
    func timeOfDay(_ index: Int) -> Int64? {
        let field = self[index]
        let parts = field.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let clock = parts.first, clock.count == 6, let digits = Self.whole(clock) else { return nil }
        let (hour, minute, second) = (digits / 10_000, digits / 100 % 100, digits % 100)
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        var nanoseconds = Int64(hour * 3600 + minute * 60 + second) * 1_000_000_000
        if parts.count == 2, !parts[1].isEmpty {
            let fraction = parts[1].prefix(9)
            guard let value = Self.whole(fraction) else { return nil }
            nanoseconds += Int64(value) * Int64(Self.power(9 - fraction.count))
        }
        return nanoseconds
    }
    /// `ddmmyy` as day number. NMEA has no century: 80…99 are 19yy, as GPS began in 1980.
    func day(_ index: Int) -> Int? {
        guard self[index].count == 6, let digits = whole(index) else { return nil }
        let year = digits % 100
        return CivilTime.day(
            year: year >= 80 ? 1900 + year : 2000 + year, month: digits / 100 % 100, day: digits / 10_000)
    }

    private static func whole(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(text.count) else { return nil }
        var value = 0
        for byte in text {
            guard let digit = digit(byte) else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
    private static func digit(_ byte: UInt8) -> UInt8? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : nil
    }
    private static func decimal(_ text: ArraySlice<UInt8>) -> (mantissa: Int64, scale: Int)? {
        var rest = text
        var negative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        var mantissa: Int64 = 0
        var digits = 0
        var scale: Int?
        for byte in rest {
            if byte == UInt8(ascii: "."), scale == nil {
                scale = 0
            } else if let digit = digit(byte) {
                guard mantissa < 100_000_000_000_000 else { return nil }
                mantissa = mantissa * 10 + Int64(digit)
                digits += 1
                if let value = scale { scale = value + 1 }
            } else {
                return nil
            }
        }
        guard digits > 0, scale ?? 0 <= 15 else { return nil }
        return (negative ? -mantissa : mantissa, scale ?? 0)
    }
    /// 10 to the power of 0…15, exact in a Double.
    private static func power(_ exponent: Int) -> Double {
        var value = 1.0
        for _ in 0..<max(0, min(15, exponent)) { value *= 10 }
        return value
    }
}
