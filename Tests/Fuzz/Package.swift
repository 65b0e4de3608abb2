// swift-tools-version: 6.2
import PackageDescription

// Fuzzing of what the link reads, as a package of its own: the main package never sees it, and the rooms are compiled a second
// time, with the fuzzer's instrumentation and their internals open to the targets. `Sources` links to the rooms, because a
// package may only use sources below its own folder.
//
// `scripts/fuzz` sets LAGEBILD_FUZZ. Without it the same program replays files and writes seeds, with no sanitizer.

let isFuzzing = Context.environment["LAGEBILD_FUZZ"] != nil
let sanitizers = ["-sanitize=fuzzer,address"]

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let room: [SwiftSetting] = strict + [.unsafeFlags(["-enable-testing"] + (isFuzzing ? sanitizers : []))]
let program: [SwiftSetting] =
    strict + [.unsafeFlags(["-parse-as-library"] + (isFuzzing ? sanitizers + ["-D", "FUZZING"] : []))]

let package = Package(
    name: "link-fuzz",
    dependencies: [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")],
    targets: [
        .systemLibrary(
            name: "CISAL", path: "Sources/SystemLibraries/CISAL", pkgConfig: "libisal",
            providers: [.apt(["libisal-dev"])]),
        .systemLibrary(
            name: "CSodium", path: "Sources/SystemLibraries/CSodium", pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"])]),
        .target(name: "FlightTypes", swiftSettings: room),
        .target(name: "ErasureCoding", dependencies: ["CISAL"], swiftSettings: room),
        .target(name: "NetworkImpairment", dependencies: ["FlightTypes"], swiftSettings: room),
        .target(
            name: "LinkProtocol",
            dependencies: [
                "FlightTypes", "ErasureCoding", "CSodium", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: room),
        .executableTarget(
            name: "LinkFuzz", dependencies: ["LinkProtocol", "FlightTypes", "ErasureCoding", "NetworkImpairment"],
            swiftSettings: program,
            linkerSettings: isFuzzing ? [.unsafeFlags(sanitizers)] : []),
    ]
)
