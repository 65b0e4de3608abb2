// swift-tools-version: 6.2
import PackageDescription

// Every room of docs/architecture.md is one target; what a room may import is its `dependencies` list, and
// `scripts/check` builds with `--explicit-target-dependency-import-check error` so that the list is the truth.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func system(_ name: String, _ pkgConfig: String?, _ debian: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/SystemLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}
// Pixel loops are some 30 times slower unoptimised: these rooms are optimised in debug builds too, so that the demo and the
// tests of one debug build run in time. Checks for overflow and bounds stay on.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// The link runs for each datagram; what is checked here at run time costs a tenth of it. Debug builds and so all tests keep the
// check.
let perDatagram: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

func room(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], settings: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict + settings)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}
func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let crypto = product("Crypto", "swift-crypto")
let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let logging = product("Logging", "swift-log")

let package = Package(
    name: "lagebild",
    products: [
        .executable(name: "lagebild", targets: ["lagebild"]),
        .executable(name: "lagebild-bench", targets: ["lagebild-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        // What those need: pinned too, so that every machine builds the same program.
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-algorithms", exact: "1.2.1"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-atomics", exact: "1.3.0"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", exact: "1.7.0"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-transport-services", exact: "1.28.0"),
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
        .package(url: "https://github.com/apple/swift-service-context", exact: "1.5.1"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        system("CV4L2", "libv4l2 libv4lconvert", "libv4l-dev"),
        system("CTurboJPEG", "libturbojpeg", "libturbojpeg0-dev"),
        system("CArgon2", "libargon2", "libargon2-dev"),
        system("CPNG", "libpng", "libpng-dev"),
        system("CTIFF", "libtiff-4", "libtiff-dev"),
        system("CISAL", "libisal", "libisal-dev"),
        system("CSodium", "libsodium", "libsodium-dev"),
        .target(name: "CDevices"),
        .target(name: "CPictureFiles", dependencies: ["CPNG", "CTIFF"]),

        room("PlainText", []),
        room("DurableFiles", ["PlainText"]),
        room("FlightTypes", [], settings: optimised),
        room("Geodesy", ["FlightTypes"], settings: optimised),
        room("ImageCoding", ["FlightTypes", "CTurboJPEG", "CPNG", "CPictureFiles"], settings: optimised),
        .target(name: "CHotspotKernels", cSettings: [.unsafeFlags(["-O3"])]),
        room("HotspotDetection", ["FlightTypes", "CHotspotKernels"], settings: optimised),
        room(
            "VisibleWitness", ["FlightTypes", "HotspotDetection", "ImageCoding", "CHotspotKernels"], settings: optimised
        ),
        room("Tracking", ["FlightTypes"]),
        room(
            "Lookout",
            ["FlightTypes", "Geodesy", "HotspotDetection", "Tracking", "VisibleWitness", "ImageCoding"]),
        room("ErasureCoding", ["CISAL"], settings: optimised),
        room("NetworkImpairment", ["FlightTypes"], settings: optimised),
        room("LinkProtocol", ["FlightTypes", "ErasureCoding", "CSodium", crypto], settings: optimised + perDatagram),
        room(
            "LinkTransport", ["LinkProtocol", "FlightTypes", "DurableFiles", "PlainText", nioCore, nioPosix, logging],
            settings: perDatagram),
        room("Sensors", ["FlightTypes", "Geodesy", "ImageCoding", "CV4L2", "CDevices", crypto], settings: optimised),
        room("Scenario", ["FlightTypes", "Geodesy"], settings: optimised),
        room("Recording", ["FlightTypes", crypto, product("GRDB", "GRDB.swift"), product("GRDBSQLite", "GRDB.swift")]),
        room("Versions", ["CPNG", "CSodium", product("GRDBSQLite", "GRDB.swift")]),
        room("Situation", ["FlightTypes", "Geodesy"]),
        room("Accounts", ["FlightTypes", "DurableFiles", "CArgon2", crypto, logging]),
        room(
            "Viewer",
            [
                "Accounts", "DurableFiles", "FlightTypes", "Geodesy", "ImageCoding", "Situation", "Versions", nioCore,
                nioPosix,
                logging,
                product("Hummingbird", "hummingbird"), product("HummingbirdCore", "hummingbird"),
                product("NIOHTTP1", "swift-nio"), product("NIOWebSocket", "swift-nio"),
                product("NIOHTTPTypes", "swift-nio-extras"), product("NIOHTTPTypesHTTP1", "swift-nio-extras"),
                product("HTTPTypes", "swift-http-types"), product("GRDBSQLite", "GRDB.swift"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ], resources: [.copy("Page")]),
        room("Replay", ["FlightTypes", "Situation", "Recording"]),
        room("ConfigurationFile", ["PlainText", product("Yams", "Yams")]),
        room(
            "DroneAgent",
            [
                "FlightTypes", "Geodesy", "Lookout", "ImageCoding",
                "LinkProtocol", "LinkTransport", "Recording", "Sensors", "ConfigurationFile", "PlainText", nioPosix,
                logging,
            ]),
        room(
            "Leitstelle",
            [
                "Accounts", "CDevices", "DurableFiles",
                "FlightTypes", "ImageCoding", "LinkProtocol", "LinkTransport", "Situation", "Recording", "Viewer",
                "Replay", "ConfigurationFile", "PlainText", nioCore, nioPosix, logging,
                product("ServiceLifecycle", "swift-service-lifecycle"),
                product("UnixSignals", "swift-service-lifecycle"),
            ]),
        .target(
            name: "LinkSimulation", dependencies: ["LinkProtocol", "NetworkImpairment", "FlightTypes"],
            path: "Tests/Simulation", swiftSettings: strict + optimised + perDatagram),
        room(
            "Terminal", ["PlainText", "ConfigurationFile", logging, product("ArgumentParser", "swift-argument-parser")]),
        .executableTarget(
            name: "lagebild",
            dependencies: [
                "Accounts", "DurableFiles", "Terminal",
                "FlightTypes", "Geodesy", "ImageCoding", "HotspotDetection", "Lookout", "Sensors", "Scenario",
                "Recording",
                "LinkProtocol", "NetworkImpairment", "LinkTransport", "DroneAgent", "Leitstelle", "Viewer", "CDevices",
                "PlainText", "ConfigurationFile", "Versions", logging,
                product("ArgumentParser", "swift-argument-parser"),
                product("UnixSignals", "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "lagebild-bench",
            dependencies: [
                "Terminal", "FlightTypes", "Geodesy", "ImageCoding", "HotspotDetection", "Tracking", "VisibleWitness",
                "Lookout", "Sensors", "Scenario", "Situation", "LinkProtocol", "NetworkImpairment", "LinkSimulation",
                "LinkTransport", "DroneAgent", "PlainText", logging, nioPosix,
                product("ArgumentParser", "swift-argument-parser"),
            ], swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["FlightTypes"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("PlainTextTests", ["TestSupport", "PlainText"]),
        tests(
            "LagebildTests",
            [
                "lagebild", "Accounts", "Terminal", "LinkProtocol", "LinkTransport", "Recording", "HotspotDetection",
                "FlightTypes",
                "PlainText", "TestSupport", product("ArgumentParser", "swift-argument-parser"),
            ]),
        tests("DurableFilesTests", ["DurableFiles", "TestSupport"]),
        tests("AccountsTests", ["Accounts", "FlightTypes", "TestSupport"]),
        tests("VersionsTests", ["Versions"]),
        tests("FlightTypesTests", ["TestSupport", "FlightTypes"]),
        tests("GeodesyTests", ["TestSupport", "Geodesy", "FlightTypes"]),
        tests("HotspotDetectionTests", ["TestSupport", "HotspotDetection", "CHotspotKernels", "FlightTypes"]),
        tests(
            "VisibleWitnessTests",
            [
                "VisibleWitness", "HotspotDetection", "CHotspotKernels", "ImageCoding", "NetworkImpairment", "Scenario",
                "FlightTypes",
            ]),
        tests("TrackingTests", ["Tracking", "FlightTypes"]),
        tests(
            "LookoutTests",
            [
                "Lookout", "FlightTypes", "Geodesy", "HotspotDetection", "ImageCoding", "Tracking", "VisibleWitness",
            ]),
        tests("ScenarioTests", ["Scenario", "HotspotDetection", "Geodesy", "FlightTypes"]),
        tests("ImageCodingTests", ["TestSupport", "ImageCoding", "FlightTypes", crypto]),
        tests("ErasureCodingTests", ["TestSupport", "ErasureCoding"]),
        tests("NetworkImpairmentTests", ["NetworkImpairment", "FlightTypes"]),
        tests("LinkSimulationTests", ["LinkSimulation", "LinkProtocol", "NetworkImpairment", "FlightTypes"]),
        tests("LinkProtocolTests", ["TestSupport", "LinkProtocol", "FlightTypes", crypto]),
        tests(
            "LinkTransportTests",
            [
                "LinkTransport", "LinkProtocol", "DurableFiles", "FlightTypes", "TestSupport", nioCore, nioPosix,
                logging,
            ]),
        tests("SensorsTests", ["TestSupport", "Sensors", "ImageCoding", "FlightTypes", "Geodesy", "CDevices", crypto]),
        tests("RecordingTests", ["TestSupport", "Recording", "FlightTypes", crypto, product("GRDB", "GRDB.swift")]),
        tests("ConfigurationFileTests", ["TestSupport", "ConfigurationFile", "PlainText"]),
        tests("SituationTests", ["Situation", "FlightTypes", "TestSupport"]),
        tests("ReplayTests", ["TestSupport", "Replay", "Situation", "Recording", "FlightTypes"]),
        tests(
            "ViewerTests",
            [
                "Accounts", "Viewer", "Situation", "FlightTypes", "ImageCoding", "TestSupport", nioCore,
                product("NIOEmbedded", "swift-nio"),
                product("NIOHTTP1", "swift-nio"), product("NIOWebSocket", "swift-nio"), product("GRDB", "GRDB.swift"),
            ]),
        tests(
            "DroneAgentTests",
            [
                "DroneAgent", "ConfigurationFile", "Geodesy", "HotspotDetection", "Lookout",
                "Sensors", "LinkProtocol", "LinkTransport", "ImageCoding", "FlightTypes", nioPosix, logging,
            ]),
        tests(
            "LeitstelleTests",
            [
                "Leitstelle", "LinkProtocol", "Situation", "Viewer", "Recording", "FlightTypes", "ConfigurationFile",
                logging,
            ]),
    ]
)
