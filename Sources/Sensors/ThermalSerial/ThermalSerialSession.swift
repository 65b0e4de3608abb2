import FlightTypes

/// All that happens between a thermal sensor's line and its images: parsing, marks, correction, and when the sensor is
/// set up anew. Pure: bytes and time are arguments.
package struct ThermalSerialSession<Driver: ThermalSerialDriver>: Sendable {
    /// What is to be done.
    package enum Output: Sendable {
        case image(CapturedImage)
        /// Write these commands, each in one go.
        case write([[UInt8]])
        /// How the sensor does, for the log and the status.
        case state(StatusReport.SensorState, String)
    }
    /// Settings are told again at most this often, so that a line with noise is not flooded.
    static var setUpInterval: Duration { .seconds(5) }
    /// So many bytes without a frame are no pictures: several of the largest sensor's.
    static var bytesWithoutFrameLimit: Int { 1 << 18 }

    private(set) var driver: Driver
    private let correction: ThermalCorrection
    private var flatField = FlatFieldWatch()
    private var time = CaptureTime(monotonic: MonotonicInstant(nanoseconds: 0), wall: WallTime(nanoseconds: 0))
    private var lastSetUp: MonotonicInstant?
    /// Lost frames that were told with an image.
    private var lostTold: UInt64 = 0
    private var lostAtSetUp: UInt64 = 0
    private var bytesWithoutFrame = 0
    private var isFailing = false

    package init(driver: Driver, correction: ThermalCorrection) {
        self.driver = driver
        self.correction = correction
    }

    /// The line has opened: what to write. A sensor behind a line that has just opened may have been without power.
    mutating func opened(at instant: MonotonicInstant) -> [[UInt8]] {
        driver.forgetPartial()
        bytesWithoutFrame = 0
        return setUp(at: instant)
    }
    /// The line has been silent for long: what to write. A sensor that was reset may wait to be told to send.
    mutating func silent(at instant: MonotonicInstant) -> [[UInt8]] { setUp(at: instant) }

    /// Takes bytes that were read at `time`.
    package mutating func handle(_ bytes: some Collection<UInt8>, at time: CaptureTime) {
        self.time = time
        driver.handle(bytes)
        let (sum, overflow) = bytesWithoutFrame.addingReportingOverflow(bytes.count)
        bytesWithoutFrame = overflow ? .max : sum
    }

    /// The next thing to do, or nil until more bytes came.
    package mutating func next() -> Output? {
        while let event = driver.next() {
            switch event {
            case .frame(let frame): return take(frame)
            case .acknowledged: continue
            case .refused(let what): return .state(.running, "\(Driver.name) refused a setting: \(what)")
            case .reply(let what): return .state(.running, "\(Driver.name): \(what)")
            case .restarted: return .write(setUp(at: time.monotonic))
            }
        }
        guard bytesWithoutFrame > Self.bytesWithoutFrameLimit, !isFailing else { return damaged() }
        isFailing = true
        return .state(.failing, "\(Driver.name): bytes but no picture; is it this sensor, and the speed right?")
    }

    private mutating func take(_ sent: ThermalSerialFrame) -> Output {
        bytesWithoutFrame = 0
        isFailing = false
        var frame = sent
        correction.mend(&frame)
        if flatField.look(frame) { frame.remarks.insert(.flatField) }
        if ThermalPlausibility.isDoubtful(frame) { frame.remarks.insert(.implausible) }
        correction.orient(&frame)
        let lost = driver.counters.lost
        defer { lostTold = lost }
        return .image(
            CapturedImage(
                captureTime: time, picture: .thermal(frame.values, frame.unit), width: frame.width,
                height: frame.height,
                lostBefore: Int(clamping: lost &- lostTold), flags: frame.remarks))
    }

    /// A frame cut short may be the trace of a reset, and a sensor that was reset runs with other settings.
    private mutating func damaged() -> Output? {
        guard driver.counters.lost != lostAtSetUp, let lastSetUp,
            time.monotonic.since(lastSetUp) >= Self.setUpInterval
        else { return nil }
        return .write(setUp(at: time.monotonic))
    }

    private mutating func setUp(at instant: MonotonicInstant) -> [[UInt8]] {
        lastSetUp = instant
        lostAtSetUp = driver.counters.lost
        return driver.setUp
    }
}
