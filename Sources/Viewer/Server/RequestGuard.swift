/// Which requests come from our own page: against DNS rebinding (Host) and cross-site requests (Origin). Pure.
struct RequestGuard: Sendable {
    private let hosts: Set<String>

    init(allowedHosts: [String]) { hosts = Set(allowedHosts.map { $0.lowercased() }) }

    /// Whether `authority` (`name`, `name:port`, `[v6]:port`) names us.
    func allows(authority: String?) -> Bool {
        guard let authority = authority?.lowercased() else { return false }
        return hosts.contains(authority) || Self.withoutPort(authority).map(hosts.contains) ?? false
    }

    /// Whether a change or a socket may come from `origin`: it must be our own page under the very host asked for.
    func allows(origin: String?, authority: String?) -> Bool {
        guard let origin = origin?.lowercased(), let authority = authority?.lowercased(), allows(authority: authority)
        else { return false }
        return origin == "http://" + authority || origin == "https://" + authority
    }

    /// Nil when what follows the name is no port.
    private static func withoutPort(_ authority: String) -> String? {
        let bytes = authority.utf8
        let end =
            authority.hasPrefix("[")
            ? bytes.firstIndex(of: UInt8(ascii: "]")).map { bytes.index(after: $0) }
            : bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        guard let end else { return nil }
        let port = bytes[end...]
        guard port.isEmpty || port.first == UInt8(ascii: ":") else { return nil }
        guard port.dropFirst().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return String(authority[..<end])
    }

    /// The value of cookie `name`.
    static func cookie(_ name: String, in header: String?) -> String? {
        guard let header, header.utf8.count < 8192 else { return nil }
        for part in header.split(separator: ";") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if pair.count == 2, pair[0] == name { return String(pair[1]) }
        }
        return nil
    }
}
