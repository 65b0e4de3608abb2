import FlightTypes
import ImageCoding

/// Which thermal camera on V4L2, and how it is to run.
public struct V4L2ThermalConfiguration: Hashable, Sendable {
    /// How the camera puts its values into a buffer.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// 16-bit gray (`Y16 `, also big-endian): FLIR Lepton on a PureThermal board, with or without its two telemetry rows below
        /// the picture; FLIR Boson.
        case y16
        /// A picture of twice the height in `YUYV`, coloured above, below 16-bit values in 1/64 K: InfiRay P2 Pro, TOPDON TC001.
        case twoHalves = "two-halves"

        /// Rows that the camera is asked for, of a picture with `height` rows.
        func rows(of height: Int) -> Int { self == .twoHalves ? 2 * height : height }
    }
    /// Such as a link under `/dev/v4l/by-id`.
    public var devicePath: String
    /// How the values come.
    public var kind: Kind
    /// Pixels of the thermal picture.
    public var width: Int
    /// Pixels of the thermal picture.
    public var height: Int
    /// Frames a second wanted.
    public var framesPerSecond: Int
    /// What a value of `Y16 ` means where the camera itself does not say.
    public var unit: ThermalUnit

    /// Pixels of the picture, without rows of telemetry.
    public var pictureSize: (width: Int, height: Int) {
        let format = VideoFormat(pixelFormat: .y16, width: width, height: height, bytesPerLine: 0)
        let hasTelemetry = kind == .y16 && LeptonTelemetry.stands(in: format)
        return (width, hasTelemetry ? height - LeptonTelemetry.rows : height)
    }

    /// A configuration; numbers are clamped to 1…2048 pixels and 1…240 frames a second.
    public init(
        devicePath: String, kind: Kind, width: Int, height: Int, framesPerSecond: Int = 9, unit: ThermalUnit = .counts
    ) {
        self.devicePath = devicePath
        self.kind = kind
        self.width = min(2048, max(1, width))
        self.height = min(2048, max(1, height))
        self.framesPerSecond = min(240, max(1, framesPerSecond))
        self.unit = unit
    }
}

/// Reads thermal values out of a camera's buffers, row by row; padding at the end of rows is left out.
struct ThermalReading: CameraReading {
    private let configuration: V4L2ThermalConfiguration
    private var format: VideoFormat?
    /// Rows in the buffer before the picture's first.
    private var firstRow = 0
    private var height = 0

    init(_ configuration: V4L2ThermalConfiguration) { self.configuration = configuration }

    func choice(among offered: [FourCC]) -> FormatChoice? {
        let wanted: [FourCC] = configuration.kind == .y16 ? [.y16, .y16BigEndian] : [.yuyv]
        return wanted.first(where: offered.contains).map { FormatChoice(pixelFormat: $0, isConverted: false) }
    }

    mutating func begin(_ format: VideoFormat) throws {
        let rows = configuration.kind == .twoHalves ? format.height / 2 : format.height
        guard ImageLimits.thermal.admits(width: format.width, height: rows) else {
            throw ImageCodingError.exceedsLimit("\(format.width)×\(rows) thermal pixels")
        }
        self.format = format
        switch configuration.kind {
        case .y16:
            guard [.y16, .y16BigEndian].contains(format.pixelFormat) else {
                throw ImageCodingError.unsupported("\(format.pixelFormat), which was set unasked")
            }
            height = LeptonTelemetry.stands(in: format) ? format.height - LeptonTelemetry.rows : format.height
        case .twoHalves:
            guard format.pixelFormat == .yuyv, format.height.isMultiple(of: 2) else {
                throw ImageCodingError.unsupported("\(format.pixelFormat) with \(format.height) rows")
            }
            height = format.height / 2
            firstRow = height
        }
    }

    mutating func image(
        in bytes: UnsafeRawBufferPointer, at time: CaptureTime
    ) throws(ImageCodingError) -> (image: CapturedImage, mendings: JPEGIntake.Mendings) {
        guard let format, let width = UInt16(exactly: format.width), let height = UInt16(exactly: height) else {
            throw .unsupported("a picture before a format was set")
        }
        let stride = max(format.bytesPerLine, format.width * 2)
        // The last row need not be padded.
        let needed = stride * (format.height - 1) + format.width * 2
        guard bytes.count >= needed else { throw .truncated("the picture: \(bytes.count) of \(needed) bytes") }
        let isSwapped = format.pixelFormat == .y16BigEndian
        func value(_ row: Int, _ column: Int) -> UInt16 {
            let raw = bytes.loadUnaligned(fromByteOffset: row * stride + 2 * column, as: UInt16.self)
            return isSwapped ? UInt16(bigEndian: raw) : UInt16(littleEndian: raw)
        }
        var values: [UInt16] = []
        values.reserveCapacity(self.height * format.width)
        for row in firstRow..<firstRow + self.height {
            for column in 0..<format.width {
                values.append(
                    configuration.kind == .y16 ? value(row, column) : Self.centikelvin(value(row, column)))
            }
        }
        var unit = configuration.kind == .twoHalves ? .centikelvin : configuration.unit
        var flags: Frame.Flags = []
        if configuration.kind == .y16, LeptonTelemetry.stands(in: format) {
            let words = (0..<LeptonTelemetry.rows * format.width).map {
                value(self.height + $0 / format.width, $0 % format.width)
            }
            if let telemetry = LeptonTelemetry(words) {
                unit = telemetry.unit
                if telemetry.isCorrecting { flags.insert(.flatField) }
            }
        }
        let image = CapturedImage(
            captureTime: time, picture: .thermal(values, unit), width: width, height: height, flags: flags)
        return (image, [])
    }

    /// Hundredths of a kelvin of 1/64 K, to the nearest. Above 655.35 K, which these cameras do not reach, the highest.
    static func centikelvin(_ sixtyFourths: UInt16) -> UInt16 { UInt16(clamping: (UInt32(sixtyFourths) * 25 + 8) / 16) }
}
