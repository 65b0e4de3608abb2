/// The proxies whose word is taken for who stands behind them. A value.
///
/// `X-Forwarded-For` is written by anyone; only what a trusted proxy appended to it counts, so it is read from its end.
struct TrustedProxies: Sendable {
    /// Longest header that is looked at, bytes.
    static let headerLimit = 1024
    private let addresses: Set<IPAddress>

    init(_ addresses: [IPAddress]) { self.addresses = Set(addresses) }

    /// Whether `address` is one of them.
    func contains(_ address: IPAddress?) -> Bool { address.map(addresses.contains) ?? false }

    /// Who asks: the peer itself, or the last address before the trusted ones.
    func client(peer: IPAddress?, forwardedFor headers: [String]) -> IPAddress? {
        guard contains(peer) else { return peer }
        let text = headers.joined(separator: ",")
        guard text.utf8.count <= Self.headerLimit else { return peer }
        for hop in text.split(separator: ",").reversed() {
            // What cannot be read hides who stands behind it: then the proxy itself is counted.
            guard let address = Self.address(ofHop: hop.filter { $0 != " " && $0 != "\t" }) else { return peer }
            if !contains(address) { return address }
        }
        return peer
    }

    /// Whether the browser came by https, as far as a trusted proxy says so.
    func isSecure(peer: IPAddress?, forwardedProto: String?) -> Bool {
        contains(peer) && forwardedProto?.lowercased() == "https"
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
    private static func address(ofHop hop: String) -> IPAddress? {
        if let address = IPAddress(hop) { return address }
        guard let colon = hop.lastIndex(of: ":"), hop[hop.index(after: colon)...].allSatisfy(\.isNumber) else {
            return nil
        }
        return IPAddress(String(hop[..<colon]))
    }
}
