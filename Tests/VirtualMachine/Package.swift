// swift-tools-version: 6.2
import PackageDescription

// The program that `scripts/test-v4l2` runs inside a virtual machine, as a package of its own: the main package never sees it,
// and the rooms are compiled with their internals open to it. `Sources` links to the rooms, because a package may only use
// sources below its own folder.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let room: [SwiftSetting] = strict + [.unsafeFlags(["-enable-testing"])]

func system(_ name: String, _ pkgConfig: String, _ debian: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/SystemLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let package = Package(
    name: "virtual-machine",
    targets: [
        system("CV4L2", "libv4l2 libv4lconvert", "libv4l-dev"),
        system("CTurboJPEG", "libturbojpeg", "libturbojpeg0-dev"),
        system("CPNG", "libpng", "libpng-dev"),
        system("CTIFF", "libtiff-4", "libtiff-dev"),
        .target(name: "CDevices"),
        .target(name: "CPictureFiles", dependencies: ["CPNG", "CTIFF"]),
        .target(name: "CVideoNode"),
        .target(name: "FlightTypes", swiftSettings: room),
        .target(
            name: "ImageCoding", dependencies: ["FlightTypes", "CTurboJPEG", "CPNG", "CPictureFiles"],
            swiftSettings: room),
        // Without positions: MAVLink's signatures would bring a cryptography library, which takes minutes to build.
        .target(
            name: "Sensors", dependencies: ["FlightTypes", "ImageCoding", "CV4L2", "CDevices"],
            exclude: ["GPSD", "MAVLink", "NMEA", "PoseTimeline", "PositionSession", "UBX"], swiftSettings: room),
        .executableTarget(
            name: "CameraProbe",
            dependencies: ["Sensors", "ImageCoding", "FlightTypes", "CDevices", "CVideoNode", "CTurboJPEG"],
            swiftSettings: strict),
    ]
)
