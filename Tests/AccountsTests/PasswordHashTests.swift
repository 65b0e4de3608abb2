import Testing

@testable import Accounts

@Suite struct PasswordHashTests {
    @Test func theReferenceVectorVerifies() {
        #expect(PasswordHash.verify("password", against: referenceHash))
        #expect(!PasswordHash.verify("Password", against: referenceHash))
        #expect(!PasswordHash.verify("", against: referenceHash))
    }

    @Test func whatIsMadeVerifies() throws {
        let password = "Rheinwasser „kalt“ 7°"
        let text = try #require(PasswordHash.make(password, salt: Array(0..<16)))
        #expect(text.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$"))
        #expect(PasswordHash.verify(password, against: text))
        #expect(!PasswordHash.verify(password + " ", against: text))
    }

    /// An umlaut is one character or two, by keyboard and clipboard: it is the same password.
    @Test func unicodeFormsAreOne() throws {
        let composed = "Rh\u{E4}inwasser"
        let decomposed = "Rha\u{308}inwasser"
        let text = try #require(PasswordHash.make(decomposed, salt: Array(0..<16)))
        #expect(text == PasswordHash.make(composed, salt: Array(0..<16)))
        #expect(PasswordHash.verify(composed, against: text))
        #expect(PasswordHash.verify(decomposed, against: text))
        #expect(!PasswordHash.verify("Rhainwasser", against: text))
        #expect(PasswordHash.forms(of: "kennwort-1234").count == 1)
        // Hashes that were made before passwords were composed: of either form.
        #expect(Set(PasswordHash.forms(of: composed)) == Set([Array(composed.utf8), Array(decomposed.utf8)]))
        #expect(PasswordHash.forms(of: composed).first == Array(composed.utf8))
    }

    /// What a file or the clipboard adds is no part of it; blanks may be.
    @Test func whatIsAddedAroundIt() {
        for typed in ["kennwort 1234", "kennwort 1234\r", "kennwort 1234\r\n", "\u{FEFF}kennwort 1234\n"] {
            #expect(PasswordHash.meant(typed) == "kennwort 1234")
        }
        #expect(PasswordHash.meant(" kennwort ") == " kennwort ")
        #expect(PasswordHash.meant("\r\n") == "")
    }

    @Test(arguments: [
        "", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=3,p=1$AAAA", String(repeating: "$", count: 10_000),
    ])
    func whatIsNoHashMatchesNothing(text: String) {
        #expect(!PasswordHash.verify("password", against: text))
        #expect(!PasswordHash.verify("", against: text))
    }

    @Test func limits() {
        let long = String(repeating: "a", count: PasswordHash.maximumLength + 1)
        #expect(PasswordHash.make(long, salt: Array(0..<16)) == nil)
        #expect(!PasswordHash.verify(long, against: referenceHash))
        #expect(PasswordHash.make("password", salt: [1, 2, 3]) == nil)
    }
}
