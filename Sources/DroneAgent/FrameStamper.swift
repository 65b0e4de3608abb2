import FlightTypes
import ImageCoding
import Sensors

/// An image with its number and pose: a file, or values that are not coded yet.
package enum StampedFrame: Hashable, Sendable {
    case visible(Frame)
    case thermal(ThermalFrame)
}

/// Makes frames of a stream out of captured images: sequence, pose, remarks. Pure.
package struct FrameStamper: Sendable {
    /// A sensor that repeats one picture this long is frozen; live sensors always have noise.
    static let frozenAfter: Duration = .seconds(1)
    let flight: UInt32
    let stream: StreamID
    private var sequence: UInt64 = 0
    private var last: CapturedImage.Picture?
    private var unchangedSince: MonotonicInstant?
    private var standing = StandingParts()
    private var still = StillPicture()
    /// Frames the sensor lost.
    private(set) var lost: UInt64 = 0
    /// Whether the sensor repeats itself.
    private(set) var isFrozen = false

    package init(flight: UInt32, stream: StreamID) {
        self.flight = flight
        self.stream = stream
    }

    /// Frames made.
    var count: UInt64 { sequence }

    mutating func noteLost(_ frames: Int) { lost &+= UInt64(max(0, frames)) }

    package mutating func stamp(_ image: CapturedImage, pose: Pose) -> StampedFrame {
        var flags = image.flags
        if image.lostBefore > 0 {
            flags.insert(.afterGap)
            noteLost(image.lostBefore)
        }
        isFrozen = repeats(image) || standsStill(image)
        if isFrozen { flags.insert(.frozen) } else if !standing.mask.isEmpty { flags.insert(.implausible) }
        let id = ObjectID(flight: flight, stream: stream, sequence: sequence)
        sequence += 1
        switch image.picture {
        case .jpeg(let file):
            return .visible(
                Frame(
                    id: id, captureTime: image.captureTime, pose: pose, encoding: .jpeg, flags: flags,
                    width: image.width, height: image.height, payload: file))
        case .thermal(let values, let unit):
            return .thermal(
                ThermalFrame(
                    id: id, captureTime: image.captureTime, pose: pose, unit: unit, flags: flags, width: image.width,
                    height: image.height, values: values))
        }
    }

    /// What a detector may look at of the frame stamped last: nothing of a sensor that repeats itself, and nothing from parts that
    /// stand.
    package func evidence(of frame: ThermalFrame) -> ThermalFrame? {
        guard !isFrozen else { return nil }
        guard !standing.mask.isEmpty else { return frame }
        var filled = frame
        filled.values = standing.filled(frame.values)
        return filled
    }

    /// Whether the picture has been one and the same for so long, whatever remarks the file carries.
    private mutating func repeats(_ image: CapturedImage) -> Bool {
        let isSame =
            switch (image.picture, last) {
            case (.jpeg(let file), .jpeg(let last)): CodedPicture.isSame(file, last)
            case (.thermal(let values, _), .thermal(let last, _)): values == last
            default: false
            }
        last = image.picture
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
        switch image.picture {
        case .jpeg(let file): return still.look(file, at: now)
        case .thermal(let values, _):
            standing.look(values, width: Int(image.width), height: Int(image.height), at: now)
            return standing.share >= StandingParts.wholePicture
        }
    }
}
