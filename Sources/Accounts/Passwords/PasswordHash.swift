import CArgon2
import Foundation

/// Argon2id (RFC 9106) in its own text form, which carries its parameters: 64 MiB, 3 passes, 1 lane.
public enum PasswordHash {
    /// Shortest password accepted when one is set.
    public static let minimumLength = 10
    /// Longest password looked at; a longer one is refused before any hashing.
    public static let maximumLength = 256

    /// The text form for `password` with 16 bytes of fresh `salt`; nil when the library refuses (no memory).
    ///
    /// The password is taken in its composed Unicode form (NFC): keyboards and clipboards differ in how they write an umlaut.
    public static func make(_ password: String, salt: [UInt8]) -> String? {
        let secret = Array(meant(password).precomposedStringWithCanonicalMapping.utf8)
        guard salt.count == 16, secret.count <= maximumLength else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        let status = argon2id_hash_encoded(
            3, 64 << 10, 1, secret, secret.count, salt, salt.count, 32, &text, text.count)
        guard status == Int32(ARGON2_OK.rawValue) else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether `password` made `text`. Slow on purpose.
    public static func verify(_ password: String, against text: String) -> Bool {
        forms(of: password).contains { secret in
            secret.count <= maximumLength
                && argon2id_verify(text, secret, secret.count) == Int32(ARGON2_OK.rawValue)
        }
    }

    /// The bytes a password may have been set with: composed; as it was typed, and decomposed, for hashes that were made before
    /// passwords were composed. One form for all that is ASCII.
    static func forms(of typed: String) -> [[UInt8]] {
        let password = meant(typed)
        var forms: [[UInt8]] = []
        for form in [
            password.precomposedStringWithCanonicalMapping, password, password.decomposedStringWithCanonicalMapping,
        ] where !forms.contains(Array(form.utf8)) { forms.append(Array(form.utf8)) }
        return forms
    }

    /// A password as it was meant: without a byte order mark before it and the end of a line behind it, which come with a file or
    /// the clipboard. Blanks may belong to it.
    public static func meant(_ typed: String) -> String {
        var scalars = typed.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        while let last = scalars.last, last == "\r" || last == "\n" { scalars.removeLast() }
        return String(scalars)
    }
}
