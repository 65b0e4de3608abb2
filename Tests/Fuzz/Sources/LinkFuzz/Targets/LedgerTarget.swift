import FlightTypes

@testable import LinkProtocol

/// What was sent, against feedback of a station that is authentic and says anything, beside a model of what is on its way.
enum LedgerTarget {
    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var ledger = SentLedger(session: 1)
        var estimate = LossEstimate()
        var now = Ends.start
        /// Bytes of each datagram on its way, by number.
        var onTheWay: [UInt32: Int] = [:]
        var arrived: Set<UInt32> = []
        func lose(_ loads: [SentLedger.Load]) {
            for case .symbol(let number, _, _) in loads {
                must(onTheWay.removeValue(forKey: number) != nil, "what is lost was on its way")
            }
        }
        while !input.isEmpty {
            switch input.byte() % 6 {
            case 0, 1:
                for _ in 0...input.below(input.flag() ? 3000 : 16) {
                    let size = input.isEmpty ? 1228 : 60 + input.below(1440)
                    let number = UInt32(truncatingIfNeeded: ledger.next)
                    onTheWay[number] = size
                    ledger.sent(ledger.next, load: .symbol(object: number, block: 0, index: 0), bytes: size, at: now)
                }
                lose(ledger.takeLost())
            case 2, 3:
                let highest = input.number(near: ledger.next)
                let map = (0..<Feedback.words).map { _ in input.flag() ? UInt64.max : input.number() }
                let outcome = ledger.handle(
                    Feedback(session: 1, highest: highest, delayMicroseconds: 0, sent: now, map: map),
                    estimate: &estimate)
                must(outcome.arrived.count <= Int(Feedback.counters), "news are bounded")
                for case .symbol(let number, _, _) in outcome.arrived {
                    must(UInt64(number) < ledger.next && arrived.insert(number).inserted, "what was sent arrives once")
                    onTheWay[number] = nil
                }
                lose(outcome.lost)
            case 4:
                now = now.advanced(by: input.pause())
                if input.below(8) == 0 {
                    ledger.forgetOpen()
                    lose(ledger.takeLost())
                }
            default:
                if let sent = ledger.sentTime(of: input.number(near: ledger.next)) {
                    must(sent <= now, "sent before now")
                }
            }
            must(ledger.bytesOnTheWay == onTheWay.values.reduce(0, +), "bytes on their way are counted")
            must((ledger.oldestOnTheWay == nil) == onTheWay.isEmpty, "the oldest on its way is found")
            must((0...1).contains(estimate.fraction) && estimate.meanRun >= 1, "an estimate is a fraction")
        }
    }
}
