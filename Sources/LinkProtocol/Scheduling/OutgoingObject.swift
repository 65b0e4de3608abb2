import ErasureCoding
import FlightTypes

/// An object that has begun to leave: what was sent of each block, what is known to have arrived.
struct OutgoingObject: Sendable {
    struct Block: Sendable {
        let count: Int
        /// The next index never sent; at 256 all are used up and data symbols go round again.
        var next = 0
        var arrivedCount = 0
        var onTheWay = 0
        /// Symbols that shall leave now.
        var queued = 0
        private var arrived: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        private var parity: [UInt8] = []
        private var parityFirst = 0

        init(count: Int) { self.count = count }

        var isWhole: Bool { arrivedCount >= count }

        /// Marks a symbol as arrived; false if it was already.
        mutating func mark(_ index: Int) -> Bool {
            let bit: UInt64 = 1 << UInt64(index & 63)
            let isNew: Bool
            switch index >> 6 {
            case 0:
                isNew = arrived.0 & bit == 0
                arrived.0 |= bit
            case 1:
                isNew = arrived.1 & bit == 0
                arrived.1 |= bit
            case 2:
                isNew = arrived.2 & bit == 0
                arrived.2 |= bit
            default:
                isNew = arrived.3 & bit == 0
                arrived.3 |= bit
            }
            if isNew { arrivedCount += 1 }
            return isNew
        }
        private func hasArrived(_ index: Int) -> Bool {
            let word =
                switch index >> 6 {
                case 0: arrived.0
                case 1: arrived.1
                case 2: arrived.2
                default: arrived.3
                }
            return word >> UInt64(index & 63) & 1 == 1
        }

        /// The index to send next: fresh ones first, then data symbols not known to have arrived.
        mutating func takeIndex() -> Int {
            defer { next += 1 }
            if next < ErasureCode.symbolsLimit { return next }
            for step in 0..<count where !hasArrived((next + step) % count) { return (next + step) % count }
            return next % count
        }

        /// A parity symbol, made together with those that will be wanted right after it.
        mutating func paritySymbol(_ index: Int, size: Int, of data: EncodedObject, from start: Int) -> ArraySlice<
            UInt8
        > {
            if index < parityFirst || (index - parityFirst + 1) * size > parity.count {
                let last = min(ErasureCode.symbolsLimit, index + max(1, min(queued, 32)))
                parity = [UInt8](unsafeUninitializedCapacity: (last - index) * size) { buffer, count in
                    data.withSymbols(self.count, size: size, from: start) {
                        ErasureCode.encode(
                            index..<last, size: size, symbols: $0, into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    count = (last - index) * size
                }
                parityFirst = index
            }
            let start = (index - parityFirst) * size
            return parity[start..<start + size]
        }
    }

    let number: UInt32
    let id: ObjectID?
    let objectClass: ObjectClass
    let layout: ObjectLayout
    private let bytes: EncodedObject
    let submitted: MonotonicInstant
    let deadline: MonotonicInstant
    var blocks: [Block]
    /// Nothing of it leaves before: spreads the copies of the last round, so that one burst of losses does not take all.
    var notBefore: MonotonicInstant
    var spacing: Duration = .zero
    /// When a fragment of it last left.
    private(set) var lastSent: MonotonicInstant
    /// Whether any of it is known to be lost.
    var hasLost = false
    /// Whether the last call before the deadline was made.
    var lastCallMade = false

    init(
        number: UInt32, id: ObjectID?, objectClass: ObjectClass, layout: ObjectLayout, bytes: EncodedObject,
        submitted: MonotonicInstant, deadline: MonotonicInstant
    ) {
        self.number = number
        self.id = id
        self.objectClass = objectClass
        self.layout = layout
        self.bytes = bytes
        self.submitted = submitted
        self.deadline = deadline
        notBefore = submitted
        lastSent = submitted
        blocks = (0..<layout.blocks).map { Block(count: layout.count(of: $0)) }
    }

    var isWhole: Bool { blocks.allSatisfy(\.isWhole) }
    var hasQueued: Bool { blocks.contains { $0.queued > 0 } }
    /// Bytes that shall still leave, roughly.
    var queuedBytes: Int { blocks.reduce(0) { $0 + $1.queued } * layout.size }

    /// Cuts off the next fragment.
    mutating func nextFragment(at now: MonotonicInstant) -> Fragment? {
        guard let number = blocks.firstIndex(where: { $0.queued > 0 }) else { return nil }
        blocks[number].queued -= 1
        let index = blocks[number].takeIndex()
        let data: ArraySlice<UInt8>
        let first = layout.firstSymbol(of: number)
        if index < blocks[number].count {
            let start = (first + index) * layout.size
            data = bytes.bytes(start..<start + layout.bytes(block: number, index: index))
        } else {
            data = blocks[number].paritySymbol(index, size: layout.size, of: bytes, from: first * layout.size)
        }
        blocks[number].onTheWay += 1
        lastSent = now
        if spacing > .zero { notBefore = now.advanced(by: spacing) }
        return Fragment(
            object: self.number, length: UInt32(layout.length), size: UInt16(layout.size), block: UInt8(number),
            index: UInt8(index), isBackfill: objectClass == .backfill, data: data)
    }
}

extension EncodedObject {
    /// Lends the `count` symbols of `size` bytes from `start` on, each in place; one that crosses from head to image, or that
    /// zeros fill up at the end, from a copy of its own.
    fileprivate func withSymbols(_ count: Int, size: Int, from start: Int, _ body: ([UnsafePointer<UInt8>]) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * size) { edges in
            head.withUnsafeBufferPointer { head in
                image.withUnsafeBufferPointer { image in
                    guard var edge = edges.baseAddress else { return }
                    var symbols: [UnsafePointer<UInt8>] = []
                    symbols.reserveCapacity(count)
                    for number in 0..<count {
                        let begin = start + number * size
                        if begin + size <= head.count, let base = head.baseAddress {
                            symbols.append(base + begin)
                        } else if begin >= head.count, begin + size <= self.count, let base = image.baseAddress {
                            symbols.append(base + (begin - head.count))
                        } else {
                            let part = bytes(begin..<min(begin + size, self.count))
                            edge.initialize(repeating: 0, count: size)
                            for (place, byte) in part.enumerated() { edge[place] = byte }
                            symbols.append(UnsafePointer(edge))
                            edge += size
                        }
                    }
                    body(symbols)
                }
            }
        }
    }
}
