import FlightTypes

@testable import LinkProtocol

/// An object cut by the sender's own means into its data symbols and, for each block, as many parity symbols as wanted.
func fragments(
    of bytes: [UInt8], number: UInt32, largestSymbol: Int = 1136, parity: Int = 0, isBackfill: Bool = false
) -> [Fragment] {
    guard let layout = ObjectLayout.cutting(length: bytes.count, largestSymbol: largestSymbol) else { return [] }
    let now = MonotonicInstant(nanoseconds: 0)
    var object = OutgoingObject(
        number: number, id: nil, objectClass: isBackfill ? .backfill : .visible, layout: layout,
        bytes: EncodedObject(head: bytes),
        submitted: now, deadline: now)
    for block in 0..<layout.blocks { object.blocks[block].queued = layout.count(of: block) + parity }
    var all: [Fragment] = []
    while let fragment = object.nextFragment(at: now) { all.append(fragment) }
    return all
}
