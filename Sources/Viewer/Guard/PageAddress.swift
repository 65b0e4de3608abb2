/// Where the page can be opened in a browser, and how its address is bound.
public enum PageAddress {
    /// The address to print for `host` and `port`: IPv6 in brackets, and for "every interface" this machine's own address.
    public static func text(host: String, port: Int) -> String { "http://\(name(host)):\(port)/" }

    /// `host` and `port` for a log line: an IPv6 address in brackets, and "every interface" as it is.
    public static func listening(host: String, port: Int) -> String {
        let host = bindable(host)
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// `host` as the system binds it: an IPv6 address without brackets.
    public static func bindable(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    /// The name that the printed address uses, so that it is always among those that browsers may use: it is an address of
    /// this machine, which no foreign name server can promise.
    static func name(_ host: String) -> String {
        let host = bindable(host)
        guard let address = IPAddress(host) else { return host }
        let isSix = address.bytes.count == 16
        if address.isUnspecified { return isSix ? "[::1]" : "127.0.0.1" }
        guard isSix else { return address.text }
        // RFC 6874: the percent sign before a zone is written %25.
        let zone = host.drop { $0 != "%" }.dropFirst()
        return zone.isEmpty ? "[\(address.text)]" : "[\(address.text)%25\(zone)]"
    }
}
