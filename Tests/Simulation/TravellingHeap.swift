import FlightTypes
import LinkProtocol

/// A datagram between the two ends.
struct Travelling: Sendable {
    var arrival: MonotonicInstant
    /// Ties are broken by the order of sending.
    var order: UInt64
    var bytes: [UInt8]
    /// Where it comes from; nil when it goes to the drone.
    var sender: LinkEndpoint?
    /// Whether the path flipped a bit.
    var isAltered: Bool
}

/// Datagrams on their way, the next to arrive first: a binary heap.
struct TravellingHeap: Sendable {
    private var items: [Travelling] = []
    var count: Int { items.count }
    var next: MonotonicInstant? { items.first?.arrival }

    private func before(_ a: Int, _ b: Int) -> Bool {
        (items[a].arrival.nanoseconds, items[a].order) < (items[b].arrival.nanoseconds, items[b].order)
    }

    mutating func push(_ item: Travelling) {
        items.append(item)
        var place = items.count - 1
        while place > 0, before(place, (place - 1) / 2) {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func pop() -> Travelling? {
        guard !items.isEmpty else { return nil }
        items.swapAt(0, items.count - 1)
        let first = items.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < items.count && before(child, least) {
                least = child
            }
            guard least != place else { return first }
            items.swapAt(place, least)
            place = least
        }
    }
}
