import ConfigurationFile
import Foundation
import Leitstelle
import Testing
import Viewer

@Suite struct LeitstelleConfigurationTests {
    private static let text = """
        station:
          dataFolder: data
          keyFile: station.key
          dronesFile: drones
          usersFile: /etc/lagebild/users
        link:
          port: 4791
        viewer:
          port: 8421
          allowedHosts: [lage.example, "[::1]"]
          tiles: map.mbtiles
          viewersLimit: 5
        recording:
          reserveMegabytes: 900
        """
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ text: String) throws -> LeitstelleConfiguration {
        try LeitstelleConfiguration.load(path: try folder.file("leitstelle.yaml", text))
    }

    @Test func theRepositorysExampleLoads() throws {
        var repository = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        let configuration = try LeitstelleConfiguration.load(
            path: repository.appending(path: "Config/leitstelle.yaml").path)
        #expect(!configuration.usersFile.isEmpty)
        #expect(!configuration.viewer.allowedHosts.isEmpty)
    }

    @Test func everyValueArrives() throws {
        let configuration = try load(Self.text)
        #expect(configuration.dataFolder == folder.path + "/data")
        #expect(configuration.keyFile == folder.path + "/station.key")
        #expect(configuration.dronesFile == folder.path + "/drones")
        #expect(configuration.usersFile == "/etc/lagebild/users")
        #expect(configuration.linkHost == "0.0.0.0")
        #expect(configuration.linkPort == 4791)
        #expect(configuration.viewer.host == "127.0.0.1")
        #expect(configuration.viewer.port == 8421)
        #expect(configuration.viewer.allowedHosts == ["lage.example", "[::1]"])
        #expect(configuration.viewer.tilesPath == folder.path + "/map.mbtiles")
        #expect(configuration.viewer.viewersLimit == 5)
        #expect(configuration.recordReserveMegabytes == 900)
        let fewer = try load(Self.text.replacingOccurrences(of: "  tiles: map.mbtiles\n", with: ""))
        #expect(fewer.viewer.tilesPath == nil)
    }

    /// As it stands in an address bar, and as the system binds it.
    @Test(arguments: ["::", "[::]"])
    func everyIPv6InterfaceWithAndWithoutBrackets(host: String) throws {
        let text = Self.text.replacingOccurrences(of: "port: 4791", with: "port: 4791\n  host: '\(host)'")
        #expect(try load(text).linkHost == "::")
    }

    @Test func thePagesLimitsArrive() throws {
        let plain = try load(Self.text).viewer
        #expect(plain.allowedOrigins.isEmpty && plain.trustedProxies.isEmpty)
        #expect(plain.viewersPerAccount == 12)
        #expect(plain.connectionsPerAddress == 256)
        let viewer = try load(
            Self.text.replacingOccurrences(
                of: "  viewersLimit: 5",
                with: """
                      viewersLimit: 5
                      allowedOrigins: ["https://lage.example:8443"]
                      trustedProxies: [127.0.0.1, "::1"]
                      viewersPerAccount: 3
                      connectionsPerAddress: 40
                    """)
        ).viewer
        #expect(viewer.allowedOrigins == ["https://lage.example:8443"])
        #expect(viewer.trustedProxies == ["127.0.0.1", "::1"])
        #expect(viewer.viewersPerAccount == 3)
        #expect(viewer.connectionsPerAddress == 40)
    }

    @Test(arguments: ["[::1]", "'[::1]'", "::1"]) func addressesWithAndWithoutBrackets(text: String) throws {
        let configuration = try load(
            Self.text.replacingOccurrences(of: "  port: 4791", with: "  host: \(text)\n  port: 4791")
                .replacingOccurrences(of: "  port: 8421", with: "  host: \(text)\n  port: 8421"))
        #expect(configuration.linkHost == "::1" && configuration.viewer.host == "::1")
        let port = Self.text.replacingOccurrences(of: "  port: 8421", with: "  host: localhost:8421")
        #expect(throws: ConfigurationError.self) { try load(port) }
    }

    @Test(arguments: [
        (
            "viewersLimit: 5", "viewerLimit: 5",
            ":12: unknown key 'viewerLimit' in 'viewer' (did you mean 'viewersLimit'?)"
        ),
        ("allowedHosts:", "allowedHost:", ":10: unknown key 'allowedHost' in 'viewer' (did you mean 'allowedHosts'?)"),
        ("recording:", "recordng:", ":13: unknown key 'recordng' (did you mean 'recording'?)"),
        (
            "reserveMegabytes: 900", "reserveMegabytes: -1",
            ":14: 'recording.reserveMegabytes' must be a whole number from 0 to 10000000, not '-1'"
        ),
        ("port: 8421", "port: page", ":9: 'viewer.port' must be a whole number from 0 to 65535, not 'page'"),
        (
            "[lage.example, \"[::1]\"]", "[\"https://lage.example\"]",
            ":10: 'viewer.allowedHosts' must hold a host name, perhaps with a port, in each line, not 'https://lage.example'"
        ),
        (
            "viewersLimit: 5", "allowedOrigins: [lage.example]",
            ":12: 'viewer.allowedOrigins' must hold an origin such as https://name:8443 in each line, not 'lage.example'"
        ),
        (
            "viewersLimit: 5", "trustedProxies: [proxy]",
            ":12: 'viewer.trustedProxies' must hold an IP address in each line, not 'proxy'"
        ),
        ("[lage.example, \"[::1]\"]", "lage.example", ":10: 'viewer.allowedHosts' must be a list"),
    ])
    func problemsAreNamed(line: String, written: String, problem: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try load(Self.text.replacingOccurrences(of: line, with: written))
        }
        #expect(error?.description == folder.path + "/leitstelle.yaml" + problem)
    }

    @Test func aMissingKeyIsNamed() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try load(Self.text.replacingOccurrences(of: "  keyFile: station.key\n", with: ""))
        }
        #expect(error?.description.contains("'station.keyFile' is missing") == true)
    }
}
