import ConfigurationFile
import Viewer

/// All that `leitstelle.yaml` says, checked.
public struct LeitstelleConfiguration: Sendable {
    /// Folder for incidents and state.
    public var dataFolder: String
    /// The station's private key.
    public var keyFile: String
    /// The list of drones that may come in.
    public var dronesFile: String
    /// The accounts.
    public var usersFile: String
    /// Where drones reach the station (UDP).
    public var linkHost: String, linkPort: Int
    /// Where browsers reach the page.
    public var viewer: ViewerConfiguration
    /// Disk space that recording leaves free, megabytes.
    public var recordReserveMegabytes: Int

    /// Reads and checks `path`; every error names file, line and key.
    public static func load(path: String) throws -> LeitstelleConfiguration {
        let root = try ConfigurationSection.load(path: path)
        let station = try root.section("station")
        let link = try root.section("link")
        let page = try root.section("viewer")
        let recording = try root.section("recording")
        let tiles = try page.string("tiles", default: "")
        let configuration = LeitstelleConfiguration(
            dataFolder: try station.path("dataFolder"), keyFile: try station.path("keyFile"),
            dronesFile: try station.path("dronesFile"), usersFile: try station.path("usersFile"),
            linkHost: try link.host("host", default: "0.0.0.0"),
            linkPort: try link.int("port", in: 0...65535, default: 4790),
            viewer: ViewerConfiguration(
                host: try page.host("host", default: "127.0.0.1"),
                port: try page.int("port", in: 0...65535, default: 8420),
                allowedHosts: try strings(
                    "allowedHosts", of: page, default: ["localhost", "127.0.0.1"],
                    each: "a host name, perhaps with a port,", where: ViewerConfiguration.isHost),
                allowedOrigins: try strings(
                    "allowedOrigins", of: page, default: [], each: "an origin such as https://name:8443",
                    where: ViewerConfiguration.isOrigin),
                trustedProxies: try strings(
                    "trustedProxies", of: page, default: [], each: "an IP address",
                    where: ViewerConfiguration.isAddress),
                tilesPath: tiles.isEmpty ? nil : try page.path("tiles"),
                leafletPath: try page.string("leaflet", default: "/usr/share/javascript/leaflet"),
                viewersLimit: try page.int("viewersLimit", in: 1...200, default: 100),
                viewersPerAccount: try page.int("viewersPerAccount", in: 1...200, default: 12),
                connectionsPerAddress: try page.int("connectionsPerAddress", in: 4...1000, default: 256)),
            recordReserveMegabytes: try recording.int("reserveMegabytes", in: 0...10_000_000, default: 500))
        try root.finish()
        return configuration
    }

    private static func strings(
        _ key: String, of section: ConfigurationSection, default value: [String], each what: String,
        where isGood: (String) -> Bool
    ) throws -> [String] {
        let values = try section.strings(key, default: value)
        guard let bad = values.first(where: { !isGood($0) }) else { return values }
        throw section.error(key, "must hold \(what) in each line, not '\(bad)'")
    }
}
