/// The payload of a `gray16` frame: values of 16 bits row by row, the low byte first.
public enum Gray16 {
    /// The values of a payload; a last byte without a partner is left out.
    public static func values(_ payload: [UInt8]) -> [UInt16] { values(payload[...]) }
    /// The values of a part of a payload; a last byte without a partner is left out.
    public static func values(_ payload: ArraySlice<UInt8>) -> [UInt16] {
        payload.withUnsafeBytes { bytes in
            [UInt16](unsafeUninitializedCapacity: bytes.count / 2) { values, count in
                count = bytes.count / 2
                for place in 0..<count {
                    let value = bytes.loadUnaligned(fromByteOffset: 2 &* place, as: UInt16.self)
                    values.initializeElement(at: place, to: UInt16(littleEndian: value))
                }
            }
        }
    }
    /// The payload of values.
    public static func payload(_ values: [UInt16]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: values.count * 2) { bytes, count in
            for (place, value) in values.enumerated() {
                bytes.initializeElement(at: 2 &* place, to: UInt8(truncatingIfNeeded: value))
                bytes.initializeElement(at: 2 &* place &+ 1, to: UInt8(truncatingIfNeeded: value &>> 8))
            }
            count = values.count * 2
        }
    }
}
