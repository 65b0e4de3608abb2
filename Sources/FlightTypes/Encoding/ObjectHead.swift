/// The first 32 bytes of an object, which are the same for every kind and every version: docs/wire-format.md §5.
///
///     kind u8 · version u8 · flight u32 · stream u16 · sequence u64 · capture monotonic i64 · capture wall i64
public struct ObjectHead: Hashable, Sendable {
    /// Bytes of it.
    public static let size = 32
    /// The kinds that this program knows.
    enum Kind: UInt8 { case frame = 1, telemetry, detections, status, camera }
    /// The version of them that this program knows.
    static let version: UInt8 = 1
    /// In the version's byte of what this program does not know: a smaller copy made for the link. A frame of version 1
    /// says that itself.
    private static let reducedBit: UInt8 = 128

    /// What the object is, from 1.
    public let kind: UInt8
    /// Which form of it, 1…127.
    public let version: UInt8
    /// Whether it is a smaller copy whose original has the same identity; false for what this program knows.
    public let isReduced: Bool
    /// Who it is.
    public let id: ObjectID
    /// When it was captured.
    public let captureTime: CaptureTime

    /// Reads the head. Throws where an object cannot begin like this: kind or version 0, or a stream that is another
    /// kind's.
    public init(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        kind = try reader.read()
        let marks = try reader.read(UInt8.self)
        version = marks & ~Self.reducedBit
        isReduced = marks & Self.reducedBit != 0
        guard kind > 0 else { throw ByteReader.Malformed("object kind") }
        guard version > 0, !isReduced || Kind(rawValue: kind) == nil || version > Self.version else {
            throw ByteReader.Malformed("object version")
        }
        let flight = try reader.read(UInt32.self)
        let stream = StreamID(code: try reader.read())
        id = ObjectID(flight: flight, stream: stream, sequence: try reader.read())
        captureTime = CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: try reader.read()), wall: WallTime(nanoseconds: try reader.read()))
        guard Self.fits(stream.kind, kind) else { throw ByteReader.Malformed("stream of an object") }
    }

    /// Whether this program can read the body.
    var isKnown: Bool { Kind(rawValue: kind) != nil && version == Self.version }

    /// A kind has streams of its own, so that no object takes the place of another kind's.
    private static func fits(_ stream: StreamKind, _ kind: UInt8) -> Bool {
        switch Kind(rawValue: kind) {
        case .frame?: stream == .visible || stream == .thermal
        case .telemetry?: stream == .telemetry
        case .detections?: stream == .detections
        case .status?: stream == .status
        case .camera?: stream == .camera
        case nil: !stream.isKnown
        }
    }
}
