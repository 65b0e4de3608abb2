/// Accepts each counter once, in any order within a window: RFC 6479 (bitmap in words, without shifting).
///
/// Ask only **after** the datagram has authenticated; a forged counter must not move the window.
public struct ReplayWindow: Sendable {
    private static let words = 128
    /// Counters this far behind the highest, or further, are refused: 8,128 (RFC 6479's 8,192 bits less one word).
    public static let size: UInt64 = UInt64(words - 1) * 64
    private var bits = [UInt64](repeating: 0, count: words)
    /// The highest counter accepted; nil before the first.
    public private(set) var highest: UInt64?

    /// An empty window.
    public init() {}

    /// Whether `counter` is new. If so it is marked and will be refused from now on.
    public mutating func accept(_ counter: UInt64) -> Bool {
        let word = counter / 64
        if let top = highest {
            if counter <= top {
                guard top - counter < Self.size else { return false }
            } else {
                let advanced = min(word - top / 64, UInt64(Self.words))
                if advanced > 0 {
                    for step in 1...advanced { bits[Int((top / 64 &+ step) % UInt64(Self.words))] = 0 }
                }
                highest = counter
            }
        } else {
            highest = counter
        }
        let slot = Int(word % UInt64(Self.words))
        let bit = UInt64(1) << (counter % 64)
        guard bits[slot] & bit == 0 else { return false }
        bits[slot] |= bit
        return true
    }
}
