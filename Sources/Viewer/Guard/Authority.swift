import Foundation

/// A host and perhaps a port, as they stand in `Host`, in an `Origin` and in the configuration, in one form: lower case,
/// names beyond ASCII as `xn--`, without the dot that may end a name, IP addresses in their usual text.
struct Authority: Hashable, Sendable {
    /// Longest text that is looked at, bytes.
    static let textLimit = 300
    /// A name or an IP address, which has no brackets here.
    var host: String
    /// As written; nil where it was left out.
    var port: Int?

    /// Reads `name`, `name:port`, `192.0.2.1`, `[v6]:port`; nil for anything else.
    init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.textLimit else { return nil }
        var name = Substring(text)
        var port: Int?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[...end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            guard Self.read(port: rest.dropFirst(), into: &port) else { return nil }
            guard let address = IPAddress(String(name)), address.bytes.count == 16 || name.contains(":") else {
                return nil
            }
            (host, self.port) = (address.text, port)
            return
        }
        if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            guard Self.read(port: text[text.index(after: colon)...], into: &port) else { return nil }
        }
        if name.hasSuffix(".") { name = name.dropLast() }
        guard let host = Self.name(String(name)) else { return nil }
        (self.host, self.port) = (host, port)
    }

    /// What an administrator writes: also an IPv6 address without brackets.
    init?(configured text: String) {
        let text = text.trimmingCharacters(in: .whitespaces)
        if text.filter({ $0 == ":" }).count > 1, !text.hasPrefix("["), let address = IPAddress(text) {
            self.init(host: address.text, port: nil)
        } else {
            self.init(text)
        }
    }

    /// False when it is none; an empty one counts as left out.
    private static func read(port text: Substring, into port: inout Int?) -> Bool {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            return false
        }
        guard !text.isEmpty else { return true }
        guard let number = Int(text), (1...65535).contains(number) else { return false }
        port = number
        return true
    }

    private static func name(_ text: String) -> String? {
        if let address = IPAddress(text), address.bytes.count == 4, !text.contains(":") { return address.text }
        guard !text.isEmpty, !text.hasPrefix("."), !text.contains("..") else { return nil }
        if text.utf8.allSatisfy(Self.isNameByte) { return text.lowercased() }
        // Browsers send names beyond ASCII in the form of RFC 3492.
        guard
            text.unicodeScalars.allSatisfy({ $0.value > 127 || Self.isNameByte(UInt8(truncatingIfNeeded: $0.value)) }),
            let encoded = URLComponents(string: "http://\(text.precomposedStringWithCanonicalMapping)/")?.encodedHost,
            encoded.utf8.allSatisfy(Self.isNameByte)
        else { return nil }
        return encoded.lowercased()
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// Where a page came from (RFC 6454): scheme, host and port, with the scheme's own port where none is written.
struct WebOrigin: Hashable, Sendable {
    var isSecure: Bool
    var host: String
    var port: Int

    /// Reads `https://name` and `http://name:port`; nil for anything else, `null` too.
    init?(_ text: String) {
        let lower = text.prefix(8).lowercased()
        if lower.hasPrefix("https://") {
            isSecure = true
        } else if lower.hasPrefix("http://") {
            isSecure = false
        } else {
            return nil
        }
        guard let authority = Authority(String(text.dropFirst(isSecure ? 8 : 7))) else { return nil }
        host = authority.host
        port = authority.port ?? Self.defaultPort(isSecure)
    }

    static func defaultPort(_ isSecure: Bool) -> Int { isSecure ? 443 : 80 }
}
