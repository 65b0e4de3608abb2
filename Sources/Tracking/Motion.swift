/// Place and velocity with their uncertainty: a Kalman filter with constant velocity and random acceleration, the same on both
/// axes and without correlation between them, because every noise here is round (Bar-Shalom, Li, Kirubarajan 2001, §6.2).
struct Motion: Hashable, Sendable {
    private(set) var place: PlanePoint
    private(set) var velocity: PlanePoint
    /// Variances of place and velocity on one axis, and what they share: m², m²/s, m²/s².
    private(set) var placeVariance: Double, shared = 0.0, velocityVariance: Double

    init(at place: PlanePoint, sigma: Double, velocity: PlanePoint, velocitySigma: Double) {
        self.place = place
        self.velocity = velocity
        placeVariance = sigma * sigma
        velocityVariance = velocitySigma * velocitySigma
    }

    /// Moves on by `seconds`; `acceleration` is the density of the random acceleration in m/s² at one second.
    mutating func predict(seconds: Double, acceleration: Double) {
        place = place + seconds * velocity
        let noise = acceleration * acceleration
        placeVariance +=
            2 * seconds * shared + seconds * seconds * velocityVariance + noise * seconds * seconds * seconds / 3
        shared += seconds * velocityVariance + noise * seconds * seconds / 2
        velocityVariance += noise * seconds
    }

    /// Square of the distance of an observation in sigmas.
    func distance(to observed: PlanePoint, sigma: Double) -> Double {
        let off = observed - place
        return (off.east * off.east + off.north * off.north) / (placeVariance + sigma * sigma)
    }

    /// What was believed of the velocity counts no more: at least this sigma, metres a second.
    mutating func release(velocitySigma: Double) {
        velocityVariance = max(velocityVariance, velocitySigma * velocitySigma)
    }

    mutating func correct(with observed: PlanePoint, sigma: Double) {
        let variance = placeVariance + sigma * sigma
        let (placeGain, velocityGain) = (placeVariance / variance, shared / variance)
        let off = observed - place
        place = place + placeGain * off
        velocity = velocity + velocityGain * off
        velocityVariance -= velocityGain * shared
        shared -= placeGain * shared
        placeVariance -= placeGain * placeVariance
    }
}
