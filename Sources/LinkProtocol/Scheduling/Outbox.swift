import FlightTypes

// Everything on its way out, between `submit` and the last fragment:
//
//   waiting (a short queue a class) ─▶ begun (numbered, cut, repaired until whole or too late) ─▶ gone
//
// Priority is strict between classes; within a class the object whose deadline comes first. Backfill gets a floor.

/// The objects of a flight that wait to leave or are being sent.
struct Outbox: Sendable {
    struct Waiting: Sendable {
        var id: ObjectID?
        var bytes: EncodedObject
        var submitted: MonotonicInstant
    }
    struct Counters: Hashable, Sendable {
        /// Objects handed in.
        var accepted: UInt64 = 0
        /// Objects given up before anything of them left: their class was full, or they could not have been in time.
        var dropped: UInt64 = 0
        /// Objects that began to leave and were not known whole by their deadline.
        var late: UInt64 = 0
        /// Objects known to be whole at the station.
        var whole: UInt64 = 0
        /// Fragments sent, and those beyond the first of each data symbol.
        var fragments: UInt64 = 0
        var repairs: UInt64 = 0
    }
    /// What planning needs to know of the path.
    struct Path: Sendable {
        var roundTrip: Duration
        var oneWay: Duration
        var loss: Double
        /// Losses come in runs.
        var isBursty: Bool
        /// A queue stood on the path lately: what is late may be waiting there.
        var isFull: Bool
        var rate: Double
    }
    /// Objects being sent at once, live and backfill.
    private static let begunLimit = 96
    /// What leaves so much later meets another burst of losses, or none.
    private static let otherBurst: Duration = .milliseconds(50)
    /// As many symbols are still few.
    private static let fewSymbols = 24
    /// Below this (bytes a second) nothing is sent in copies.
    private static let dearRate = 10_000.0

    private var waiting = [[Waiting]](repeating: [], count: ObjectClass.allCases.count)
    private(set) var begun: [UInt32: OutgoingObject] = [:]
    /// Numbers of begun objects that have something to send, by class.
    private var ready = [[UInt32]](repeating: [], count: ObjectClass.allCases.count)
    private var nextNumber: UInt32 = 0
    private var plan = RepairPlan()
    private(set) var counters = Counters()
    let deadlines: LinkDeadlines

    init(deadlines: LinkDeadlines) { self.deadlines = deadlines }

    // MARK: - In

    /// Takes an object; returns what had to go for it, if it had an identity.
    mutating func append(
        _ bytes: EncodedObject, class objectClass: ObjectClass, id: ObjectID?, at now: MonotonicInstant
    ) {
        guard bytes.count > 0, bytes.count <= LinkLimits.objectSize else {
            counters.dropped += 1
            return
        }
        let row = objectClass.rawValue
        if waiting[row].count >= objectClass.waitingLimit {
            waiting[row].removeFirst()
            counters.dropped += 1
        }
        counters.accepted += 1
        waiting[row].append(Waiting(id: id, bytes: bytes, submitted: now))
    }

    // MARK: - Questions

    /// Objects that wait or are being sent, without backfill.
    var liveCount: Int {
        waiting.dropLast().reduce(0) { $0 + $1.count }
            + begun.values.reduce(0) { $0 + ($1.objectClass == .backfill ? 0 : 1) }
    }
    func count(of objectClass: ObjectClass) -> Int {
        waiting[objectClass.rawValue].count + begun.values.reduce(0) { $0 + ($1.objectClass == objectClass ? 1 : 0) }
    }
    func contains(_ id: ObjectID) -> Bool {
        begun.values.contains { $0.id == id } || waiting.contains { $0.contains { $0.id == id } }
    }
    /// Bytes that shall leave, of classes up to `last`.
    func queuedBytes(upTo last: ObjectClass = .visible) -> Int {
        var sum = 0
        for row in 0...last.rawValue {
            sum += waiting[row].reduce(0) { $0 + $1.bytes.count }
            for number in ready[row] { sum += begun[number]?.queuedBytes ?? 0 }
        }
        return sum
    }
    var hasLiveToSend: Bool {
        for row in 0..<ObjectClass.backfill.rawValue where !waiting[row].isEmpty || !ready[row].isEmpty { return true }
        return false
    }
    func hasToSend(_ objectClass: ObjectClass) -> Bool {
        !waiting[objectClass.rawValue].isEmpty || !ready[objectClass.rawValue].isEmpty
    }
    /// The earliest moment at which something of `objectClass` may leave; nil when nothing waits.
    func nextReady(of objectClass: ObjectClass, at now: MonotonicInstant) -> MonotonicInstant? {
        let row = objectClass.rawValue
        if !waiting[row].isEmpty, begun.count < Self.begunLimit { return now }
        var next: MonotonicInstant?
        for number in ready[row] {
            if let time = begun[number]?.notBefore { next = min(next ?? time, time) }
        }
        return next
    }

