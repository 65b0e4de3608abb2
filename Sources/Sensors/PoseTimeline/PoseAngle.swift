/// Angles in degrees that wrap. Everything not finite becomes NaN, which stands for "unknown".
enum PoseAngle {
    /// Into 0..<360.
    static func compass(_ degrees: Float) -> Float {
        guard degrees.isFinite else { return .nan }
        let rest = degrees.truncatingRemainder(dividingBy: 360)
        let positive = rest < 0 ? rest + 360 : rest
        return positive < 360 ? positive : 0  // a tiny negative angle rounds up to 360
    }
    /// Into −180…180.
    static func signed(_ degrees: Double) -> Double {
        guard degrees.isFinite else { return .nan }
        let rest = degrees.truncatingRemainder(dividingBy: 360)
        return rest > 180 ? rest - 360 : rest < -180 ? rest + 360 : rest
    }
    /// Into −180…180.
    static func signed(_ degrees: Float) -> Float { Float(signed(Double(degrees))) }

    /// From `a` to `b` by `fraction` (0…1), the short way round; not yet brought into a range.
    static func mix(_ a: Double, _ b: Double, _ fraction: Double) -> Double { a + signed(b - a) * fraction }

    /// From `a` to `b` by `fraction`, the short way round. Where one is unknown the nearer one stands, known or not.
    static func mix(_ a: Float, _ b: Float, _ fraction: Double) -> Float {
        guard a.isFinite, b.isFinite else { return fraction < 0.5 ? a : b }
        return Float(mix(Double(a), Double(b), fraction))
    }
    /// From `a` to `b` by `fraction` in a straight line; unknown as above.
    static func mixLinear(_ a: Float, _ b: Float, _ fraction: Double) -> Float {
        guard a.isFinite, b.isFinite else { return fraction < 0.5 ? a : b }
        return Float(Double(a) + (Double(b) - Double(a)) * fraction)
    }
}
