import FlightTypes

@testable import LinkProtocol

/// What stands in a sealed datagram. Whatever is readable must read the same after it was written again.
enum RecordTarget {
    static func run(_ bytes: [UInt8]) {
        guard let records = try? Record.decodeAll(bytes) else { return }
        must(records.count <= Record.recordsLimit, "the number of records is bounded")
        var writer = ByteWriter()
        for record in records { record.encode(into: &writer) }
        must(writer.bytes.count == bytes.count, "records are as long as what they were read from")
        must((try? Record.decodeAll(writer.bytes)) == records, "records survive writing and reading")
        for case .receipt(let ranges) in records {
            must(ranges.count <= ReceiptRange.rangesLimit, "receipts are bounded")
            must(ranges.allSatisfy { $0.first <= $0.last }, "a range does not end before it begins")
        }
        for case .fragment(let fragment) in records {
            guard let layout = fragment.consistentLayout else { continue }
            must(layout.length <= LinkLimits.objectSize, "an object's length is bounded")
            must(layout.symbols * layout.size < layout.length + layout.size, "symbols hold no more than the object")
            let last = layout.blocks - 1
            must(layout.firstSymbol(of: last) + layout.count(of: last) == layout.symbols, "blocks cover the object")
        }
    }
}
