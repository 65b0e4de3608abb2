import FlightTypes
import ImageCoding

@testable import Sensors

/// Thermal sensors, cameras and their coding.
enum ThermalTargets {
    private static let time = CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: 9_000_000_000), wall: WallTime(nanoseconds: 0))

    /// A driver inside its session: pictures have the size they say, and nothing is held for ever.
    static func serial(_ driver: some ThermalSerialDriver, _ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let mirror = ThermalCorrection.Mirror.allCases[input.below(4)]
        let rotation = ThermalCorrection.Rotation.allCases[input.below(4)]
        let correction = ThermalCorrection(
            mirror: mirror, rotation: rotation, badPixels: [.init(x: UInt16(input.byte()), y: UInt16(input.byte()))])
        var session = ThermalSerialSession(driver: driver, correction: correction)
        _ = session.opened(at: time.monotonic)
        var outputs = 0
        while !input.isEmpty {
            session.handle(input.block(), at: time)
            while let output = session.next() {
                outputs += 1
                must(outputs <= 4 * bytes.count + 16, "a session comes to rest")
                guard case .image(let image) = output else { continue }
                must(image.values?.count == Int(image.width) * Int(image.height), "a picture is whole")
                must(image.lostBefore >= 0, "losses are not negative")
            }
        }
    }

    static func lepton(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let kind: V4L2ThermalConfiguration.Kind = input.flag() ? .y16 : .twoHalves
        var reading = ThermalReading(
            V4L2ThermalConfiguration(
                devicePath: "", kind: kind, width: 1 + input.below(300), height: 1 + input.below(300)))
        let formats: [FourCC] = [.y16, .y16BigEndian, .yuyv, .mjpg]
        let isLepton = input.flag()
        let format = VideoFormat(
            pixelFormat: formats[input.below(4)], width: isLepton ? 160 : input.below(200),
            height: isLepton ? 122 : input.below(200),
            bytesPerLine: input.below(1024))
        guard (try? reading.begin(format)) != nil else { return }
        var buffer = input.block()
        if isLepton { buffer += [UInt8](repeating: 3, count: max(0, 160 * 122 * 2 - buffer.count)) }
        let taken = buffer.withUnsafeBytes { bytes in try? reading.image(in: bytes, at: time) }
        guard let image = taken?.image else { return }
        must(image.values?.count == Int(image.width) * Int(image.height), "a picture is whole")
    }

    /// Any stream is refused or gives as many values as it says; any picture comes back within its bound.
    static func coding(_ bytes: [UInt8]) {
        let limits = ImageLimits(width: 256, height: 256, pixels: 4096)
        if let decoded = try? ThermalCoder.decode(bytes, limits: limits) {
            must(decoded.values.count == decoded.header.width * decoded.header.height, "values as many as stated")
        }
        var input = FuzzInput(bytes)
        let (width, height, bound) = (1 + input.below(40), 1 + input.below(12), input.below(300))
        let values = (0..<width * height).map { _ in UInt16(input.byte()) << 8 | UInt16(input.byte()) }
        guard let stream = ThermalCoder.encode(values, width: width, height: height, bound: bound),
            let back = try? ThermalCoder.decode(stream)
        else { return must(false, "every picture can be coded and decoded") }
        must(zip(values, back.values).allSatisfy { abs(Int($0) - Int($1)) <= bound }, "no value is off by more")
    }
}
