import ErasureCoding
import FlightTypes

/// An object of which some symbols have come.
struct PartialObject: Sendable {
    private struct Block: Sendable {
        /// Empty until a symbol of the block comes: what an object declares is no work before it is there.
        var data: [UInt8] = []
        var arrived: (UInt64, UInt64) = (0, 0)
        var dataCount = 0
        var parity: [(index: Int, bytes: [UInt8])] = []
        var isWhole = false

        func has(_ index: Int) -> Bool { (index < 64 ? arrived.0 >> index : arrived.1 >> (index - 64)) & 1 == 1 }
        mutating func mark(_ index: Int) {
            if index < 64 { arrived.0 |= 1 << index } else { arrived.1 |= 1 << (index - 64) }
            dataCount += 1
        }
    }
    let layout: ObjectLayout
    private var blocks: [Block]
    private var blocksMissing: Int
    private var parityBytes = 0
    var newest: MonotonicInstant
    var isBackfill: Bool

    init(_ layout: ObjectLayout, isBackfill: Bool, at now: MonotonicInstant) {
        self.layout = layout
        self.isBackfill = isBackfill
        blocks = [Block](repeating: Block(), count: layout.blocks)
        blocksMissing = layout.blocks
        newest = now
    }

    /// Memory that the object may hold: all of what it declares, and its parity.
    var bytes: Int { layout.symbols * layout.size + parityBytes }
    /// Memory that its data takes now.
    var madeBytes: Int { blocks.reduce(0) { $0 + $1.data.count } }
    var isWhole: Bool { blocksMissing == 0 }

    enum Taken { case useful, useless }

    /// Takes a fragment that fits the layout.
    mutating func take(_ fragment: Fragment, at now: MonotonicInstant) -> Taken {
        let number = Int(fragment.block)
        let index = Int(fragment.index)
        let count = layout.count(of: number)
        guard !blocks[number].isWhole else { return .useless }
        if index < count {
            guard !blocks[number].has(index) else { return .useless }
            makeData(number, count)
            let start = index * layout.size
            blocks[number].data.withUnsafeMutableBytes { target in
                fragment.data.withUnsafeBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: target[start..<start + source.count])
                        .copyMemory(from: source)
                }
            }
            blocks[number].mark(index)
        } else {
            guard !blocks[number].parity.contains(where: { $0.index == index }) else { return .useless }
            blocks[number].parity.append((index, Array(fragment.data)))
            parityBytes += fragment.data.count
        }
        newest = now
        if blocks[number].dataCount + blocks[number].parity.count >= count { finish(number, count) }
        return .useful
    }

    /// How many data symbols of its block would have to be recovered from parity if the fragment came: 0 when the block is not
    /// complete with it, or complete without parity.
    func symbolsRecovered(with fragment: Fragment) -> Int {
        let number = Int(fragment.block)
        let count = layout.count(of: number)
        let isData = Int(fragment.index) < count
        guard !blocks[number].isWhole, blocks[number].dataCount + blocks[number].parity.count + 1 >= count else {
            return 0
        }
        return max(0, count - blocks[number].dataCount - (isData ? 1 : 0))
    }

    private mutating func makeData(_ number: Int, _ count: Int) {
        guard blocks[number].data.isEmpty else { return }
        blocks[number].data = [UInt8](repeating: 0, count: count * layout.size)
    }

    private mutating func finish(_ number: Int, _ count: Int) {
        if blocks[number].dataCount < count {
            let missing = (0..<count).filter { !blocks[number].has($0) }
            makeData(number, count)
            let parity = blocks[number].parity
            let size = layout.size
            let decoded = blocks[number].data.withUnsafeMutableBytes {
                ErasureCode.decode(missing: missing, dataSymbols: count, size: size, data: $0, parity: parity)
            }
            guard decoded else { return }
        }
        blocks[number].isWhole = true
        parityBytes -= blocks[number].parity.reduce(0) { $0 + $1.bytes.count }
        blocks[number].parity = []
        blocksMissing -= 1
    }

    /// The object's bytes; call it once it is whole.
    consuming func take() -> [UInt8] {
        var bytes: [UInt8] = []
        if blocks.count == 1 {
            swap(&bytes, &blocks[0].data)
        } else {
            bytes.reserveCapacity(layout.symbols * layout.size)
            for block in blocks { bytes += block.data }
        }
        bytes.removeLast(max(0, bytes.count - layout.length))
        return bytes
    }
}
