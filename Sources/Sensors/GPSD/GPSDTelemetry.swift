import FlightTypes

/// Makes position samples of what gpsd says: one for each TPV with a place, with the attitude and the satellites last
/// heard, while they are fresh.
///
/// The moment is when the line arrived: gpsd's own time is the fix's UTC, which says nothing about the agent's
/// monotonic clock. Where gpsd has several devices, the first one that gives a fix stays the one while it is heard.
public struct GPSDTelemetry: Sendable {
    /// How old an attitude may be to go into a sample.
    public static let freshness = Duration.seconds(2)
    /// How old the satellites may be.
    public static let slowFreshness = Duration.seconds(10)

    /// Reports of other devices than the one listened to.
    public private(set) var foreign: UInt64 = 0
    /// Reports without a place.
    public private(set) var withoutPosition: UInt64 = 0

    private var device: (name: String, at: MonotonicInstant)?
    private var attitude: (state: GPSDAttitude, at: MonotonicInstant)?
    private var satellites: (used: UInt8, at: MonotonicInstant)?
    private var reckoning = DeadReckoning()

    /// Nothing heard yet.
    public init() {}

    /// Takes an event received at `captureTime`; the sample, if it makes one.
    public mutating func handle(_ event: GPSDEvent, at captureTime: CaptureTime) -> PositionSample? {
        let now = captureTime.monotonic
        switch event {
        case .version, .devices: return nil
        case .attitude(let state):
            attitude = (state, now)
            return nil
        case .satellites(let used):
            satellites = (used, now)
            return nil
        case .fix(let fix): return sample(fix, captureTime)
        }
    }

    private mutating func sample(_ fix: GPSDFix, _ captureTime: CaptureTime) -> PositionSample? {
        let now = captureTime.monotonic
        if let device, device.name != fix.device, now.isFresh(device.at, Self.slowFreshness) {
            foreign &+= 1
            return nil
        }
        guard let latitude = fix.latitude, let longitude = fix.longitude else {
            withoutPosition &+= 1
            return nil
        }
        device = (fix.device, now)
        var pose = Pose(latitude: latitude, longitude: longitude)
        pose.altitudeMSLMetres = fix.altitudeMSL.map { Float($0) } ?? .nan
        pose.groundSpeed = fix.speed.map { Float($0) } ?? .nan
        pose.courseDegrees = fix.track.map { PoseAngle.compass(Float($0)) } ?? .nan
        pose.horizontalAccuracyMetres = fix.horizontalError.map { Float($0) } ?? .nan
        pose.fix = Self.fix(fix)
        pose.basis = reckoning.basis(fix.basis, at: now)
        if let satellites, now.isFresh(satellites.at, Self.slowFreshness) { pose.satellites = satellites.used }
        if let attitude, now.isFresh(attitude.at, Self.freshness) {
            pose.yawDegrees = attitude.state.heading.map { PoseAngle.compass(Float($0)) } ?? .nan
            pose.pitchDegrees = attitude.state.pitch.map { Float($0) } ?? .nan
            pose.rollDegrees = attitude.state.roll.map { Float($0) } ?? .nan
        }
        return PositionSample(captureTime: captureTime, pose: pose, sourceTime: fix.time)
    }
    /// As MAVLink's GPS_FIX_TYPE.
    private static func fix(_ fix: GPSDFix) -> UInt8 {
        switch (fix.mode, fix.status) {
        case (_, 5), (_, 7), (_, 8): 1
        case (3, 2): 4
        case (2..., 3): 6
        case (2..., 4): 5
        default: fix.mode
        }
    }
}
