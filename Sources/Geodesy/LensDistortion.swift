/// How a lens bends the picture: Brown–Conrady with three radial and two tangential coefficients, as OpenCV defines them
/// ("Camera Calibration and 3D Reconstruction", `k1, k2, p1, p2, k3` of its `distCoeffs`).
///
/// Coordinates are those of the plane at distance 1 before the camera: x to the image's right, y down.
public struct LensDistortion: Hashable, Sendable {
    /// Radial, positive bends outward (pincushion).
    public let k1: Double, k2: Double, k3: Double
    /// Tangential: a lens that is not parallel to the sensor.
    public let p1: Double, p2: Double
    /// Squared radius at which the radial part stops growing, so that two directions share one pixel beyond it.
    private let foldRadiusSquared: Double

    /// Nil when a coefficient is not finite or beyond ±1,000.
    public init?(k1: Double = 0, k2: Double = 0, k3: Double = 0, p1: Double = 0, p2: Double = 0) {
        guard [k1, k2, k3, p1, p2].allSatisfy({ $0.magnitude <= 1_000 }) else { return nil }
        self.init(checked: (k1, k2, k3, p1, p2))
    }
    private init(checked: (k1: Double, k2: Double, k3: Double, p1: Double, p2: Double)) {
        (k1, k2, k3, p1, p2) = checked
        foldRadiusSquared = Self.fold(k1: k1, k2: k2, k3: k3)
    }
    /// A lens that does not bend.
    public static let none = LensDistortion(checked: (0, 0, 0, 0, 0))
    /// Whether all coefficients are zero.
    public var isNone: Bool { k1 == 0 && k2 == 0 && k3 == 0 && p1 == 0 && p2 == 0 }

    /// Where the lens puts a direction; nil beyond the fold, 85 degrees off the axis, or where a value is not finite.
    public func distorted(x: Double, y: Double) -> (x: Double, y: Double)? {
        let squared = x * x + y * y
        guard squared < foldRadiusSquared else { return nil }
        if isNone { return (x, y) }
        return bent(x, y)
    }

    /// The direction that the lens puts at (x, y): the reverse of `distorted`, by Newton's method with halved steps.
    ///
    /// Nil when no direction below the fold leads there to 10⁻¹⁰ (a hundred-thousandth of a pixel of any camera).
    public func undistorted(x: Double, y: Double) -> (x: Double, y: Double)? {
        guard x.isFinite, y.isFinite else { return nil }
        if isNone { return x * x + y * y < foldRadiusSquared ? (x, y) : nil }
        // Beginning inside the fold, on the way to the target.
        let distance = (x * x + y * y).squareRoot()
        let inside = min(1, 0.9 * foldRadiusSquared.squareRoot() / max(distance, 1e-12))
        var point = (x: x * inside, y: y * inside)
        var miss = missed(point, x, y)
        for _ in 0..<60 where miss.length > Self.tolerance {
            let slope = jacobian(point.x, point.y)
            let determinant = slope.xx * slope.yy - slope.xy * slope.yx
            guard determinant > 1e-12 else { return nil }
            let step = (
                x: (slope.yy * miss.x - slope.xy * miss.y) / determinant,
                y: (slope.xx * miss.y - slope.yx * miss.x) / determinant
            )
            guard let next = improved(point, step, than: miss.length, x, y) else { return nil }
            (point, miss) = next
        }
        guard miss.length <= Self.tolerance, point.x * point.x + point.y * point.y < foldRadiusSquared else {
            return nil
        }
        return point
    }

    private static let tolerance = 1e-10
    /// Tangent of 85 degrees, squared: no lens of this model looks further to the side.
    private static let widest = 130.6

    private typealias Miss = (x: Double, y: Double, length: Double)

    private func improved(
        _ point: (x: Double, y: Double), _ step: (x: Double, y: Double), than length: Double, _ x: Double, _ y: Double
    ) -> ((x: Double, y: Double), Miss)? {
        var share = 1.0
        for _ in 0..<30 {
            let trial = (x: point.x + share * step.x, y: point.y + share * step.y)
            if trial.x * trial.x + trial.y * trial.y < foldRadiusSquared {
                let miss = missed(trial, x, y)
                if miss.length < length { return (trial, miss) }
            }
            share /= 2
        }
        return nil
    }
    private func missed(_ point: (x: Double, y: Double), _ x: Double, _ y: Double) -> Miss {
        let there = bent(point.x, point.y)
        let (dx, dy) = (x - there.x, y - there.y)
        return (dx, dy, (dx * dx + dy * dy).squareRoot())
    }

    private func bent(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        let squared = x * x + y * y
        let radial = 1 + squared * (k1 + squared * (k2 + squared * k3))
        return (
            x * radial + 2 * p1 * x * y + p2 * (squared + 2 * x * x),
            y * radial + p1 * (squared + 2 * y * y) + 2 * p2 * x * y
        )
    }
    /// Derivatives of `bent`; the first letter is what changes, the second by what.
    private func jacobian(_ x: Double, _ y: Double) -> (xx: Double, xy: Double, yx: Double, yy: Double) {
        let squared = x * x + y * y
        let radial = 1 + squared * (k1 + squared * (k2 + squared * k3))
        let slope = k1 + squared * (2 * k2 + squared * 3 * k3)
        let cross = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y
        return (
            radial + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x, cross, cross,
            radial + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x
        )
    }

    /// The smallest u = r² with d(r·radial)/dr = 1 + 3·k1·u + 5·k2·u² + 7·k3·u³ = 0, or the widest there is.
    private static func fold(k1: Double, k2: Double, k3: Double) -> Double {
        func growth(_ u: Double) -> Double { 1 + u * (3 * k1 + u * (5 * k2 + u * 7 * k3)) }
        // Between the turning points of the cubic it changes its sign at most once.
        let (a, b, c) = (21 * k3, 10 * k2, 3 * k1)
        var turns: [Double] = []
        if a == 0 {
            if b != 0 { turns = [-c / b] }
        } else if b * b - 4 * a * c >= 0 {
            let root = (b * b - 4 * a * c).squareRoot()
            turns = [(-b - root) / (2 * a), (-b + root) / (2 * a)]
        }
        var low = 0.0
        for high in turns.filter({ $0 > 0 && $0 < widest }).sorted() + [widest] {
            if growth(high) <= 0 {
                var (below, above) = (low, high)
                for _ in 0..<80 {
                    let middle = (below + above) / 2
                    if growth(middle) > 0 { below = middle } else { above = middle }
                }
                return below
            }
            low = high
        }
        return widest
    }
}
