import FlightTypes

extension DroneLink {
    mutating func handleData(_ datagram: [UInt8], at now: MonotonicInstant) {
        guard let header = DataHeader(datagram) else {
            counters.refused += 1
            return
        }
        let opened: TransportSession.Opened
        if current?.localIndex == header.receiverIndex, current?.isUsable(at: now) == true {
            opened = current?.open(datagram, header: header, at: now) ?? .forged
        } else if previous?.localIndex == header.receiverIndex, previous?.isUsable(at: now) == true {
            opened = previous?.open(datagram, header: header, at: now) ?? .forged
        } else {
            opened = .forged
        }
        guard case .plaintext(let plaintext, _) = opened, let records = try? Record.decodeAll(plaintext) else {
            counters.refused += 1
            return
        }
        heard(at: now)
        for record in records { handle(record, at: now) }
    }

    private mutating func heard(at now: MonotonicInstant) {
        lastHeard = now
        guard isSilent else { return }
        // Back under the old keys. What was on its way is gone, and says nothing about the path as it is now.
        isSilent = false
        attempts.removeAll()
        ledger.forgetOpen()
        outputs.append(.event(.resumed))
        timersDue = now
    }

    private mutating func handle(_ record: Record, at now: MonotonicInstant) {
        switch record {
        case .feedback(let feedback): handle(feedback, at: now)
        case .receipt(let ranges):
            for range in ranges { backfill.durable(range) }
            outputs.append(.event(.receipt(ranges)))
        case .ping(let sent): transmit(.pong(sent: sent, received: now, answered: now), at: now)
        case .pong, .padding: break  // A sign of life.
        case .close:
            current = nil
            nextHandshake = max(nextHandshake, now.advanced(by: Self.retry))
            timersDue = now
        case .fragment: counters.refused += 1  // A station sends none.
        }
    }

    private mutating func handle(_ feedback: Feedback, at now: MonotonicInstant) {
        let outcome: SentLedger.Outcome
        if feedback.session == ledger.session {
            noteDelay(feedback, ledger, at: now)
            outcome = ledger.handle(feedback, estimate: &loss)
        } else if previousLedger?.session == feedback.session {
            var unjudged = LossEstimate()
            outcome = previousLedger?.handle(feedback, estimate: &unjudged) ?? .init()
        } else {
            return
        }
        counters.feedbacks += 1
        lastFeedback = now
        var changed: Set<UInt32> = []
        for load in outcome.arrived {
            switch load {
            case .symbol(let object, let block, let index):
                if outbox.arrived(object: object, block: Int(block), index: Int(index)) { changed.insert(object) }
            case .mtuProbe(let size): mtu.probeArrived(Int(size), at: now)
            case .other: break
            }
        }
        changed.formUnion(take(lost: outcome.lost))
        takeFinished(feedback)
        mtu.note(
            largeArrived: outcome.largeArrived, largeLost: outcome.largeLost, smallArrived: outcome.smallArrived,
            at: now)
        if feedback.session == ledger.session {
            control.handle(
                arrivedBytes: outcome.arrivedBytes, marks: feedback.congestionMarks, delay: &delay, isBusy: isBusy,
                at: now)
            isBusy = false
            pacer.setRate(control.pacingRate(idle: lastIdle, at: now), at: now)
        }
        outbox.replan(changed, path: path, at: now)
    }

    /// Tells the outbox what was lost; returns the objects that this concerns.
    private mutating func take(lost loads: [SentLedger.Load]) -> Set<UInt32> {
        var changed: Set<UInt32> = []
        for load in loads {
            if case .symbol(let object, let block, _) = load, outbox.lost(object: object, block: Int(block)) {
                changed.insert(object)
            }
        }
        return changed
    }

    /// Nothing more is heard of what left under the keys from before: it counts as lost, or its objects would wait for it until
    /// their deadline, which for backfill is minutes.
    mutating func endPreviousLedger(at now: MonotonicInstant) {
        guard var ended = previousLedger else { return }
        previousLedger = nil
        ended.forgetOpen()
        outbox.replan(take(lost: ended.takeLost()), path: path, at: now)
    }

    /// How long after new keys an answer to what left under the old ones may still come.
    var previousLedgerLife: Duration { max(.seconds(1), (delay.roundTrip ?? .zero) * 3) }

    /// What the station says to be whole is done, whatever the maps said.
    private mutating func takeFinished(_ feedback: Feedback) {
        var bits = feedback.finished
        while bits != 0 {
            let distance = UInt32(bits.trailingZeroBitCount)
            bits &= bits - 1
            guard distance <= feedback.finishedObject else { return }
            outbox.whole(feedback.finishedObject - distance)
        }
    }

    private mutating func noteDelay(_ feedback: Feedback, _ ledger: SentLedger, at now: MonotonicInstant) {
        guard let left = ledger.sentTime(of: feedback.highest), feedback.highest != ledger.highestArrived else {
            return
        }
        let held = Duration.microseconds(Int64(feedback.delayMicroseconds))
        let arrived = feedback.sent.advanced(by: .zero - held)
        delay.note(oneWay: arrived.since(left), roundTrip: now.since(left) - held, at: now)
    }

    /// What planning needs to know of the path. The way there is taken for half the way there and back, plus its queue.
    var path: Outbox.Path {
        let trip = delay.roundTrip ?? .milliseconds(100)
        let least = delay.leastRoundTrip ?? trip
        let oneWay = least / 2 + max(.zero, min(trip - least, .milliseconds(200)))
        return Outbox.Path(
            roundTrip: trip, oneWay: oneWay, loss: loss.fraction, isBursty: loss.isBursty,
            isFull: control.hasBeenFull(at: lastFeedback ?? lastSent), rate: control.rate)
    }

    /// When something has been on its way for longer than an answer takes, and no answer came.
    var unansweredDue: MonotonicInstant? {
        guard !isSilent, let oldest = ledger.oldestOnTheWay else { return nil }
        let trip = delay.roundTrip ?? .milliseconds(300)
        let patience = trip + max(delay.roundTripVariation * 2, .milliseconds(14))
        // A question is some 80 bytes: at most a twentieth of what the path carries.
        let spacing = Duration.microseconds(Int64(min(max(1600 / control.rate * 1e6, 10_000), 500_000)))
        return max(oldest.advanced(by: patience), lastProbe.advanced(by: spacing))
    }

    /// The last datagrams of a burst have no newer ones behind them that would show their loss: one more draws the answer
    /// (tail loss probe, RFC 8985 §7); and the first that comes through after a fade starts the repair of what it took.
    mutating func probeWhenUnanswered(at now: MonotonicInstant) {
        guard let due = unansweredDue, now >= due else { return }
        lastProbe = now
        transmit(.ping(sent: now), at: now)
    }
}
