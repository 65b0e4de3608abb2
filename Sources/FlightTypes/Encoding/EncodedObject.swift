/// An object's bytes as they go to the record and the link, in two parts: a frame's image is the sensor's own array, shared
/// and never copied, and only what stands before it is made anew.
public struct EncodedObject: Hashable, Sendable {
    /// What comes first; all of the object where `image` is empty.
    public let head: [UInt8]
    /// A frame's coded image.
    public let image: [UInt8]

    /// An object of its parts.
    public init(head: [UInt8], image: [UInt8] = []) {
        self.head = head
        self.image = image
    }

    /// Bytes of both.
    public var count: Int { head.count + image.count }
    /// Both behind each other: the form that `FlightObject(decoding:)` reads.
    public var joined: [UInt8] { image.isEmpty ? head : head + image }

    /// The bytes of `range`, counted through both parts: a part's own memory, or a copy where they meet.
    public func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        if range.upperBound <= head.count { return head[range] }
        let start = range.lowerBound - head.count, end = range.upperBound - head.count
        return start >= 0 ? image[start..<end] : head[range.lowerBound...] + image[..<end]
    }
}