    /// The first queue that holds more than its limit, if any.
    var overfull: String? {
        for objectClass in ObjectClass.allCases where waiting[objectClass.rawValue].count > objectClass.waitingLimit {
            return "waiting \(objectClass)"
        }
        return begun.count > Self.begunLimit ? "objects being sent" : nil
    }

    // MARK: - Out

    /// The next fragment of `objectClass` that may leave now; begins a waiting object when none of the begun has anything.
    mutating func nextFragment(
        of objectClass: ObjectClass, largestSymbol: Int, path: Path, at now: MonotonicInstant
    ) -> (fragment: Fragment, isRepair: Bool)? {
        let row = objectClass.rawValue
        if let found = fragmentOfBegun(row, at: now) { return found }
        guard begun.count < Self.begunLimit, begin(row, largestSymbol, path, at: now) else { return nil }
        return fragmentOfBegun(row, at: now)
    }

    private mutating func fragmentOfBegun(_ row: Int, at now: MonotonicInstant) -> (Fragment, Bool)? {
        var place = 0
        while place < ready[row].count {
            let number = ready[row][place]
            guard let index = begun.index(forKey: number), begun.values[index].hasQueued else {
                ready[row].remove(at: place)
                continue
            }
            guard now >= begun.values[index].notBefore else {
                place += 1
                continue
            }
            guard let fragment = begun.values[index].nextFragment(at: now) else { return nil }
            let block = Int(fragment.block)
            let isRepair = Int(fragment.index) >= begun.values[index].blocks[block].count
            counters.fragments += 1
            if isRepair { counters.repairs += 1 }
            if !begun.values[index].hasQueued { ready[row].remove(at: place) }
            return (fragment, isRepair)
        }
        return nil
    }

    private mutating func begin(_ row: Int, _ largestSymbol: Int, _ path: Path, at now: MonotonicInstant) -> Bool {
        guard let objectClass = ObjectClass(rawValue: row) else { return false }
        while let head = waiting[row].first {
            waiting[row].removeFirst()
            let deadline = head.submitted.advanced(by: deadline(objectClass, head.bytes.count, path))
            let sending = Duration.nanoseconds(Int64(min(Double(head.bytes.count) / max(path.rate, 1), 1e6) * 1e9))
            // With nothing else on its way even a hopeless one leaves: without traffic the rate could never rise to carry it.
            let isHopeless = !begun.isEmpty && now.advanced(by: sending + path.oneWay) > deadline
            guard !isHopeless, let layout = ObjectLayout.cutting(length: head.bytes.count, largestSymbol: largestSymbol)
            else {
                counters.dropped += 1
                continue
            }
            var object = OutgoingObject(
                number: nextNumber, id: head.id, objectClass: objectClass, layout: layout, bytes: head.bytes,
                submitted: head.submitted, deadline: deadline)
            nextNumber &+= 1
            enqueue(&object, path, at: now)
            begun[object.number] = object
            ready[row].append(object.number)
            return true
        }
        return false
    }

    /// The class's deadline, longer on a slow path: what takes a second to send cannot be there in a fifth of one. Only pictures
    /// that shall keep coming get that; visible frames are skipped instead.
    private func deadline(_ objectClass: ObjectClass, _ bytes: Int, _ path: Path) -> Duration {
        let standard = deadlines[objectClass]
        guard objectClass == .thermal || objectClass == .detections else { return standard }
        let sending = Duration.nanoseconds(Int64(min(Double(bytes) / max(path.rate, 1), 1e5) * 1e9))
        return max(standard, sending * 2 + path.roundTrip + path.oneWay)
    }

    // MARK: - Repair

    /// Asks the plan how much more of each block shall leave.
    private mutating func enqueue(_ object: inout OutgoingObject, _ path: Path, at now: MonotonicInstant) {
        let left = object.deadline.since(now) - path.oneWay - .milliseconds(5)
        let trip = path.roundTrip + .milliseconds(9)
        let rounds = left > .zero ? Int(min(left / trip, 8)) : 0
        let isFirst = object.blocks.allSatisfy { $0.next == 0 }
        // An urgent object counts on its first round alone: it is small, and late is too late.
        let roundsLeft = object.objectClass.isUrgent && isFirst ? 0 : rounds
        for number in object.blocks.indices {
            let block = object.blocks[number]
            let missing = block.count - block.arrivedCount
            guard missing > 0 else {
                object.blocks[number].queued = 0
                continue
            }
            // Copies cost a slow path more than the wait for a repair, and what it loses it mostly loses to its own queue.
            let isDear = isFirst && object.objectClass.isUrgent && path.rate < Self.dearRate
            let wanted =
                isDear ? missing : symbols(missing: missing, hasLost: object.hasLost, roundsLeft: roundsLeft, path)
            let counted = isDoubtful(object, missing: missing, path, at: now) ? 0 : block.onTheWay
            let queued = max(0, wanted - counted)
            object.blocks[number].queued = queued
            // Few are spread over what time is left, so that one burst does not take all. A whole frame's worth leaves at once: the
            // longer it takes, the likelier a fade takes part of it.
            let isSpread = roundsLeft == 0 && (2...Self.fewSymbols).contains(queued)
            if isSpread, !isFirst || object.objectClass.isUrgent {
                let slack = max(left, .zero) / (queued + 1)
                object.spacing = min(slack, object.objectClass.isUrgent ? .milliseconds(4) : .milliseconds(6))
            } else {
                object.spacing = .zero
            }
        }
    }

