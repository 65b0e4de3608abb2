import CPictureFiles

/// What the tags of one TIFF picture make of its numbers.
struct TIFFForm {
    enum Kind { case unsigned, signed, float }
    enum Alpha { case none, multiplied, apart }
    let kind: Kind
    let bits: Int
    /// Samples of the colour: 1 or 3.
    let colours: Int
    let alpha: Alpha
    private let isWhiteZero: Bool
    /// Brightness by index.
    private let palette: [UInt16]
    private let noData: Double?
    private let scaling: TIFFScaling?

    /// Lossless, and so known to change no value.
    private static let compressions: Set<UInt16> = [1, 5, 8, 32_773, 32_946, 34_925, 50_000]

    init(_ head: lb_tiff_head) throws(ImageCodingError) {
        guard Self.compressions.contains(head.compression) else {
            throw .unsupported("TIFF with compression \(head.compression), which may change values,")
        }
        bits = Int(head.bits)
        switch (head.format, bits) {
        case (1, 8), (1, 16), (1, 32), (4, 8), (4, 16), (4, 32): kind = .unsigned
        case (2, 8), (2, 16), (2, 32): kind = .signed
        case (3, 32), (3, 64): kind = .float
        default: throw .unsupported("TIFF samples of \(bits) bits, format \(head.format)")
        }
        let extra = Int(head.extra_samples)
        switch (extra, head.extra_kind) {
        case (0, _): alpha = .none
        case (1, 1): alpha = .multiplied
        case (1, 2): alpha = .apart
        default: throw .unsupported("TIFF with \(extra) additional samples of kind \(head.extra_kind)")
        }
        colours = Int(head.samples) - extra
        var palette: [UInt16] = []
        switch (head.photometric, colours) {
        case (0, 1):
            guard kind == .unsigned, bits <= 16 else { throw .unsupported("white-is-zero TIFF of \(bits)-bit samples") }
        case (1, 1): break
        case (2, 3):
            guard kind == .unsigned, bits <= 16 else { throw .unsupported("TIFF in colour of \(bits)-bit samples") }
        case (3, 1):
            guard kind == .unsigned, bits == 8, let red = head.red, let green = head.green, let blue = head.blue else {
                throw .unsupported("palette TIFF of \(bits)-bit samples")
            }
            palette = (0..<256).map { Self.luma(red[$0], green[$0], blue[$0]) >> 8 }
        default:
            throw .unsupported(
                "TIFF with \(colours) samples of photometric interpretation "
                    + (head.photometric == .max ? "unsaid" : "\(head.photometric)"))
        }
        self.palette = palette
        isWhiteZero = head.photometric == 0
        noData = try head.no_data.map { text throws(ImageCodingError) in try Self.noData(String(cString: text)) }
        let scaling = try head.metadata.map { text throws(ImageCodingError) in
            try TIFFScaling(metadata: String(cString: text), isFloat: head.format == 3)
        }
        self.scaling = scaling.flatMap { $0.isIdentity ? nil : $0 }
        if self.scaling != nil, colours != 1 || !palette.isEmpty || isWhiteZero {
            throw .unsupported("TIFF with a scale for what is no plain value")
        }
    }

