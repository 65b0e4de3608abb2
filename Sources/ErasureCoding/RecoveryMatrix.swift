/// The e × k matrix that makes the missing data symbols out of the present ones and e parity symbols.
///
/// With C the Cauchy matrix, P the parity symbols used and M the missing columns, it is [C[P,M]⁻¹ · C[P,present] |
/// C[P,M]⁻¹]. Each entry is a quotient of two Cauchy determinants (Cramer's rule), so it is known without elimination:
///
///     entry(m, s) = w(s) / (w(m) · (m ^ s)),   w(z) = ∏ (z ^ m'), m' in M, / ∏ (z ^ p'), p' in P, without zero factors
///
/// for the missing symbol m and the source s, present or parity. No factor is zero, as all indices differ; so there is
/// no singular case.
struct RecoveryMatrix {
    private let field = GaloisField.shared
    private let missing: [Int]
    private let points: [Int]
    /// The logarithms of 1 / w(m) for the missing symbols and of w(s) for the sources.
    private let rowWeights: [Int]
    private let columnWeights: [Int]

    /// - Parameters:
    ///   - missing: The indices of the missing data symbols, distinct.
    ///   - parity: At least as many parity symbols with distinct indices; the first ones are used.
    ///   - points: The indices 0..<k; the used parity indices take the places of the missing ones.
    init(missing: [Int], parity: [(index: Int, bytes: [UInt8])], points: inout [Int]) {
        let logarithms = field.logarithms
        let used = parity.prefix(missing.count).map(\.index)
        for (place, index) in missing.enumerated() { points[index] = used[place] }
        func weight(_ point: Int) -> Int {
            var sum = 0
            for index in missing { sum += logarithms[point ^ index] }
            for index in used { sum -= logarithms[point ^ index] }
            return sum
        }
        self.missing = missing
        self.points = points
        rowWeights = missing.map { GaloisField.reduced(-weight($0)) }
        columnWeights = points.map { GaloisField.reduced(weight($0)) }
    }

    /// The factor of the source `column` in the missing symbol `row`, both counted from 0.
    subscript(row: Int, column: Int) -> UInt8 {
        let inverse = GaloisField.order - field.logarithms[missing[row] ^ points[column]]
        return field.powers[rowWeights[row] + columnWeights[column] + inverse]
    }
}
