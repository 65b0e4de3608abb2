import FlightTypes

/// What one enrolled drone may ask of the station, so that its neighbours do not notice a broken or hostile one. Each limit is
/// some times what a sound drone with the fastest link needs; what is beyond is not looked at, and counted.
struct DroneQuota: Sendable {
    /// Datagrams a second: 288 Mbit/s of 1,200 bytes.
    static let datagrams = 30_000.0
    /// Objects begun a second.
    static let objects = 3_000.0
    /// Handshakes answered a second, each of which costs five Diffie–Hellmans: as often as a drone tries.
    static let handshakes = 1.0

    private var datagramBucket = TokenBucket(rate: datagrams, burst: datagrams / 5)
    private var objectBucket = TokenBucket(rate: objects, burst: objects * 2)
    private var handshakeBucket = TokenBucket(rate: handshakes, burst: 8)
    /// What was not looked at.
    private(set) var refused: UInt64 = 0

    /// Whether a datagram that names the drone's session is worth opening. Only one that opened is paid for (`opened`): who
    /// merely writes the session's number on his datagrams must not use the drone's share up.
    mutating func mayOpen(at now: MonotonicInstant) -> Bool { datagramBucket.has(at: now) || refuse() }
    /// A datagram was authentic.
    mutating func opened(at now: MonotonicInstant) { _ = datagramBucket.take(at: now) }
    /// Whether another object may begin.
    mutating func mayBegin(at now: MonotonicInstant) -> Bool { objectBucket.take(at: now) || refuse() }
    /// Whether another authentic handshake is answered.
    mutating func mayShakeHands(at now: MonotonicInstant) -> Bool { handshakeBucket.take(at: now) || refuse() }

    private mutating func refuse() -> Bool {
        refused += 1
        return false
    }
}
