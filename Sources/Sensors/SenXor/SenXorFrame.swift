import FlightTypes

/// How the pictures of the SenXor sensors are laid out. Source: Meridian's `pysenxor-lite`.
public enum SenXorFormat: Hashable, Sendable, CaseIterable {
    /// 80×62: MI0801, MI0802.
    case mi08
    /// 160×120: MI1602.
    case mi16
    /// 50×50: MI0502.
    case mi05

    /// Pixels of a row.
    public var width: Int { self == .mi08 ? 80 : self == .mi16 ? 160 : 50 }
    /// Rows.
    public var height: Int { self == .mi08 ? 62 : self == .mi16 ? 120 : 50 }
    /// Bytes before the header: one line, three for the largest.
    var reservedSize: Int { width * 2 * (self == .mi16 ? 3 : 1) }
    /// Bytes of the header: one line.
    var headerSize: Int { width * 2 }
    /// Bytes of the content of a message with a picture.
    func contentSize(hasHeader: Bool) -> Int {
        reservedSize + (hasHeader ? headerSize : 0) + width * height * 2
    }
    /// The layout that has so many bytes of content; nil when none has.
    static func with(contentSize: Int) -> (format: SenXorFormat, hasHeader: Bool)? {
        for format in allCases {
            for hasHeader in [true, false] where format.contentSize(hasHeader: hasHeader) == contentSize {
                return (format, hasHeader)
            }
        }
        return nil
    }
}

/// What stands before the pixels of a SenXor picture, in words of 16 bits.
public struct SenXorFrameHeader: Hashable, Sendable {
    /// Counts frames, modulo 65,536.
    public var counter: UInt16
    /// Supply voltage in 0.1 mV.
    public var supply: UInt16
    /// Temperature of the die in 0.01 K.
    public var dieCentikelvin: UInt16
    /// The sensor's clock since its start.
    public var timestamp: UInt32
    /// The largest value of the picture in 0.1 K.
    public var maximum: UInt16
    /// The smallest value of the picture in 0.1 K.
    public var minimum: UInt16
    /// A checksum whose rule is not published; not looked at.
    public var checksum: UInt16

    /// A header of its parts.
    public init(
        counter: UInt16 = 0, supply: UInt16 = 0, dieCentikelvin: UInt16 = 0, timestamp: UInt32 = 0,
        maximum: UInt16 = 0, minimum: UInt16 = 0, checksum: UInt16 = 0
    ) {
        self.counter = counter
        self.supply = supply
        self.dieCentikelvin = dieCentikelvin
        self.timestamp = timestamp
        self.maximum = maximum
        self.minimum = minimum
        self.checksum = checksum
    }
    /// From the first eight words of a line.
    init?(words: [UInt16]) {
        guard words.count >= 8 else { return nil }
        self.init(
            counter: words[0], supply: words[1], dieCentikelvin: words[2],
            timestamp: UInt32(words[3]) | UInt32(words[4]) << 16, maximum: words[5], minimum: words[6],
            checksum: words[7])
    }
    var words: [UInt16] {
        [
            counter, supply, dieCentikelvin, UInt16(truncatingIfNeeded: timestamp),
            UInt16(truncatingIfNeeded: timestamp >> 16), maximum, minimum, checksum,
        ]
    }
}

/// One picture of a SenXor sensor: the content of a message `GFRA`. Words are little-endian.
public struct SenXorFrame: Hashable, Sendable {
    /// Which sensor's layout.
    public let format: SenXorFormat
    /// What the sensor says about it; nil when it was told to leave that out.
    public let header: SenXorFrameHeader?
    /// `width × height` values row by row: 0.1 K, or raw counts.
    public let pixels: [UInt16]

    /// Nil unless the number of pixels is that of the format.
    public init?(format: SenXorFormat, header: SenXorFrameHeader?, pixels: [UInt16]) {
        guard pixels.count == format.width * format.height else { return nil }
        self.format = format
        self.header = header
        self.pixels = pixels
    }
    /// Nil when no sensor has pictures of that size.
    init?(content: [UInt8]) {
        guard let (format, hasHeader) = SenXorFormat.with(contentSize: content.count) else { return nil }
        let words = Gray16.values(content[format.reservedSize...])
        let headerWords = hasHeader ? format.headerSize / 2 : 0
        self.init(
            format: format, header: hasHeader ? SenXorFrameHeader(words: words) : nil,
            pixels: Array(words.dropFirst(headerWords)))
    }

    /// The message that the sensor sends it in.
    public func encoded() -> [UInt8] {
        var content = [UInt8](repeating: 0, count: format.reservedSize)
        if let header {
            content += Gray16.payload(header.words)
            content += [UInt8](repeating: 0, count: format.headerSize - header.words.count * 2)
        }
        content += Gray16.payload(pixels)
        return SenXorMessage(command: "GFRA", content: content)?.encoded() ?? []
    }
}
