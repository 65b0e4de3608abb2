/// Which requests come from our own page: against DNS rebinding (Host) and cross-site requests (Origin). Pure.
struct RequestGuard: Sendable {
    private let hosts: Set<Authority>
    private let origins: Set<WebOrigin>

    /// `allowedHosts`: names that browsers use, with or without port. `allowedOrigins`: pages that may speak to us although
    /// `Host` names another port, or another name, than they were loaded from. Entries that cannot be read count as not there;
    /// reading the configuration refuses them.
    init(allowedHosts: [String], allowedOrigins: [String] = []) {
        hosts = Set(allowedHosts.compactMap(Authority.init(configured:)))
        origins = Set(allowedOrigins.compactMap(WebOrigin.init(_:)))
    }

    /// Whether `authority` (`name`, `name:port`, `[v6]:port`) names us.
    func allows(authority text: String?) -> Bool { text.flatMap(Authority.init(_:)).map(isOurs) ?? false }

    /// Whether a change or a socket may come from `origin`: our own page under the very host asked for, with the scheme's own
    /// port where none is written (https://name is name:443), or a page that the administrator listed.
    func allows(origin: String?, authority: String?) -> Bool {
        guard let origin = origin.flatMap(WebOrigin.init(_:)), let authority = authority.flatMap(Authority.init(_:)),
            isOurs(authority)
        else { return false }
        if origin.host == authority.host,
            origin.port == authority.port ?? WebOrigin.defaultPort(origin.isSecure)
        {
            return true
        }
        // A name listed with its port is a page of ours, also where a proxy left the port out of Host.
        return origins.contains(origin) || hosts.contains(Authority(host: origin.host, port: origin.port))
    }

    private func isOurs(_ authority: Authority) -> Bool {
        if hosts.contains(authority) || hosts.contains(Authority(host: authority.host, port: nil)) { return true }
        // A browser leaves the scheme's own port out.
        return authority.port == nil
            && [80, 443].contains { hosts.contains(Authority(host: authority.host, port: $0)) }
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

    /// The name of the session's cookie. Cookies know no ports: the port in the name keeps a replay beside the live page from
    /// taking its session away.
    static func cookieName(port: Int?) -> String { "lagebild-\(port ?? 0)" }
}

extension Authority {
    init(host: String, port: Int?) {
        self.host = host
        self.port = port
    }
}
