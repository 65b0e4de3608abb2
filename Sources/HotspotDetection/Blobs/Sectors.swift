/// A picture in parts, so that what one part is full of (a bank, a bridge) leaves room for the others.
struct Sectors: Sendable {
    /// Parts across and down.
    static let columns = 6, rows = 5
    static let count = columns * rows
    private var seen = [Int](repeating: 0, count: count)
    private var ranks: [Int] = []

    /// The part that a place lies in.
    static func sector(x: Int, y: Int, width: Int, height: Int) -> Int {
        guard width > 0, height > 0 else { return 0 }
        return min(max(y * rows / height, 0), rows - 1) * columns + min(max(x * columns / width, 0), columns - 1)
    }

    /// Takes out of a list, the best first, so that `limit` stay: the best of each part, then the second of each, and so on; of those of one
    /// rank the best. The order stays.
    mutating func thin<Thing>(_ things: inout [Thing], to limit: Int, sector: (Thing) -> Int) {
        guard things.count > limit else { return }
        for place in seen.indices { seen[place] = 0 }
        ranks.removeAll(keepingCapacity: true)
        for thing in things {
            let place = sector(thing)
            ranks.append(seen[place])
            seen[place] += 1
        }
        var (room, last) = (limit, 0)
        while true {
            let count = ranks.count { $0 == last }
            if count > room { break }
            room -= count
            last += 1
        }
        var kept = 0
        for (place, rank) in ranks.enumerated() {
            guard rank < last || rank == last && room > 0 else { continue }
            if rank == last { room -= 1 }
            things[kept] = things[place]
            kept += 1
        }
        things.removeLast(things.count - kept)
    }
}
