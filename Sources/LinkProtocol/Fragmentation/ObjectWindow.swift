/// Remembers which object numbers are over, in a window behind the highest: whole ones and given-up ones apart.
///
/// Numbers that fell out of the window count as over, so an object is never delivered twice.
struct ObjectWindow: Sendable {
    private static let words = 128
    /// Numbers this far behind the highest, or further, are over.
    static let size = UInt32((words - 1) * 64)
    /// A number further ahead than this cannot follow from the ones before: it would shut out a whole flight.
    static let largestStep: UInt32 = 1 << 20
    private var over = [UInt64](repeating: 0, count: words)
    private var whole = [UInt64](repeating: 0, count: words)
    private(set) var highest: UInt32?

    /// Whether fragments of `number` are still wanted.
    func isOpen(_ number: UInt32) -> Bool {
        guard let highest else { return true }
        if number > highest { return number - highest <= Self.largestStep }
        guard highest - number < Self.size else { return false }
        return over[slot(number)] & bit(number) == 0
    }

    /// Closes `number`, which was open.
    mutating func close(_ number: UInt32, isWhole: Bool) {
        if let top = highest {
            if number > top {
                let advanced = min(number / 64 - top / 64, UInt32(Self.words))
                if advanced > 0 {
                    for step in 1...advanced {
                        let place = Int((top / 64 &+ step) % UInt32(Self.words))
                        over[place] = 0
                        whole[place] = 0
                    }
                }
                highest = number
            } else if top - number >= Self.size {
                return
            }
        } else {
            highest = number
        }
        over[slot(number)] |= bit(number)
        if isWhole { whole[slot(number)] |= bit(number) }
    }

    /// Bit i says whether `highest − i` is whole.
    var newestWhole: UInt64 {
        guard let highest else { return 0 }
        var bits: UInt64 = 0
        for distance in 0..<min(64, UInt64(highest) + 1) {
            let number = highest - UInt32(distance)
            if whole[slot(number)] & bit(number) != 0 { bits |= 1 << distance }
        }
        return bits
    }

    private func slot(_ number: UInt32) -> Int { Int(number / 64 % UInt32(Self.words)) }
    private func bit(_ number: UInt32) -> UInt64 { 1 << UInt64(number % 64) }
}
