/// Names and addresses of machines as people write them.
public enum HostText {
    /// `text` as the resolver takes it: without blanks around it, an IPv6 address without its brackets. Or why it is no name of
    /// a machine.
    public static func host(_ text: String) -> Result<String, HostFault> {
        var host = text.withoutBlanks
        if host.contains("://") || host.contains("/") {
            return .failure(HostFault("must be a name or an address, without http:// and without a path"))
        }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else {
                return .failure(HostFault("opens a bracket and does not close it"))
            }
            guard host.index(after: end) == host.endIndex else {
                return .failure(HostFault("must be an address alone; the port has a key of its own"))
            }
            host = String(host[host.index(after: host.startIndex)..<end]).withoutBlanks
            guard host.contains(":") else {
                return .failure(HostFault("has brackets, which only an IPv6 address takes"))
            }
        } else if host.filter({ $0 == ":" }).count == 1 {
            return .failure(HostFault("must be a name or an address alone; the port has a key of its own"))
        }
        guard !host.isEmpty else { return .failure(HostFault("must not be empty")) }
        // A "#" without a blank before it begins no comment in YAML.
        guard host.unicodeScalars.allSatisfy({ !$0.isBlank && !"#,;\"'<>[]()@".unicodeScalars.contains($0) }) else {
            return .failure(HostFault("is no name or address of a machine"))
        }
        return .success(host)
    }

    /// `host` and `port` as they stand in an address that a browser opens: IPv6 in brackets.
    public static func endpoint(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Why a text is no name of a machine: the end of a sentence that begins with the key.
public struct HostFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text form.
    public let description: String
    init(_ description: String) { self.description = description }
}
