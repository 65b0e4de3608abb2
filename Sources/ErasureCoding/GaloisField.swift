import CISAL

/// GF(2^8) over the polynomial of ISA-L (0x11d), as logarithms to the base 2. A product of many elements other than
/// zero is a sum of logarithms and one lookup.
struct GaloisField: Sendable {
    static let shared = GaloisField()

    /// The logarithm (0..<255) of each element. Zero has none; its entry is 0, so that it leaves a sum as it is.
    let logarithms: [Int]
    /// The powers of 2 from 0 to 3 · 255 - 1: a sum of three reduced logarithms needs no remainder.
    let powers: [UInt8]

    /// The order of the multiplicative group: exponents count modulo this.
    static let order = 255

    init() {
        var logarithms = [Int](repeating: 0, count: Self.order + 1)
        var powers: [UInt8] = []
        powers.reserveCapacity(3 * Self.order)
        var element: UInt8 = 1
        for exponent in 0..<3 * Self.order {
            if exponent < Self.order { logarithms[Int(element)] = exponent }
            powers.append(element)
            // ISA-L multiplies here, so that the table and the loops of the library cannot differ in polynomial.
            element = gf_mul(element, 2)
        }
        self.logarithms = logarithms
        self.powers = powers
    }

    /// The exponent as one from 0..<255.
    static func reduced(_ exponent: Int) -> Int {
        let remainder = exponent % order
        return remainder < 0 ? remainder + order : remainder
    }
}
