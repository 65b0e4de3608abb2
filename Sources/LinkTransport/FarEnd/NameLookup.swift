import Dispatch
import Glibc
import NIOCore

/// Looks names up beside the event loop: `getaddrinfo` may block for half a minute where the network is away.
struct NameLookup: Sendable {
    /// Why a name has no address, in the system's words.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
    private let queue = DispatchQueue(label: "name-lookup")

    /// Calls back on the queue with all addresses of `host`, IPv4 and IPv6, in the order of the system's preference.
    func resolve(_ host: String, port: Int, _ done: @escaping @Sendable (Result<[SocketAddress], Failure>) -> Void) {
        queue.async { done(Result { () throws(Failure) in try Self.addresses(of: host, port: port) }) }
    }

    static func addresses(of host: String, port: Int) throws(Failure) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            throw Failure(
                description: code == EAI_SYSTEM ? String(cString: strerror(errno)) : String(cString: gai_strerror(code))
            )
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            entry = info.ai_next
            guard let address = info.ai_addr else { continue }
            switch info.ai_family {
            case AF_INET:
                found.append(
                    address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) })
            case AF_INET6:
                found.append(
                    address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) })
            default: continue
            }
        }
        guard !found.isEmpty else { throw Failure(description: "it has no address") }
        return found
    }

    /// The address that `host` is, if it is written as one; an IPv6 literal may stand in brackets.
    static func literal(_ host: String, port: Int) -> SocketAddress? {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return try? SocketAddress(ipAddress: bare, port: port)
    }
}
