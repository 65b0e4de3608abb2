import FlightTypes
import ImageCoding

/// A V4L2 pixel format: four letters, the first in the low byte.
public struct FourCC: Hashable, Sendable, CustomStringConvertible {
    /// As V4L2 has it.
    public let code: UInt32
    /// The format with V4L2's code.
    public init(code: UInt32) { self.code = code }
    /// The format of four letters.
    init(_ letters: StaticString) {
        var code: UInt32 = 0
        for (place, letter) in letters.description.utf8.prefix(4).enumerated() {
            code |= UInt32(letter) << UInt32(8 * place)
        }
        self.code = code
    }
    /// The four letters.
    public var description: String {
        let letters = (0..<4).map { UInt8(truncatingIfNeeded: code >> UInt32(8 * $0)) }
        return String(decoding: letters.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
    /// Motion JPEG.
    public static let mjpg = FourCC("MJPG")
    /// JPEG files.
    public static let jpeg = FourCC("JPEG")
    /// Packed 4:2:2, Y first.
    public static let yuyv = FourCC("YUYV")
    /// Packed 4:2:2, U first.
    public static let uyvy = FourCC("UYVY")
    /// 4:2:0 with interleaved chroma.
    public static let nv12 = FourCC("NV12")
    /// 4:2:0 in three planes.
    public static let yuv420 = FourCC("YU12")
    /// 8-bit gray.
    public static let grey = FourCC("GREY")
    /// 16-bit gray, little-endian.
    public static let y16 = FourCC("Y16 ")
    /// 16-bit gray, big-endian: V4L2 sets the highest bit.
    public static let y16BigEndian = FourCC(code: FourCC.y16.code | 1 << 31)

    /// Whether a buffer is a JPEG file.
    public var isJPEG: Bool { self == .mjpg || self == .jpeg }
    /// How the encoder is to read a buffer; nil when it cannot.
    public var layout: PixelLayout? {
        switch self {
        case .yuyv: .yuyv
        case .uyvy: .uyvy
        case .nv12: .nv12
        case .yuv420: .yuv420
        case .grey: .grey
        default: nil
        }
    }
}

/// Which of the formats a camera offers is taken.
struct FormatChoice: Hashable, Sendable {
    var pixelFormat: FourCC
    /// The format needs libv4lconvert first.
    var isConverted: Bool

    /// The wanted format where it is offered; otherwise what costs least: JPEG as it is, then raw formats the encoder
    /// reads, then anything by conversion. Nil when nothing is offered.
    static func choose(wanted: V4L2CameraConfiguration.Format, offered: [FourCC]) -> FormatChoice? {
        let order: [FourCC] = wanted.fourCCs + [.mjpg, .jpeg, .nv12, .yuv420, .yuyv, .uyvy, .grey]
        if let direct = order.first(where: offered.contains) {
            return FormatChoice(pixelFormat: direct, isConverted: false)
        }
        return offered.first.map { FormatChoice(pixelFormat: $0, isConverted: true) }
    }
}

/// Frames lost between two buffers of one stream, told by their sequence numbers.
struct SequenceGap {
    private var previous: UInt32?

    /// How many frames lie between the buffer before and this one. The counter may wrap.
    mutating func lost(upTo sequence: UInt32) -> Int {
        defer { previous = sequence }
        guard let previous else { return 0 }
        let step = sequence &- previous
        // A driver that does not count repeats the number; one that begins anew jumps far or back: no loss is known.
        return (2...10_000).contains(step) ? Int(step) - 1 : 0
    }
}

/// When a frame was exposed.
enum CaptureMoment {
    /// The driver's timestamp where it can be true: not ahead of now and no older than 2 s. Otherwise now.
    static func choose(timestamp: MonotonicInstant?, now: MonotonicInstant) -> MonotonicInstant {
        guard let timestamp, timestamp <= now, now.since(timestamp) <= .seconds(2) else { return now }
        return timestamp
    }
}
