import ErasureCoding
import FlightTypes

/// An object of which some symbols have come.
struct PartialObject: Sendable {
    private struct Block: Sendable {
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
    private var buffer: [UInt8]
    private var blocks: [Block]
    private var blocksMissing: Int
    private var parityBytes = 0
    var newest: MonotonicInstant
    var isBackfill: Bool

    init(_ layout: ObjectLayout, isBackfill: Bool, at now: MonotonicInstant) {
        self.layout = layout
        self.isBackfill = isBackfill
        buffer = [UInt8](repeating: 0, count: layout.symbols * layout.size)
        blocks = [Block](repeating: Block(), count: layout.blocks)
        blocksMissing = layout.blocks
        newest = now
    }

    /// Memory that the object holds.
    var bytes: Int { buffer.count + parityBytes }
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
            let start = (layout.firstSymbol(of: number) + index) * layout.size
            buffer.withUnsafeMutableBytes { target in
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

    private mutating func finish(_ number: Int, _ count: Int) {
        if blocks[number].dataCount < count {
            let missing = (0..<count).filter { !blocks[number].has($0) }
            let start = layout.firstSymbol(of: number) * layout.size
            let parity = blocks[number].parity
            let size = layout.size
            let decoded = buffer.withUnsafeMutableBytes {
                ErasureCode.decode(
                    missing: missing, dataSymbols: count, size: size,
                    data: UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + count * size]), parity: parity)
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
        var bytes = buffer
        buffer = []
        bytes.removeLast(bytes.count - layout.length)
        return bytes
    }
}
