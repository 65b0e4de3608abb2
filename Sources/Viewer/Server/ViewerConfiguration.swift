/// Where and how the page is served.
public struct ViewerConfiguration: Sendable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0 takes any.
    public var port: Int
    /// Host names (with or without port) that browsers may use for us; anything else is refused (DNS rebinding).
    public var allowedHosts: [String]
    /// An MBTiles file with map tiles, if there is one.
    public var tilesPath: String?
    /// Folder of Leaflet's files.
    public var leafletPath: String
    /// Browsers watching at once; one more is refused.
    public var viewersLimit: Int

    /// A configuration of its parts.
    public init(
        host: String, port: Int, allowedHosts: [String], tilesPath: String? = nil,
        leafletPath: String = "/usr/share/javascript/leaflet", viewersLimit: Int = 100
    ) {
        self.host = host
        self.port = port
        self.allowedHosts = allowedHosts
        self.tilesPath = tilesPath
        self.leafletPath = leafletPath
        self.viewersLimit = viewersLimit
    }
}
