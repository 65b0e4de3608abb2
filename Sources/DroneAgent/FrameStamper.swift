import FlightTypes
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
        if image.payload == last {
            let since = unchangedSince ?? image.captureTime.monotonic
            unchangedSince = since
            isFrozen = image.captureTime.monotonic.since(since) >= Self.frozenAfter
            if isFrozen { flags.insert(.frozen) }
        } else {
            last = image.payload
            unchangedSince = image.captureTime.monotonic
            isFrozen = false
        }
        defer { sequence += 1 }
        return Frame(
            id: ObjectID(flight: flight, stream: stream, sequence: sequence), captureTime: image.captureTime,
            pose: pose,
            encoding: image.encoding, unit: image.unit, flags: flags, width: image.width, height: image.height,
            payload: image.payload)
    }
}
