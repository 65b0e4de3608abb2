import ErasureCoding
import Testing

@Suite struct InconsistentInputTests {
    struct Refused: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var k = 6
        var size = 8
        var bytes = 48
        var missing = [1, 4]
        /// Index and size of each parity symbol.
        var parity = [(6, 8), (7, 8)]
    }

    static let cases = [
        Refused(testDescription: "no data symbols", k: 0, bytes: 0, missing: []),
        Refused(testDescription: "negative data symbols", k: -6),
        Refused(testDescription: "129 data symbols", k: 129, bytes: 129 * 8, parity: [(200, 8), (201, 8)]),
        Refused(testDescription: "data symbols without measure", k: .max),
        Refused(testDescription: "size 0", size: 0, bytes: 0, parity: [(6, 0), (7, 0)]),
        Refused(testDescription: "negative size", size: -8),
        Refused(testDescription: "size without measure", size: .max),
        Refused(testDescription: "data too short", bytes: 47),
        Refused(testDescription: "data too long", bytes: 49),
        Refused(testDescription: "no data", bytes: 0),
        Refused(testDescription: "missing index too great", missing: [1, 6]),
        Refused(testDescription: "missing index at the end of Int", missing: [1, .max]),
        Refused(testDescription: "missing index negative", missing: [-1, 4]),
        Refused(testDescription: "missing descending", missing: [4, 1]),
        Refused(testDescription: "missing twice", missing: [4, 4]),
        Refused(testDescription: "more missing than data", missing: [0, 1, 2, 3, 4, 5, 6]),
        Refused(testDescription: "too little parity", parity: [(6, 8)]),
        Refused(testDescription: "no parity", parity: []),
        Refused(testDescription: "parity twice", parity: [(6, 8), (6, 8)]),
        Refused(testDescription: "surplus parity twice", parity: [(6, 8), (7, 8), (7, 8)]),
        Refused(testDescription: "parity index of a data symbol", parity: [(6, 8), (5, 8)]),
        Refused(testDescription: "parity index 256", parity: [(6, 8), (256, 8)]),
        Refused(testDescription: "parity index negative", parity: [(-1, 8), (7, 8)]),
        Refused(testDescription: "parity index without measure", parity: [(.max, 8), (.min, 8)]),
        Refused(testDescription: "parity too short", parity: [(6, 8), (7, 7)]),
        Refused(testDescription: "parity too long", parity: [(6, 9), (7, 8)]),
        Refused(testDescription: "parity empty", parity: [(6, 0), (7, 8)]),
        Refused(testDescription: "surplus parity too short", parity: [(6, 8), (7, 8), (8, 1)]),
        Refused(testDescription: "more parity than indices", parity: (0..<300).map { (6 + $0 % 250, 8) }),
    ]

    @Test(arguments: cases) func isRefused(_ input: Refused) {
        #expect(!decode(input))
    }

    /// What the cases above are changes of is itself accepted; so each of them is refused for its change.
    @Test func theUnchangedInputIsAccepted() {
        #expect(decode(Refused(testDescription: "unchanged")))
    }

    private func decode(_ input: Refused) -> Bool {
        var data = [UInt8](repeating: 3, count: input.bytes)
        let parity = input.parity.map { (index: $0.0, bytes: [UInt8](repeating: 9, count: $0.1)) }
        return data.withUnsafeMutableBytes {
            ErasureCode.decode(
                missing: input.missing, dataSymbols: input.k, size: input.size, data: $0, parity: parity)
        }
    }
}
