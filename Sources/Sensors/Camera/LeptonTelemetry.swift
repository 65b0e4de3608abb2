import FlightTypes

/// What a Lepton 3.x says of itself in two rows of 160 words below its picture (FLIR Lepton engineering datasheet, "Telemetry"):
/// rows A, B and C of 80 words each, 32-bit numbers with the low word first.
struct LeptonTelemetry: Hashable, Sendable {
    /// Rows of the picture's width that the telemetry takes.
    static let rows = 2
    private static let width = 160
    private static let height = 120
    /// For so long after a flat-field correction the values are still settling.
    static let settling: UInt32 = 500

    /// Milliseconds since it was switched on.
    let uptime: UInt32
    /// Uptime at the end of the last flat-field correction.
    let lastCorrection: UInt32
    /// 0 none asked for, 1 imminent, 2 in progress, 3 done.
    let correctionState: UInt8
    /// What the picture's values mean.
    let unit: ThermalUnit

    /// Whether a buffer of this format has telemetry rows.
    static func stands(in format: VideoFormat) -> Bool { format.width == width && format.height == height + rows }

    /// Of the words of both rows; nil when they are no telemetry (revision 0 or all ones).
    init?(_ words: [UInt16]) {
        guard words.count >= Self.rows * Self.width, words[0] != 0, words[0] != .max else { return nil }
        func double(_ place: Int) -> UInt32 { UInt32(words[place]) | UInt32(words[place + 1]) << 16 }
        uptime = double(1)
        correctionState = UInt8(double(3) >> 4 & 3)
        lastCorrection = double(30)
        // Row C: TLinear on, and its resolution.
        unit = words[208] == 0 ? .counts : words[209] == 0 ? .decikelvin : .centikelvin
    }

    /// The shutter is closed, or was a moment ago: differences to the frame before mean nothing.
    var isCorrecting: Bool { correctionState == 2 || (lastCorrection > 0 && uptime &- lastCorrection < Self.settling) }
}
