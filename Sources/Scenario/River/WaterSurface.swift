import Glibc

/// How warm flat water looks to a thermal camera from an angle: it mirrors more of the cold sky the flatter one looks at it.
///
/// Fresnel's equations with the complex index of water at 10 µm (1.218 + 0.0508i; Hale and Querry, Applied Optics 12, 1973), Planck's law
/// at the same wavelength.
public struct WaterSurface: Sendable {
    /// Steps of the cosine that a table has.
    private static let steps = 512
    private static let index = (real: 1.218, imaginary: 0.0508)
    /// c₂ / 10 µm, kelvin.
    private static let planck = 1438.8
    /// Kelvin that the water looks colder by, for cosines of the angle of incidence from 0 to 1: under a clear sky and under clouds.
    let clear: [Float], clouded: [Float]

    /// For water of a temperature, air and clouds, °C.
    public init(water: Double, air: Double, cloud: Double) {
        func table(_ sky: (Double) -> Double) -> [Float] {
            (0...Self.steps).map { step in
                let cosine = Double(step) / Double(Self.steps)
                return Float(Self.lost(water: water + 273.15, sky: sky(cosine) + 273.15, cosine: cosine))
            }
        }
        clear = table { Self.clearSky(air: air, cosine: $0) }
        clouded = table { _ in cloud }
    }

    /// What a clear sky radiates at an angle off the zenith, °C: −60 overhead, as warm as the air at the horizon.
    static func clearSky(air: Double, cosine: Double) -> Double { air - (air + 60) * pow(max(cosine, 0), 0.6) }

    /// Share of the light that comes from the sky, for the cosine of an angle of incidence: 0.01 straight down, 0.3 at 80°.
    public static func reflectance(cosine: Double) -> Double {
        let cosine = min(max(cosine, 0), 1)
        // √(n² − sin²) = p + iq
        let (n, k) = index
        let a = n * n - k * k - (1 - cosine * cosine), b = 2 * n * k
        let size = hypot(a, b)
        let p = ((size + a) / 2).squareRoot(), q = ((size - a) / 2).squareRoot()
        let across = ((cosine - p) * (cosine - p) + q * q) / ((cosine + p) * (cosine + p) + q * q)
        // Along the plane of incidence: (n²·cos − root) / (n²·cos + root) with a complex n².
        let (squareReal, squareImaginary) = (n * n - k * k, 2 * n * k)
        let (real, imaginary) = (squareReal * cosine, squareImaginary * cosine)
        let along =
            ((real - p) * (real - p) + (imaginary - q) * (imaginary - q))
            / ((real + p) * (real + p) + (imaginary + q) * (imaginary + q))
        return (across + along) / 2
    }

    private static func radiance(_ kelvin: Double) -> Double { 1 / (exp(planck / kelvin) - 1) }

    /// Kelvin by which water looks colder than it is.
    private static func lost(water: Double, sky: Double, cosine: Double) -> Double {
        let own = radiance(water)
        let slope = own * (1 + own) * planck / (water * water)
        return reflectance(cosine: cosine) * (own - radiance(sky)) / slope
    }

    /// Place in the tables.
    static func step(_ cosine: Float) -> Int { Int(min(max(cosine, 0), 1) * Float(steps)) }
}
