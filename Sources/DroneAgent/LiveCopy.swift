import FlightTypes
import ImageCoding

/// What of a visible frame goes over the link: the camera's own file while it fits, a smaller copy where it does not, nothing
/// where even that is too much. One camera, one thread.
public struct LiveCopy {
    /// What to send.
    public enum Choice {
        case original
        case reduced(Frame)
        case skip
    }
    /// Below this a picture shows nothing worth the bytes; fewer pictures come instead.
    public static let leastBytes = 6_000
    private var reducer = JPEGReducer()

    /// A copier without memory yet.
    public init() {}

    /// `budget`: bytes the link has for the frame now.
    public mutating func choose(_ frame: Frame, budget: Int) -> Choice {
        guard frame.encoding == .jpeg else { return frame.payload.count <= budget ? .original : .skip }
        if frame.payload.count <= budget + budget / 4 { return .original }
        // A little more than the budget is asked for: quality comes in steps, and what falls short of it is left unused.
        guard budget >= Self.leastBytes, let copy = try? reducer.reduce(frame.payload, toAtMost: budget + budget / 8),
            copy.bytes.count < frame.payload.count
        else { return .skip }
        var reduced = frame
        reduced.payload = copy.bytes
        reduced.width = UInt16(clamping: copy.width)
        reduced.height = UInt16(clamping: copy.height)
        reduced.flags.insert(.reduced)
        return .reduced(reduced)
    }
}