    /// At the last call nothing more can become known. What has been without news for longer than an answer takes is gone, unless
    /// it may stand in a queue; and where losses come together what is few, or left a burst's time ago, is sent once more to be sure.
    private func isDoubtful(_ object: OutgoingObject, missing: Int, _ path: Path, at now: MonotonicInstant) -> Bool {
        guard object.lastCallMade else { return false }
        let age = now.since(object.lastSent)
        let isGone = age > path.roundTrip + .milliseconds(10) && (path.isBursty || !path.isFull)
        return isGone || path.isBursty && (missing <= Self.fewSymbols || age > Self.otherBurst)
    }

    /// How many symbols of a block shall be on the way.
    private mutating func symbols(missing: Int, hasLost: Bool, roundsLeft: Int, _ path: Path) -> Int {
        if path.isBursty, roundsLeft > 0 {
            // A burst takes all or nothing: what is sent beyond need rarely makes the difference, another round does.
            return missing
        }
        if path.isBursty, hasLost { return missing + 2 + min(missing / 8, 2) }
        // A path that has lost nothing lately may lose the repair all the same.
        return plan.symbols(missing: missing, roundsLeft: roundsLeft, loss: hasLost ? max(path.loss, 0.02) : path.loss)
    }

    /// A symbol arrived.
    mutating func arrived(object number: UInt32, block: Int, index: Int) -> Bool {
        guard let place = begun.index(forKey: number), block < begun.values[place].blocks.count else { return false }
        begun.values[place].blocks[block].onTheWay = max(0, begun.values[place].blocks[block].onTheWay - 1)
        _ = begun.values[place].blocks[block].mark(index)
        if begun.values[place].isWhole { finish(place) }
        return true
    }

    /// A symbol was lost.
    mutating func lost(object number: UInt32, block: Int) -> Bool {
        guard let place = begun.index(forKey: number), block < begun.values[place].blocks.count else { return false }
        begun.values[place].blocks[block].onTheWay = max(0, begun.values[place].blocks[block].onTheWay - 1)
        begun.values[place].hasLost = true
        return true
    }

    /// The station says that an object is whole.
    mutating func whole(_ number: UInt32) {
        if let place = begun.index(forKey: number) { finish(place) }
    }

    private mutating func finish(_ place: Dictionary<UInt32, OutgoingObject>.Index) {
        counters.whole += 1
        begun.remove(at: place)
    }

    /// Plans anew for objects of which something became known.
    mutating func replan(_ numbers: Set<UInt32>, path: Path, at now: MonotonicInstant) {
        for number in numbers.sorted() {
            guard var object = begun[number] else { continue }
            enqueue(&object, path, at: now)
            update(object)
        }
    }

    private mutating func update(_ object: OutgoingObject) {
        begun[object.number] = object
        let row = object.objectClass.rawValue
        guard object.hasQueued, !ready[row].contains(object.number) else { return }
        // The earliest deadline first: repairs of an old object go before the first symbols of a new one.
        let place = ready[row].firstIndex { (begun[$0]?.deadline ?? object.deadline) > object.deadline }
        ready[row].insert(object.number, at: place ?? ready[row].count)
    }

    /// The last call of objects that are not known whole, right before nothing could arrive in time any more; and the end of
    /// those whose time is over.
    mutating func runDeadlines(path: Path, at now: MonotonicInstant) {
        for number in begun.keys.sorted() {
            guard var object = begun[number] else { continue }
            if now >= object.deadline {
                begun[number] = nil
                counters.late += 1
            } else if !object.lastCallMade, now.advanced(by: notice(object, path)) >= object.deadline {
                object.lastCallMade = true
                enqueue(&object, path, at: now)
                update(object)
            }
        }
    }

    func nextDeadline(path: Path) -> MonotonicInstant? {
        var next: MonotonicInstant?
        for object in begun.values {
            let time =
                object.lastCallMade ? object.deadline : object.deadline.advanced(by: .zero - notice(object, path))
            next = min(next ?? time, time)
        }
        return next
    }

    /// How long before its deadline an object gets its last call: the way there, and the time that sending takes.
    private func notice(_ object: OutgoingObject, _ path: Path) -> Duration {
        let missing = object.blocks.reduce(0) { $0 + max(0, $1.count - $1.arrivedCount) }
        let seconds = min(Double(missing * object.layout.size) / max(path.rate, 1), 0.1)
        return path.oneWay + .milliseconds(4) + .nanoseconds(Int64(seconds * 1e9))
    }
}
