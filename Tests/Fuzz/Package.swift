// swift-tools-version: 6.2
import PackageDescription

// Fuzzing of what the link and the sensors read, as a package of its own: the main package never sees it, and the rooms are compiled a second
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
    dependencies: [.package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2")],
    targets: [
        .systemLibrary(
            name: "CISAL", path: "Sources/SystemLibraries/CISAL", pkgConfig: "libisal",
            providers: [.apt(["libisal-dev"])]),
        .systemLibrary(
            name: "CSodium", path: "Sources/SystemLibraries/CSodium", pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CV4L2", path: "Sources/SystemLibraries/CV4L2", pkgConfig: "libv4l2 libv4lconvert"),
        .systemLibrary(name: "CTurboJPEG", path: "Sources/SystemLibraries/CTurboJPEG", pkgConfig: "libturbojpeg"),
        .systemLibrary(name: "CPNG", path: "Sources/SystemLibraries/CPNG", pkgConfig: "libpng"),
        .systemLibrary(name: "CTIFF", path: "Sources/SystemLibraries/CTIFF", pkgConfig: "libtiff-4"),
        .target(name: "CDevices"),
        .target(
            name: "CPictureFiles", dependencies: ["CPNG", "CTIFF"],
            cSettings: isFuzzing ? [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])] : []),
        .target(name: "PlainText", swiftSettings: room),
        .target(name: "FlightTypes", swiftSettings: room),
        .target(name: "Geodesy", dependencies: ["FlightTypes"], swiftSettings: room),
        .target(
            name: "ImageCoding", dependencies: ["FlightTypes", "CTurboJPEG", "CPNG", "CPictureFiles"],
            swiftSettings: room),
        .target(
            name: "Sensors",
            dependencies: [
                "FlightTypes", "Geodesy", "ImageCoding", "CV4L2", "CDevices",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: room),
        .target(name: "ErasureCoding", dependencies: ["CISAL"], swiftSettings: room),
        .target(name: "NetworkImpairment", dependencies: ["FlightTypes"], swiftSettings: room),
        .target(
            name: "LinkProtocol",
            dependencies: [
                "FlightTypes", "ErasureCoding", "CSodium", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: room),
        .executableTarget(
            name: "LinkFuzz",
            dependencies: [
                "LinkProtocol", "FlightTypes", "ErasureCoding", "NetworkImpairment", "Sensors", "ImageCoding",
                "PlainText",
                "Geodesy",
            ],
            swiftSettings: program,
            linkerSettings: isFuzzing ? [.unsafeFlags(sanitizers)] : []),
    ]
)
