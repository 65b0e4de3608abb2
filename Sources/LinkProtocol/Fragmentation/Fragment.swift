import FlightTypes

/// A piece of an object on the wire: one data symbol or one parity symbol.
public struct Fragment: Hashable, Sendable {
    /// Counts the objects of a flight, from 0.
    public var object: UInt32
    /// Bytes of the whole object, at most 2²⁴ − 1 on the wire and `LinkLimits.objectSize` by rule.
    public var length: UInt32
    /// Bytes of every symbol of this object but its last.
    public var size: UInt16
    /// The block it belongs to, from 0.
    public var block: UInt8
    /// Place in the block: data symbols first, then parity symbols up to 255.
    public var index: UInt8
    /// Whether the object comes from the onboard record, later than live.
    public var isBackfill: Bool
    /// The bytes.
    public var data: ArraySlice<UInt8>

    /// A fragment of its parts.
    public init(
        object: UInt32, length: UInt32, size: UInt16, block: UInt8 = 0, index: UInt8, isBackfill: Bool = false,
        data: ArraySlice<UInt8>
    ) {
        self.object = object
        self.length = length
        self.size = size
        self.block = block
        self.index = index
        self.isBackfill = isBackfill
        self.data = data
    }

    /// The object's layout, or nil when block, index or data cannot belong to it.
    public var consistentLayout: ObjectLayout? {
        guard let layout = ObjectLayout(length: Int(length), size: Int(size)), Int(block) < layout.blocks,
            data.count == layout.bytes(block: Int(block), index: Int(index))
        else { return nil }
        return layout
    }
}
