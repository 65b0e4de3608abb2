import FlightTypes
import ImageCoding

/// When the next picture of a file is due, so that a file plays at the rate of a camera.
struct FramePacer {
    let interval: Duration
    private var due: MonotonicInstant?

    /// `framesPerSecond` is clamped to 0.01…1000; what is no number counts as 1.
    init(framesPerSecond: Double) {
        let rate = framesPerSecond.isFinite ? min(1000, max(0.01, framesPerSecond)) : 1
        interval = .nanoseconds(Int64(1e9 / rate))
    }
    /// The instant for the next picture, asked at `now`. A reader that was held up does not race to catch up.
    mutating func next(at now: MonotonicInstant) -> MonotonicInstant {
        var next = due?.advanced(by: interval) ?? now
        if now.since(next) > interval { next = now }
        due = next
        return next
    }
}

/// Hands on the pictures of a file: paced, counted, with the state told once.
struct FileDelivery {
    let name: String
    let clocks: any Clocks
    let stop: StopSignal
    let sink: @Sendable (SensorEvent) -> Void
    var pacer: FramePacer?
    /// Pictures handed on in all.
    private(set) var delivered = 0
    private(set) var notes = IntakeNotes()
    private var isRunning = false
    private var pendingLoss = 0
    private var lastDelivery: MonotonicInstant?
    /// After so long without a picture losses are told without one.
    private static let lossPatience = Duration.seconds(1)

    init(
        name: String, clocks: any Clocks, stop: StopSignal, pacer: FramePacer?,
        sink: @escaping @Sendable (SensorEvent) -> Void
    ) {
        (self.name, self.clocks, self.stop, self.pacer, self.sink) = (name, clocks, stop, pacer, sink)
    }
    /// Counts frames that are not taken, and why.
    mutating func refuse(_ reason: String, count: Int = 1) {
        guard count > 0 else { return }
        pendingLoss += count
        if let text = notes.refuse(reason, count: count) { sink(.remark("\(name): \(text)")) }
        guard let lastDelivery, clocks.monotonicNow().since(lastDelivery) < Self.lossPatience else {
            sink(.lost(pendingLoss))
            pendingLoss = 0
            return
        }
    }

    /// Waits until the picture is due and hands it on with the time of that moment, or counts it as refused. Nothing once stopped.
    mutating func deliver(_ make: (CaptureTime) throws -> CapturedImage) {
        let now = clocks.monotonicNow()
        if let due = pacer?.next(at: now) {
            stop.wait(due.since(now), clocks: clocks)
        }
        guard !stop.isRequested else { return }
        do {
            var image = try make(clocks.captureTimeNow())
            if !isRunning {
                isRunning = true
                sink(.state(.running, "\(name): \(image.width)×\(image.height)"))
            }
            image.lostBefore = pendingLoss
            pendingLoss = 0
            delivered += 1
            lastDelivery = image.captureTime.monotonic
            sink(.image(image))
        } catch { refuse("\(error)") }
    }
    /// The same for a JPEG file, which passes the door first.
    mutating func deliver(jpeg file: () throws -> [UInt8]) {
        var mendings: JPEGIntake.Mendings = []
        deliver { time in
            let picture = try JPEGIntake.take(try file())
            mendings = picture.mendings
            return CapturedImage(
                captureTime: time, picture: .jpeg(picture.bytes), width: picture.width, height: picture.height)
        }
        if let text = notes.mend(mendings) { sink(.remark("\(name): \(text)")) }
    }
    /// Tells of frames lost at the end, and why the pictures end.
    mutating func end(_ state: StatusReport.SensorState? = nil, _ reason: String = "") {
        if pendingLoss > 0 { sink(.lost(pendingLoss)) }
        pendingLoss = 0
        if let state { sink(.state(state, "\(name): \(reason)")) }
        isRunning = false
    }
    /// What to say where no picture could be taken.
    var reasonForNone: String { notes.lastReason.map { " (\($0))" } ?? "" }
}
