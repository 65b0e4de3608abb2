import FlightTypes
import NetworkImpairment

/// A recorded link in mahimahi's format, and datagrams through it. A first byte of 1 takes the rest as rates instead.
enum TraceTarget {
    static func run(_ bytes: [UInt8]) {
        let trace: DeliveryTrace?
        if bytes.first == 1 {
            var input = FuzzInput(Array(bytes.dropFirst()))
            var rates: [(milliseconds: Double, rate: Double)] = []
            while !input.isEmpty { rates.append((double(&input), double(&input))) }
            trace = DeliveryTrace(ratesKilobitsPerSecond: rates)
        } else {
            trace = DeliveryTrace(text: String(decoding: bytes, as: UTF8.self))
        }
        guard let trace else { return }
        must(trace.meanBitsPerSecond > 0, "a trace carries something")
        var conditions = LinkConditions()
        conditions.trace = trace
        var path = ImpairedPath(conditions, seed: 1, start: Ends.start)
        var now = Ends.start
        var latest = now
        for step in 0..<64 {
            let passage = path.pass(bytes: step % 4 == 3 ? 65_535 : 1200, at: now)
            if let arrival = passage.first {
                must(arrival >= now && arrival >= latest, "datagrams leave in order and not before they came")
                latest = arrival
            }
            now = now.advanced(by: .milliseconds(step * step))
        }
    }

    private static func double(_ input: inout FuzzInput) -> Double {
        switch input.byte() % 3 {
        case 0: Double(input.byte())
        case 1: Double(input.number()) / 16
        default: Double(bitPattern: input.number())
        }
    }
}
