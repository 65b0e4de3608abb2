import FlightTypes

// An initiation with a right mac1:
//   calm ─▶ admitted                                      (100 a second, 50 at once)
//   else: mac2 right? ─ no ─▶ a cookie is sent            (30,000 a second, 6,000 to one address and port)
//                     ─ yes ─▶ this address and port not too often? (2 a second; after a failure one in 3 s)
//                              ─▶ a share left? (300 a second) ─▶ admitted

/// Which initiations are worth a Diffie–Hellman. Who floods cannot keep others out: whoever sends from a false address never
/// gets a right mac2, and whoever shares the honest drone's address has other ports, each with its own small share.
struct HandshakeAdmission: Sendable {
    enum Verdict: Hashable, Sendable {
        /// `isProven`: the sender has shown that it receives at its address.
        case admitted(isProven: Bool)
        case cookieWanted
        case refused
    }
    static let secretLife: Duration = .seconds(120)

    private var calm = TokenBucket(rate: 100, burst: 50)
    private var proven = TokenBucket(rate: 300, burst: 60)
    private var cookies = TokenBucket(rate: 30_000, burst: 3_000)
    private(set) var endpoints = EndpointBuckets(rate: 2, burst: 4)
    /// To one address and port no more than a drone can read beside everything else: it may be a false sender's.
    private var replies = EndpointBuckets(rate: 6_000, burst: 600)
    private var secret: (key: [UInt8], made: MonotonicInstant)

    /// With a secret of 32 random bytes that cookies are made with.
    init(secret: [UInt8], at now: MonotonicInstant) { self.secret = (secret, now) }

    /// Whether the secret is old: whoever got a cookie made with it has to get another one.
    func needsSecret(at now: MonotonicInstant) -> Bool { now.since(secret.made) >= Self.secretLife }
    mutating func renew(secret bytes: [UInt8], at now: MonotonicInstant) { secret = (bytes, now) }

    mutating func verdict(on message: InitiationMessage, from endpoint: LinkEndpoint, at now: MonotonicInstant)
        -> Verdict
    {
        if calm.take(at: now) { return .admitted(isProven: false) }
        // Most of a flood carries nothing there: that needs no hash.
        guard message.carriesMAC2, message.hasValidMAC2(cookie: cookie(for: endpoint)) else {
            return replies.take(endpoint, at: now) && cookies.take(at: now) ? .cookieWanted : .refused
        }
        return endpoints.take(endpoint, at: now) && proven.take(at: now) ? .admitted(isProven: true) : .refused
    }

    /// What `endpoint` has to prove that it received.
    func cookie(for endpoint: LinkEndpoint) -> [UInt8] { HandshakeMAC.tag(endpoint.bytes, key: secret.key) }

    /// A proven initiation did not come from an enrolled drone, or not for the first time. Of one that is not proven it is not
    /// known whose fault that is.
    mutating func failed(_ endpoint: LinkEndpoint, at now: MonotonicInstant) { endpoints.failed(endpoint, at: now) }
}
