import FlightTypes

/// How wrong a position is that is reckoned on without satellites: by more with each second since they were last behind it, and
/// by nobody knows how much where they never were.
struct DeadReckoning: Sendable {
    /// One sigma, m/s. Copters without an estimate of the wind were seen to drift by 9 m/s.
    static let metresPerSecond: Float = 5
    private var lastMeasured: MonotonicInstant?

    /// Satellites were behind the position at `now`.
    mutating func noteMeasured(at now: MonotonicInstant) { lastMeasured = now }
    /// Metres beside the usual error, one sigma.
    func marginMetres(at now: MonotonicInstant) -> Float {
        guard let lastMeasured else { return .infinity }
        return Float(max(.zero, now.since(lastMeasured)).milliseconds / 1000) * Self.metresPerSecond
    }
    /// What a receiver's position rests on, with its margin, where the receiver itself says `stated`.
    mutating func basis(_ stated: PoseBasis.Basis, at now: MonotonicInstant) -> PoseBasis {
        var basis = PoseBasis()
        basis.position = stated
        switch stated {
        case .measured: noteMeasured(at: now)
        case .unstated: basis = basis.widened(positionMetres: MAVLinkNavigation.unstatedMetres)
        case .estimated: basis = basis.widened(positionMetres: marginMetres(at: now))
        case .carried, .manual, .simulated, .silent, .ambiguous, .faulty: break
        }
        return basis
    }
}
