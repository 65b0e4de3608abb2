/// What GDAL's metadata (tag 42112) makes of a number: scale, offset and unit.
struct TIFFScaling: Equatable {
    static let identity = TIFFScaling(scale: 1, offset: 0, isKelvin: false)
    /// What can be a temperature, in °C: above it stand numbers that mean "none" to whoever wrote them.
    static let possible = -273.15...100_000
    var scale: Double
    var offset: Double
    /// Else degrees Celsius.
    var isKelvin: Bool
    /// Whether the unit says that numbers are temperatures.
    private var isTemperature = false

    private init(scale: Double, offset: Double, isKelvin: Bool) {
        (self.scale, self.offset, self.isKelvin) = (scale, offset, isKelvin)
    }

    /// Throws where items contradict each other or say what is not understood. `isFloat`: numbers are taken for degrees Celsius
    /// unless a unit says otherwise.
    init(metadata: String, isFloat: Bool) throws(ImageCodingError) {
        self = .identity
        for item in metadata.split(separator: "<Item").dropFirst() {
            guard let end = item.firstIndex(of: ">") else { continue }
            let head = item[..<end].lowercased()
            let text = String(item[item.index(after: end)...].prefix { $0 != "<" })
            let trimmed = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            // Other bands are not read.
            if head.contains("sample=\""), !head.contains("sample=\"0\"") { continue }
            if head.contains("role=\"scale\"") {
                scale = try Self.number(trimmed)
            } else if head.contains("role=\"offset\"") {
                offset = try Self.number(trimmed)
            } else if head.contains("role=\"unittype\"") {
                try take(unit: trimmed, isFloat: isFloat)
            }
        }
        guard scale != 0 else { throw .unsupported("TIFF with a scale of 0") }
    }

    /// Whether numbers stay what they are.
    var isIdentity: Bool { self == .identity }

    /// Degrees Celsius; NaN for what can be none.
    func celsius(_ number: Double) -> Float {
        let degrees = number * scale + offset - (isKelvin ? 273.15 : 0)
        return degrees.isFinite && Self.possible.contains(degrees) ? Float(degrees) : .nan
    }

    private mutating func take(unit: String, isFloat: Bool) throws(ImageCodingError) {
        switch unit.lowercased() {
        case "": break
        case "c", "°c", "degc", "deg c", "celsius", "degrees celsius", "degree celsius":
            // Whole numbers that are degrees are told as such; floating point is taken for them anyway.
            isTemperature = !isFloat
        case "k", "kelvin": (isKelvin, isTemperature) = (true, true)
        case "1", "dn", "count", "counts", "none": break
        default: throw .unsupported("TIFF in the unit \(unit.prefix(20))")
        }
    }
    private static func number(_ text: String) throws(ImageCodingError) -> Double {
        guard let value = Double(text), value.isFinite else {
            throw .unsupported("TIFF with a scale or offset of \(text.prefix(20))")
        }
        return value
    }
}
