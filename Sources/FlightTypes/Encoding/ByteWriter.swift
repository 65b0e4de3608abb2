/// Appends little-endian values to a byte array.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public var bytes: [UInt8] { storage }
    // Inlinable throughout: other rooms write and read some values for every datagram, and a generic call costs more than the copy.
    @usableFromInline var storage: [UInt8] = []
    /// An empty writer with room for `capacity` bytes.
    public init(capacity: Int = 64) { storage.reserveCapacity(capacity) }
    /// Appends an integer, least significant byte first.
    @inlinable public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { storage.append(contentsOf: $0) }
    }
    /// Appends an IEEE 754 single.
    public mutating func write(_ value: Float) { write(value.bitPattern) }
    /// Appends an IEEE 754 double.
    public mutating func write(_ value: Double) { write(value.bitPattern) }
    /// Appends bytes as they are.
    @inlinable public mutating func write(bytes more: some Sequence<UInt8>) { storage.append(contentsOf: more) }
}

/// Takes little-endian values from bytes that may end anywhere and hold anything.
public struct ByteReader: Sendable {
    /// The bytes ended, or held a value that means nothing.
    public struct Malformed: Error, Hashable, Sendable {
        /// What was being read.
        public let what: StaticStringName
        /// Names `what` failed.
        @inlinable public init(_ what: StaticStringName) { self.what = what }
    }
    @usableFromInline let bytes: ArraySlice<UInt8>
    @usableFromInline var position: Int
    /// Reads from the start of `bytes`.
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }
    /// Reads from the start of `bytes`.
    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }
    /// How many bytes are left.
    @inlinable public var remaining: Int { bytes.endIndex - position }
    /// The next integer, least significant byte first.
    @inlinable public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Malformed)
        -> Value
    {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw Malformed("integer") }
        let start = position - bytes.startIndex
        position += size
        return bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Value.self)) }
    }
    /// The next IEEE 754 single.
    @inlinable public mutating func readFloat() throws(Malformed) -> Float { Float(bitPattern: try read(UInt32.self)) }
    /// The next IEEE 754 double.
    @inlinable public mutating func readDouble() throws(Malformed) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }
    /// The next `count` bytes.
    @inlinable public mutating func readBytes(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
        guard count >= 0, remaining >= count else { throw Malformed("bytes") }
        defer { position += count }
        return bytes[position..<position + count]
    }
    /// All that is left.
    @inlinable public mutating func readRest() -> ArraySlice<UInt8> {
        defer { position = bytes.endIndex }
        return bytes[position...]
    }
}

/// A name fixed at compile time, so that an error about hostile bytes never carries those bytes.
public struct StaticStringName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text form.
    public let description: String
    /// From its raw form.
    @inlinable public init(stringLiteral value: StaticString) { description = value.description }
}
