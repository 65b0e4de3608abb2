import TestSupport
import PlainText
import Testing

@Suite struct TextFileTests {
    /// However the lines end and whatever stands before and around them, the same lines are read under the same numbers.
    @Test(arguments: ["\n", "\r\n", "\r"], [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]])
    func oneTextInManyForms(ending: String, mark: [UInt8]) throws {
        for blank in ["", " ", "\t", "\u{A0}", "\u{200B}", "\u{202F}", "\u{FEFF}"] {
            let text = ["eins", "", "# still", "zwei  drei", "Größe"].map { blank + $0 + blank }.joined(
                separator: ending)
            for end in ["", ending, ending + ending] {
                let lines = try TextFile.lines(mark + Array((text + end).utf8))
                #expect(lines.map(\.text) == ["eins", "zwei  drei", "Größe"])
                #expect(lines.map(\.number) == [1, 4, 5])
            }
        }
    }

    @Test func whatIsRefusedSaysLineAndWayOut() {
        func fault(_ bytes: [UInt8]) -> TextFault? {
            do {
                _ = try TextFile.text(bytes)
                return nil
            } catch { return error }
        }
        let utf16 = Array("a\0\n\0".utf8)
        #expect(fault([0xFF, 0xFE] + utf16)?.problem.contains("UTF-16") == true)
        #expect(fault([0xFE, 0xFF] + utf16)?.problem.contains("UTF-8") == true)
        #expect(fault(utf16)?.line == 1)
        #expect(fault(Array(repeating: 0, count: 4096))?.problem.contains("power cut") == true)
        #expect(fault(Array("a\r\nb\rc\n".utf8) + [0x47, 0x72, 0xF6, 0xDF, 0x65])?.line == 4)
        #expect(fault(Array("a\r\nb\r".utf8) + [0])?.line == 3)
        #expect(fault(Array("a\nb\nc".utf8)) == nil)
    }

    /// No bytes trap, and what is taken holds no carriage return and no byte order mark.
    @Test(arguments: Array(UInt64(1)...40)) func anyBytes(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet: [UInt8] = [0x0A, 0x0D, 0x20, 0x23, 0x61, 0xC3, 0xBC, 0xEF, 0xBB, 0xBF, 0xA0, 0xC2, 0xFF, 0xFE, 0]
        for _ in 0..<200 {
            let count = Int.random(in: 0...24, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            if let text = try? TextFile.text(bytes) {
                #expect(!text.unicodeScalars.contains("\r") && !bytes.contains(0))
                let breaks = text.utf8.count { $0 == 0x0A }
                for line in (try? TextFile.lines(bytes, comment: nil)) ?? [] {
                    #expect((1...breaks + 1).contains(line.number) && !line.text.isEmpty)
                    #expect(line.text == line.text.withoutBlanks)
                }
            }
        }
    }

    @Test func wordsBetweenBlanksOfAnyKind() {
        #expect("a\u{A0}b \t c  d".words() == ["a", "b", "c", "d"])
        #expect("typ  key  der Rest \u{A0}".words(atMost: 3) == ["typ", "key", "der Rest"])
        #expect("".words().isEmpty && " \u{A0}".words().isEmpty)
    }
}
