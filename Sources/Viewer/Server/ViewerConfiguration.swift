/// Where and how the page is served.
public struct ViewerConfiguration: Sendable {
    /// Address to listen on; an IPv6 address with or without brackets.
    public var host: String
    /// Port to listen on; 0 takes any.
    public var port: Int
    /// Host names (with or without port) that browsers may use for us; anything else is refused (DNS rebinding).
    public var allowedHosts: [String]
    /// Pages (`https://name:port`) that may sign in although `Host` says otherwise than their address.
    public var allowedOrigins: [String]
    /// Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    public var trustedProxies: [String]
    /// An MBTiles file with map tiles, if there is one.
    public var tilesPath: String?
    /// Folder of Leaflet's files.
    public var leafletPath: String
    /// Browsers watching at once; one more is refused.
    public var viewersLimit: Int
    /// Browsers of one account watching at once.
    public var viewersPerAccount: Int
    /// Connections of one address at once; trusted proxies have no share.
    public var connectionsPerAddress: Int

    /// A configuration of its parts.
    public init(
        host: String, port: Int, allowedHosts: [String], allowedOrigins: [String] = [], trustedProxies: [String] = [],
        tilesPath: String? = nil, leafletPath: String = "/usr/share/javascript/leaflet", viewersLimit: Int = 100,
        viewersPerAccount: Int = 12, connectionsPerAddress: Int = 256
    ) {
        self.host = host
        self.port = port
        self.allowedHosts = allowedHosts
        self.allowedOrigins = allowedOrigins
        self.trustedProxies = trustedProxies
        self.tilesPath = tilesPath
        self.leafletPath = leafletPath
        self.viewersLimit = viewersLimit
        self.viewersPerAccount = viewersPerAccount
        self.connectionsPerAddress = connectionsPerAddress
    }

    /// Whether `text` can stand in `allowedHosts`.
    public static func isHost(_ text: String) -> Bool { Authority(configured: text) != nil }
    /// Whether `text` can stand in `allowedOrigins`.
    public static func isOrigin(_ text: String) -> Bool { WebOrigin(text) != nil }
    /// Whether `text` can stand in `trustedProxies`.
    public static func isAddress(_ text: String) -> Bool { IPAddress(text) != nil }
    /// Why the map tiles at `path` cannot be used; nil when they can.
    public static func tilesFault(_ path: String) -> String? {
        do {
            _ = try MBTiles(path: path)
            return nil
        } catch { return "\(error)" }
    }
}
