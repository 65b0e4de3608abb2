import FlightTypes

extension DroneLink {
    /// Share of the rate that backfill gets even while live traffic wants all of it.
    static let backfillFloor = 0.05
    /// On a slow path datagrams are small: none shall occupy it for longer than this.
    private static let longestDatagram: Duration = .milliseconds(100)

    /// Bytes of an object in the datagrams of today's path.
    var largestSymbol: Int {
        let slow = Int(min(control.rate * Self.longestDatagram.milliseconds / 1000, 1e6))
        return max(min(mtu.size, max(slow, 300)) - LinkLimits.fragmentOverhead, ObjectLayout.smallestSymbol)
    }

    func window(at now: MonotonicInstant) -> Int {
        let datagram = min(mtu.size, largestSymbol + 64) + LinkLimits.networkOverhead
        return control.window(delay: delay, datagram: datagram, at: now)
    }

    /// The next datagram with content that may leave now.
    mutating func nextDatagram(at now: MonotonicInstant) -> [UInt8]? {
        guard current != nil, !isSilent else { return nil }
        if let datagram = fragment(of: .telemetry, at: now) { return datagram }
        if !outbox.hasLiveToSend { lastIdle = now }
        guard outbox.hasLiveToSend || outbox.hasToSend(.backfill) || now >= mtu.nextProbe else { return nil }
        guard pacer.isOpen(at: now) else {
            isBusy = isBusy || outbox.hasLiveToSend
            return nil
        }
        if now >= mtu.nextProbe, let size = mtu.probe(at: now, interval: probeInterval) {
            return sealProbe(size, at: now)
        }
        guard ledger.bytesOnTheWay < window(at: now) else {
            isBusy = isBusy || outbox.hasLiveToSend
            return nil
        }
        if backfillCredit >= Double(mtu.size), let datagram = fragment(of: .backfill, at: now) { return datagram }
        for objectClass in [ObjectClass.detections, .thermal, .visible] {
            if let datagram = fragment(of: objectClass, at: now) { return datagram }
        }
        guard mayBackfill(at: now) else { return nil }
        return fragment(of: .backfill, at: now)
    }

    private var probeInterval: Duration { (delay.roundTrip ?? .milliseconds(200)) * 2 + .milliseconds(100) }

    private mutating func fragment(of objectClass: ObjectClass, at now: MonotonicInstant) -> [UInt8]? {
        guard outbox.hasToSend(objectClass),
            let (fragment, _) = outbox.nextFragment(of: objectClass, largestSymbol: largestSymbol, path: path, at: now)
        else { return nil }
        let datagram = seal(
            .fragment(fragment), at: now,
            load: .symbol(object: fragment.object, block: fragment.block, index: fragment.index))
        let cost = datagram.count + LinkLimits.networkOverhead
        pacer.spend(cost)
        if objectClass == .backfill {
            backfillCredit = max(0, backfillCredit - Double(cost))
        } else if outbox.hasToSend(.backfill) {
            backfillCredit = min(backfillCredit + Double(cost) * Self.backfillFloor, 64_000)
        }
        return datagram
    }

    /// Backfill leaves only where it delays nothing: no live object waits, no queue stands, half the window is free.
    private func mayBackfill(at now: MonotonicInstant) -> Bool {
        !outbox.hasLiveToSend && delay.standing < control.standingTarget / 2
            && ledger.bytesOnTheWay < window(at: now) / 2
    }

    /// What to fetch from the onboard record next: only when there is room to send it, so that the disk is not read for nothing.
    mutating func nextFetch(at now: MonotonicInstant) -> ObjectID? {
        guard isEstablished, outbox.count(of: .backfill) < 2, pendingFetches < 2, now >= nextBackfillLook else {
            return nil
        }
        guard let id = backfill.next(at: now, isLive: { outbox.contains($0) }) else {
            nextBackfillLook = now.advanced(by: .milliseconds(200))
            return nil
        }
        counters.fetches += 1
        pendingFetches += 1
        return id
    }

    // MARK: - Sealing

    /// Seals a record of its own and puts it among the outputs, past everything that waits.
    mutating func transmit(_ record: Record?, at now: MonotonicInstant) {
        let datagram = seal(record, at: now, load: .other)
        guard !datagram.isEmpty else { return }
        outputs.append(.transmit(datagram))
    }

    private mutating func sealProbe(_ size: Int, at now: MonotonicInstant) -> [UInt8] {
        let room = size - LinkLimits.headerSize - LinkLimits.tagSize
        var writer = ByteWriter(capacity: room)
        Record.ping(sent: now).encode(into: &writer)
        Record.padding(room - writer.bytes.count).encode(into: &writer)
        let datagram = seal(writer.bytes, at: now, load: .mtuProbe(UInt16(clamping: size)))
        pacer.spend(datagram.count + LinkLimits.networkOverhead)
        return datagram
    }

    private mutating func seal(_ record: Record?, at now: MonotonicInstant, load: SentLedger.Load) -> [UInt8] {
        var writer = ByteWriter(capacity: LinkLimits.largestDatagram)
        record?.encode(into: &writer)
        return seal(writer.bytes, at: now, load: load)
    }

    private mutating func seal(_ plaintext: [UInt8], at now: MonotonicInstant, load: SentLedger.Load) -> [UInt8] {
        guard let counter = current?.sendCounter, let datagram = current?.seal(plaintext) else { return [] }
        lastSent = now
        counters.datagrams += 1
        let bytes = datagram.count + LinkLimits.networkOverhead
        counters.bytes += UInt64(bytes)
        ledger.sent(counter, load: load, bytes: plaintext.isEmpty ? 0 : bytes, at: now)
        return datagram
    }

    /// When something may leave next; far away when nothing waits or only news can open the way.
    func nextSending(at now: MonotonicInstant) -> MonotonicInstant {
        let far = now.advanced(by: .seconds(1))
        guard current != nil, !isSilent else { return far }
        var next = min(far, max(mtu.nextProbe, pacer.nextTime(after: now)))
        if let urgent = outbox.nextReady(of: .telemetry, at: now) { next = min(next, urgent) }
        if ledger.bytesOnTheWay < window(at: now) {
            for objectClass in ObjectClass.allCases.dropFirst() {
                guard let ready = outbox.nextReady(of: objectClass, at: now) else { continue }
                if objectClass == .backfill, backfillCredit < Double(mtu.size), !mayBackfill(at: now) { continue }
                next = min(next, max(ready, pacer.nextTime(after: now)))
            }
        }
        if outbox.count(of: .backfill) < 2, pendingFetches < 2 { next = min(next, nextBackfillLook) }
        return next
    }
}
