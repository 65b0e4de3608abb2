import FlightTypes

@testable import LinkProtocol

/// Fragments of a drone that is authentic and means no good, mixed with those of real objects: memory stays within its limits,
/// nothing is delivered twice, and real objects come out as they were.
enum ReassemblerTarget {
    /// Numbers of the real objects.
    private static let real: ClosedRange<UInt32> = 1000...1003
    private struct Whole {
        var bytes: [UInt8]
        var fragments: [Fragment]
    }
    private static let objects: [Whole] = [40, 700, 5000, 170_000].enumerated().map { place, length in
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ place) }
        guard let layout = ObjectLayout.cutting(length: length, largestSymbol: 1136) else { fatalError("no layout") }
        var object = OutgoingObject(
            number: real.lowerBound + UInt32(place), id: nil, objectClass: .visible, layout: layout,
            bytes: EncodedObject(head: bytes),
            submitted: Ends.start, deadline: Ends.start)
        for block in 0..<layout.blocks { object.blocks[block].queued = layout.count(of: block) + 8 }
        var fragments: [Fragment] = []
        while let fragment = object.nextFragment(at: Ends.start) { fragments.append(fragment) }
        return Whole(bytes: bytes, fragments: fragments)
    }

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var reassembler = Reassembler()
        var delivered: Set<UInt32> = []
        var now = Ends.start
        func take(_ fragment: Fragment) {
            guard let completed = reassembler.handle(fragment, at: now) else { return }
            must(delivered.insert(fragment.object).inserted, "an object is delivered once")
            must(completed.bytes.count == Int(fragment.length), "an object has the length it declared")
            if real.contains(fragment.object) {
                let whole = objects[Int(fragment.object - real.lowerBound)]
                must(completed.bytes == whole.bytes, "a real object comes out as it was")
            }
        }
        while !input.isEmpty {
            switch input.byte() % 5 {
            case 0:
                guard let fragment = Fragment(input.block()), !real.contains(fragment.object) else { continue }
                take(fragment)
            case 1:
                let fragment = hostile(&input)
                if !real.contains(fragment.object) { take(fragment) }
            case 2, 3:
                let whole = objects[input.below(objects.count)]
                let first = input.below(whole.fragments.count)
                for fragment in whole.fragments[first...].prefix(1 + input.below(160)) { take(fragment) }
            default:
                now = now.advanced(by: input.pause())
                reassembler.expire(at: now)
            }
            must(reassembler.unfinished <= Reassembler.objectsLimit, "unfinished objects are bounded")
        }
        checkMemory(reassembler)
        must(reassembler.completed == UInt64(delivered.count), "what is counted was delivered")
        _ = reassembler.finished
    }

    /// A fragment that is mostly consistent, of an object that need not exist.
    static func hostile(_ input: inout FuzzInput) -> Fragment {
        let object = UInt32(truncatingIfNeeded: input.number(near: UInt64(real.upperBound)))
        let length =
            switch input.byte() % 4 {
            case 0: Int(truncatingIfNeeded: input.number() & 0xFF_FFFF)
            case 1: LinkLimits.objectSize + 1 - input.below(3)  // What an object may be at most, and one more.
            default: 1 + input.below(4000)
            }
        let size = input.flag() ? min(length, 1136) : input.below(1500)
        let block = input.byte()
        let index = input.byte()
        var count = input.below(4) == 0 ? input.below(1473) : size
        if let layout = ObjectLayout(length: length, size: size), Int(block) < layout.blocks, input.below(4) != 0 {
            count = layout.bytes(block: Int(block), index: Int(index))
        }
        return Fragment(
            object: object, length: UInt32(length), size: UInt16(size), block: block, index: index,
            isBackfill: input.below(8) == 0, data: [UInt8](repeating: index, count: count)[...])
    }

    /// Looks into the reassembler: what it counts is what it holds, and that is bounded.
    private static func checkMemory(_ reassembler: Reassembler) {
        let mirror = Mirror(reflecting: reassembler)
        guard let counted = mirror.descendant("bytes") as? Int,
            let partials = mirror.descendant("partials") as? [UInt32: PartialObject]
        else { fatalError("the reassembler has no bytes or partials any more") }
        must(counted == partials.values.reduce(0) { $0 + $1.bytes }, "bytes are counted")
        must(counted <= Reassembler.bytesLimit, "bytes are bounded")
    }
}
