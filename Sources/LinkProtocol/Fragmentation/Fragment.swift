/// A piece of an object on the wire.
public struct Fragment: Hashable, Sendable {
    /// Counts the objects of a flight, from 0.
    public var object: UInt32
    /// Bytes of the whole object, at most 2²⁴ − 1 on the wire and `LinkLimits.objectSize` by rule.
    public var length: UInt32
    /// Bytes of every fragment of this object but the last.
    public var size: UInt16
    /// Place of this fragment, from 0. Values from the object's fragment count upward are kept for repair fragments.
    public var index: UInt16
    /// The bytes.
    public var data: ArraySlice<UInt8>

    /// A fragment of its parts.
    public init(object: UInt32, length: UInt32, size: UInt16, index: UInt16, data: ArraySlice<UInt8>) {
        self.object = object
        self.length = length
        self.size = size
        self.index = index
        self.data = data
    }

    /// How many fragments the object has, or nil when the numbers cannot belong to an object of ours.
    public var count: Int? {
        guard length > 0, length <= LinkLimits.objectSize, size >= 256 || UInt32(size) >= length, size > 0 else {
            return nil
        }
        let count = (Int(length) + Int(size) - 1) / Int(size)
        return count <= Int(UInt16.max) ? count : nil
    }
    /// Whether index and data fit the declared object.
    public var isConsistent: Bool {
        guard let count, Int(index) < count else { return false }
        let expected = Int(index) == count - 1 ? Int(length) - (count - 1) * Int(size) : Int(size)
        return data.count == expected
    }
}