    /// The picture's values of its planes, one behind the other in this machine's byte order.
    func samples(_ raw: [UInt8], pixels: Int) throws(ImageCodingError) -> TIFF.Samples {
        let isOpaque = try opacity(raw, pixels: pixels)
        if kind == .float || scaling != nil {
            let scaling = scaling ?? .identity
            let celsius = (0..<pixels).map { pixel -> Float in
                let value = number(raw, pixel)
                guard isOpaque.isEmpty || isOpaque[pixel], !isNoData(value) else { return .nan }
                return scaling.celsius(value)
            }
            guard celsius.contains(where: { !$0.isNaN }) else {
                throw .unsupported("TIFF in which no pixel has a value")
            }
            return .celsius(celsius)
        }
        var known = [Bool](repeating: true, count: pixels)
        var values = [UInt16](repeating: 0, count: pixels)
        for pixel in 0..<pixels {
            let value = number(raw, pixel)
            // As counts or temperatures negative numbers mean nothing without a scale.
            if !isOpaque.isEmpty && !isOpaque[pixel] || isNoData(value) || value < 0 {
                known[pixel] = false
                continue
            }
            guard let whole = UInt16(exactly: value) else { throw .unsupported("TIFF with a value of \(value)") }
            values[pixel] = brightness(whole, raw, pixel, pixels)
        }
        guard known.contains(true) else { throw .unsupported("TIFF in which no pixel has a value") }
        return .whole(values, bits: bits == 8 ? 8 : 16, known: known.contains(false) ? known : [])
    }

    private func brightness(_ value: UInt16, _ raw: [UInt8], _ pixel: Int, _ pixels: Int) -> UInt16 {
        if !palette.isEmpty { return palette[Int(value & 255)] }
        if colours == 3 {
            func colour(_ plane: Int) -> UInt16 { UInt16(clamping: Int(number(raw, plane * pixels + pixel))) }
            return Self.luma(value, colour(1), colour(2))
        }
        return isWhiteZero ? (bits == 8 ? 255 : .max) - value : value
    }

    /// Whether pixels have a value by their alpha; empty without alpha. What is only partly opaque keeps its value, unless the two
    /// were multiplied.
    private func opacity(_ raw: [UInt8], pixels: Int) throws(ImageCodingError) -> [Bool] {
        guard alpha != .none else { return [] }
        let whole = kind == .float ? 1 : Double(UInt64(1) << UInt64(bits)) - 1
        var isOpaque: [Bool] = []
        isOpaque.reserveCapacity(pixels)
        for pixel in 0..<pixels {
            let value = number(raw, colours * pixels + pixel)
            guard alpha == .apart || value == 0 || value == whole else {
                throw .unsupported("TIFF with values multiplied by alpha")
            }
            isOpaque.append(value != 0)
        }
        return isOpaque
    }

    /// The sample at `index` of all planes.
    private func number(_ raw: [UInt8], _ index: Int) -> Double {
        raw.withUnsafeBytes { raw in
            let place = index * bits / 8
            switch (kind, bits) {
            case (.unsigned, 8): return Double(raw[place])
            case (.unsigned, 16): return Double(raw.loadUnaligned(fromByteOffset: place, as: UInt16.self))
            case (.unsigned, _): return Double(raw.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            case (.signed, 8): return Double(Int8(bitPattern: raw[place]))
            case (.signed, 16): return Double(raw.loadUnaligned(fromByteOffset: place, as: Int16.self))
            case (.signed, _): return Double(raw.loadUnaligned(fromByteOffset: place, as: Int32.self))
            case (.float, 32): return Double(raw.loadUnaligned(fromByteOffset: place, as: Float.self))
            case (.float, _): return raw.loadUnaligned(fromByteOffset: place, as: Double.self)
            }
        }
    }

    private func isNoData(_ value: Double) -> Bool {
        guard let noData else { return false }
        // The tag is text and may say with more digits what a sample of 32 bits holds with fewer.
        return value == noData || kind == .float && bits == 32 && Float(value) == Float(noData)
    }
    private static func noData(_ text: String) throws(ImageCodingError) -> Double {
        let trimmed = text.filter { !$0.isWhitespace }
        guard let value = Double(trimmed) else {
            throw .unsupported("TIFF whose tag for no value says \(trimmed.prefix(20))")
        }
        return value
    }
    private static func luma(_ red: UInt16, _ green: UInt16, _ blue: UInt16) -> UInt16 {
        let sum = 19_595 * UInt64(red) + 38_470 * UInt64(green) + 7_471 * UInt64(blue)
        return UInt16(clamping: (sum + 32_768) >> 16)
    }
}
