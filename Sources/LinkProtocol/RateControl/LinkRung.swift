/// How much of the flight the link carries now: the degradation ladder. What a rung leaves out comes later by backfill.
public enum LinkRung: UInt8, Sendable, CaseIterable {
    /// Everything as the cameras give it.
    case full = 0
    /// Visible pictures smaller, fewer or both.
    case reducedVideo = 1
    /// Thermal pictures, detections, telemetry.
    case thermalStills = 2
    /// Detections with their crop, telemetry.
    case detectionsOnly = 3

    private static let stillsBelow = 50_000.0
    private static let detectionsBelow = 6_000.0

    /// The rung for a rate in bytes a second. Going up takes a fifth more than going down, so that it does not flicker.
    func next(rate: Double, isVideoReduced: Bool) -> LinkRung {
        func isBelow(_ limit: Double, _ there: Bool) -> Bool { rate < (there ? limit * 1.2 : limit) }
        if isBelow(Self.detectionsBelow, self == .detectionsOnly) { return .detectionsOnly }
        if isBelow(Self.stillsBelow, rawValue >= LinkRung.thermalStills.rawValue) { return .thermalStills }
        return isVideoReduced ? .reducedVideo : .full
    }
}

extension LinkRung: Comparable {
    /// Carries more.
    public static func < (a: LinkRung, b: LinkRung) -> Bool { a.rawValue < b.rawValue }
}
