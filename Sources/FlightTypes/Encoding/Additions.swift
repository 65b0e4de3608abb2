// Numbered parts at an object's end, in the order of their numbers, each once: u8 number, u16 length, bytes. A reader
// passes over numbers that it does not know, so that objects can say more without a new version (docs/wire-format.md
// §5).

extension ByteWriter {
    mutating func write(addition number: UInt8, _ bytes: [UInt8]) {
        write(number)
        write(UInt16(clamping: bytes.count))
        write(bytes: bytes)
    }
}

extension ByteReader {
    /// The next addition, whose number must be above `last`; nil at the object's end.
    mutating func readAddition(after last: inout UInt8) throws(Malformed) -> (number: UInt8, bytes: ArraySlice<UInt8>)?
    {
        guard remaining > 0 else { return nil }
        let number = try read(UInt8.self)
        guard number > last else { throw Malformed("order of additions") }
        last = number
        return (number, try readBytes(Int(try read(UInt16.self))))
    }
}
