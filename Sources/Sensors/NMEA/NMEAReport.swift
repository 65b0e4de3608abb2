import FlightTypes

/// What a GNSS receiver said of one moment. Fields it did not say are nil: nothing is carried over or guessed.
public struct NMEAReport: Hashable, Sendable {
    /// Moment of the fix in UTC; nil until the receiver has given a date and a time that it vouches for.
    public var time: WallTime?
    /// WGS84 latitude in degrees, −90…90; nil without a valid fix.
    public var latitude: Double?
    /// WGS84 longitude in degrees, −180…180; nil without a valid fix.
    public var longitude: Double?
    /// Metres above mean sea level; nil without a valid fix, held (not measured) where `statedMode` is 2.
    public var altitudeMSL: Double?
    /// Over ground in m/s (RMC, VTG or NAV-PVT); nil without a valid fix.
    public var speed: Double?
    /// Course over ground in degrees clockwise from true north, 0…360; nil without a valid fix.
    public var track: Double?
    /// 1 no fix, 2 two-dimensional, 3 three-dimensional, decided as gpsd decides its TPV mode: an altitude means 3.
    public var fix: UInt8
    /// 1, 2 or 3 as the receiver itself says (GSA, NAV-PVT). 2 beside a `fix` of 3 means that the altitude is not
    /// measured but held.
    public var statedMode: UInt8?
    /// GGA quality indicator: 0 invalid, 1 GNSS, 2 differential, 3 PPS, 4 RTK fixed, 5 RTK float, 6 dead reckoning,
    /// 7 entered by hand or surveyed in, 8 simulator.
    public var quality: UInt8?
    /// Satellites used in the solution.
    public var satellites: UInt8?
    /// Horizontal dilution of precision; 99 and more, which receivers send for "none", is nil.
    public var hdop: Double?
    /// Geoid above the ellipsoid in metres.
    public var geoidSeparation: Double?
    /// One sigma in metres as the receiver states it (NAV-PVT only).
    public var horizontalAccuracy: Double?
    /// What the position rests on: measured unless the receiver says otherwise.
    public var basis = PoseBasis.Basis.measured

    /// A report that knows nothing but how good the fix is (1, 2 or 3).
    public init(fix: UInt8 = 1) { self.fix = fix }

    /// The same for the rest of the program; its quality is `.none` where the report has no position. Where the
    /// receiver says that its fix is two-dimensional, so is the pose: fix 2, altitude unknown.
    public var pose: Pose {
        var pose = Pose.unknown
        if let latitude, let longitude { pose = Pose(latitude: latitude, longitude: longitude) }
        let dimensions = min(fix, statedMode ?? fix)
        if let altitudeMSL, dimensions == 3 { pose.altitudeMSLMetres = Float(altitudeMSL) }
        pose.groundSpeed = speed.map { Float($0) } ?? .nan
        // A receiver may say 360.0, which Pose writes as 0.
        pose.courseDegrees = track.map { $0 >= 360 ? Float($0 - 360) : Float($0) } ?? .nan
        pose.horizontalAccuracyMetres = horizontalAccuracy.map { Float($0) } ?? .nan
        pose.satellites = satellites ?? 255
        pose.basis.position = basis
        // What is reckoned, typed in or simulated is no satellite fix, whatever dimensions it has.
        guard basis <= .carried else {
            pose.fix = 1
            return pose
        }
        switch (dimensions, quality) {
        case (3, 2): pose.fix = 4
        case (2..., 5): pose.fix = 5
        case (2..., 4): pose.fix = 6
        default: pose.fix = dimensions
        }
        return pose
    }
}
