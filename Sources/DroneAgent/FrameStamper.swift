import FlightTypes
import ImageCoding
import Sensors

/// Makes frames of a stream out of captured images: sequence, pose, remarks. Pure.
struct FrameStamper: Sendable {
    /// A sensor that repeats one picture this long is frozen; live sensors always have noise.
    static let frozenAfter: Duration = .seconds(1)
    let flight: UInt32
    let stream: StreamID
    private var sequence: UInt64 = 0
    private var last: [UInt8] = []
    private var unchangedSince: MonotonicInstant?
    private var standing = StandingParts()
    private var still = StillPicture()
    /// Frames the sensor lost.
    private(set) var lost: UInt64 = 0
    /// Whether the sensor repeats itself.
    private(set) var isFrozen = false

    init(flight: UInt32, stream: StreamID) {
        self.flight = flight
        self.stream = stream
    }

    /// Frames made.
    var count: UInt64 { sequence }

    mutating func noteLost(_ frames: Int) { lost &+= UInt64(max(0, frames)) }

    mutating func stamp(_ image: CapturedImage, pose: Pose) -> Frame {
        var flags = image.flags
        if image.lostBefore > 0 {
            flags.insert(.afterGap)
            noteLost(image.lostBefore)
        }
        isFrozen = repeats(image) || standsStill(image)
        if isFrozen { flags.insert(.frozen) } else if !standing.mask.isEmpty { flags.insert(.implausible) }
        defer { sequence += 1 }
        return Frame(
            id: ObjectID(flight: flight, stream: stream, sequence: sequence), captureTime: image.captureTime,
            pose: pose,
            encoding: image.encoding, unit: image.unit, flags: flags, width: image.width, height: image.height,
            payload: image.payload)
    }

    /// What a detector may look at of the frame stamped last: nothing of a sensor that repeats itself, and nothing from parts that
    /// stand.
    func evidence(of frame: Frame) -> Frame? {
        guard !isFrozen else { return nil }
        guard !standing.mask.isEmpty else { return frame }
        var filled = frame
        filled.payload = standing.filled(frame.payload)
        return filled
    }

    /// Whether the picture has been one and the same for so long, whatever remarks the file carries.
    private mutating func repeats(_ image: CapturedImage) -> Bool {
        let isSame =
            image.encoding == .jpeg ? CodedPicture.isSame(image.payload, last) : image.payload == last
        last = image.payload
        guard isSame else {
            unchangedSince = image.captureTime.monotonic
            return false
        }
        let since = unchangedSince ?? image.captureTime.monotonic
        unchangedSince = since
        return image.captureTime.monotonic.since(since) >= Self.frozenAfter
    }

    /// Whether all of the picture stands but for a small part: a clock drawn into it, a counter, a line of telemetry.
    private mutating func standsStill(_ image: CapturedImage) -> Bool {
        let now = image.captureTime.monotonic
        switch image.encoding {
        case .jpeg: return still.look(image.payload, at: now)
        case .gray16:
            standing.look(image.payload, width: Int(image.width), height: Int(image.height), at: now)
            return standing.share >= StandingParts.wholePicture
        case .codedGray16: return false
        }
    }
}
