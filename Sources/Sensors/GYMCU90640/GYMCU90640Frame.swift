/// One picture of the GY-MCU90640 (MLX90640 behind a microcontroller), as the sensor sends it.
///
/// Source: vendor manual "GY_MCU9064 user manual v1". 1544 bytes: `5A 5A`, length 1538 as 16 bits, 768 pixels, ambient
/// temperature, checksum; all words little-endian, temperatures signed in hundredths of a degree Celsius.
public struct GYMCU90640Frame: Hashable, Sendable {
    /// Pixels of a row.
    public static let width = 32
    /// Rows.
    public static let height = 24
    /// Bytes of a frame on the wire.
    public static let encodedSize = 1544
    /// What follows the header's two bytes: 1538, little-endian.
    static let length: (low: UInt8, high: UInt8) = (0x02, 0x06)

    /// 768 temperatures in 0.01 °C, row-major; the first is the picture's upper **right** corner.
    public let pixels: [Int16]
    /// The sensor's own temperature in 0.01 °C.
    public let ambient: Int16

    /// Nil unless there are 768 pixels.
    public init?(pixels: [Int16], ambient: Int16) {
        guard pixels.count == Self.width * Self.height else { return nil }
        self.pixels = pixels
        self.ambient = ambient
    }

    /// Kelvin × 100 in the order sent: the sensor sees the scene mirrored, and ``ThermalCorrection`` puts it right.
    public var centikelvin: [UInt16] { pixels.map { UInt16(clamping: Int32($0) + 27_315) } }

    /// The frame as the sensor sends it, with a right checksum.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = [0x5A, 0x5A, Self.length.low, Self.length.high]
        bytes.reserveCapacity(Self.encodedSize)
        for value in pixels + [ambient] { bytes += Self.word(UInt16(bitPattern: value)) }
        return bytes + Self.word(Self.checksum(bytes[...]))
    }

    /// The sum of the little-endian words, modulo 65,536.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        // Noise full of headers asks for it at every fourth byte: no bounds are checked within.
        bytes.withUnsafeBytes { bytes in
            var sum: UInt16 = 0
            var place = 0
            while place + 1 < bytes.count {
                sum &+= UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self))
                place += 2
            }
            return place < bytes.count ? sum &+ UInt16(bytes[place]) : sum
        }
    }
    static func word(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

    /// One line of JSON without a newline: `{"frame":n,"ambient":…,"width":32,"height":24,"minimum":…,"maximum":…,
    /// "pixels":[…]}`, temperatures in °C with two decimals, pixels in the order sent.
    /// - Parameter number: counts the frames of the input.
    public func jsonLine(number: UInt64) -> String {
        let values = pixels.map(Self.celsius).joined(separator: ",")
        return
            "{\"frame\":\(number),\"ambient\":\(Self.celsius(ambient)),"
            + "\"width\":\(Self.width),\"height\":\(Self.height),"
            + "\"minimum\":\(Self.celsius(pixels.min() ?? 0)),\"maximum\":\(Self.celsius(pixels.max() ?? 0)),"
            + "\"pixels\":[\(values)]}"
    }
    private static func celsius(_ hundredths: Int16) -> String {
        let (whole, rest) = Int(hundredths).magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(hundredths < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
