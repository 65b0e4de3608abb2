import Glibc

/// The ellipse on the water that holds nine in ten true places, if the errors are as assumed.
public struct ErrorEllipse: Hashable, Sendable {
    /// Half its longer axis, metres.
    public var semiMajorMetres: Double
    /// Half its shorter axis, metres.
    public var semiMinorMetres: Double
    /// Direction of the longer axis, degrees clockwise from true north, 0..<180.
    public var directionDegrees: Double

    /// Of two independent normal values nine in ten lie within √(−2 ln 0.1) sigmas.
    private static let factor = 2.145_966

    /// A normal distribution with these sigmas along and across a direction (degrees from north).
    init(sigmaAlong: Double, sigmaAcross: Double, alongDegrees: Double) {
        semiMajorMetres = Self.factor * max(sigmaAlong, sigmaAcross)
        semiMinorMetres = Self.factor * min(sigmaAlong, sigmaAcross)
        let turned = sigmaAlong >= sigmaAcross ? alongDegrees : alongDegrees + 90
        let rest = fmod(turned, 180)
        directionDegrees = rest < 0 ? min(rest + 180, 180.0.nextDown) : rest
    }

    /// No error at all.
    public static let zero = ErrorEllipse(sigmaAlong: 0, sigmaAcross: 0, alongDegrees: 0)

    /// The same with an independent error that is alike in all directions, one sigma on each axis in metres.
    public func widened(bySigma sigma: Double) -> ErrorEllipse {
        guard sigma.isFinite else { return self }
        var wider = self
        wider.semiMajorMetres = hypot(semiMajorMetres, Self.factor * sigma)
        wider.semiMinorMetres = hypot(semiMinorMetres, Self.factor * sigma)
        return wider
    }

    /// Whether a place so far east and north of the middle lies inside.
    public func contains(east: Double, north: Double) -> Bool {
        let angle = directionDegrees * WGS84.radiansPerDegree
        let along = north * cos(angle) + east * sin(angle), across = east * cos(angle) - north * sin(angle)
        guard semiMinorMetres > 0 else { return false }
        let (a, b) = (along / semiMajorMetres, across / semiMinorMetres)
        return a * a + b * b <= 1
    }
}
