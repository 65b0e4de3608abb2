import Foundation

/// An IP address by its bytes, so that each has one form however it was written.
struct IPAddress: Hashable, Sendable {
    /// 4 or 16 of them. An IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.
    let bytes: [UInt8]

    /// Reads `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]` and `fe80::1%eth0`, whose zone is left out. Nil for anything else.
    init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        var text = Substring(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        if text.contains(":") { text = text.prefix { $0 != "%" } }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, String(text), &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, String(text), &six) == 1 {
            let all = withUnsafeBytes(of: six) { Array($0) }
            let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// What is counted as one: an IPv4 address, or the /64 of an IPv6 one, because whoever has one has all of it.
    var counted: IPAddress {
        bytes.count == 4 ? self : IPAddress(bytes: bytes.prefix(8) + [UInt8](repeating: 0, count: 8))
    }

    /// `0.0.0.0` or `::`, which a server listens on and nobody can be reached at.
    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// The usual text, without brackets.
    var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
