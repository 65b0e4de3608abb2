/// An object of a kind or version that a newer agent knows and this program does not. It is recorded as it is and
/// acknowledged, so that nothing is lost and nothing comes again and again; nobody is shown it.
public struct UnknownObject: Hashable, Sendable {
    /// The head that every object of every version begins with.
    public let head: ObjectHead
    /// All bytes, the head's included.
    public let bytes: [UInt8]

    /// Nil unless `head` is that of `bytes` and names something unknown.
    init?(head: ObjectHead, bytes: [UInt8]) {
        guard !head.isKnown else { return nil }
        self.head = head
        self.bytes = bytes
    }
}
