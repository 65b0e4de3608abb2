import FlightTypes

@testable import LinkProtocol

/// The drone with a session, while it sends: a station that has the keys and says anything (feedback of what never left,
/// receipts of everything, clocks that jump), and somebody without keys in between.
enum DroneTarget {
    /// Objects and handshakes of one input, so that it stays quick.
    private static let submissionsLimit = 200
    private static let handshakesLimit = 3

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var flight = Flight()
        while !input.isEmpty {
            flight.step(&input)
            flight.drain(&input)
            flight.check()
        }
    }

    private struct Flight {
        var side = Ends.drone
        var now = Ends.start
        var submitted = 0
        var handshakes = 0
        var initiation: [UInt8] = []

        mutating func step(_ input: inout FuzzInput) {
            switch input.byte() % 16 {
            case 0, 1: submit(&input)
            case 2, 3: now = now.advanced(by: input.pause())
            case 4, 5, 6: tell([.feedback(feedback(&input))])
            case 7: tell([.receipt((0..<input.below(8)).map { _ in receipt(&input) })])
            case 8:
                let records: [Record] = [.feedback(feedback(&input)), .receipt([receipt(&input), receipt(&input)])]
                let plaintext = input.flag() ? input.block() : Ends.damaged(records, &input)
                side.drone.handle(side.station.seal(plaintext), at: now)
            case 9:
                tell([
                    .ping(sent: input.instant(near: now)),
                    .pong(sent: now, received: input.instant(near: now), answered: input.instant(near: now)),
                ])
            case 10:
                tell(input.below(4) == 0 ? [.close, .feedback(feedback(&input)), .ping(sent: now)] : [.padding(9)])
            case 11: foreign(input.block())
            case 12:
                var altered = side.station.seal([.feedback(feedback(&input))])
                let bit = input.below(altered.count * 8)
                altered[bit / 8] ^= 1 << UInt8(bit % 8)
                foreign(altered)
            case 13: handshake(&input)
            case 14: side.station.counter = side.station.counter &+ input.number()
            default: own(&input)
            }
        }

        private mutating func tell(_ records: [Record]) { side.drone.handle(side.station.seal(records), at: now) }

        private mutating func foreign(_ datagram: [UInt8]) {
            let before = side.drone.fingerprint
            side.drone.handle(datagram, at: now)
            must(side.drone.fingerprint == before, "what does not authenticate changes nothing at the drone")
        }

        private mutating func submit(_ input: inout FuzzInput) {
            guard submitted < DroneTarget.submissionsLimit else { return }
            submitted += 1
            let kinds: [(ObjectClass, StreamKind)] = [
                (.telemetry, .telemetry), (.detections, .detections), (.thermal, .thermal), (.visible, .visible),
                (.backfill, .visible),
            ]
            let (objectClass, kind) = kinds[input.below(kinds.count)]
            let id = ObjectID(flight: Ends.flight, stream: StreamID(kind), sequence: UInt64(submitted))
            let bytes = [UInt8](repeating: 1, count: input.below(input.flag() ? 60_000 : 1500))
            side.drone.submit(bytes, class: objectClass, id: input.flag() ? id : nil, at: now)
        }

        private func feedback(_ input: inout FuzzInput) -> Feedback {
            let session = input.below(8) == 0 ? UInt32(truncatingIfNeeded: input.number()) : side.drone.ledger.session
            let map: [UInt64] =
                input.flag() ? [input.number(), .max] : (0..<Feedback.words).map { _ in input.number() }
            return Feedback(
                session: session, highest: input.number(near: side.drone.ledger.next),
                delayMicroseconds: UInt32(truncatingIfNeeded: input.number()), sent: input.instant(near: now), map: map,
                finishedObject: UInt32(truncatingIfNeeded: input.number(near: UInt64(submitted))),
                finished: input.number(), congestionMarks: UInt32(truncatingIfNeeded: input.number()),
                objects: UInt32(truncatingIfNeeded: input.number()),
                abandoned: UInt32(truncatingIfNeeded: input.number()))
        }

        private func receipt(_ input: inout FuzzInput) -> ReceiptRange {
            let kind = StreamKind(rawValue: input.byte() % 8)
            let (a, b) = (input.number(near: UInt64(submitted)), input.number(near: UInt64(submitted)))
            return ReceiptRange(
                flight: input.below(8) == 0 ? input.number() == 0 ? 0 : 6 : Ends.flight, stream: StreamID(kind),
                isReduced: input.flag(), first: min(a, b), last: max(a, b))
        }

        private mutating func handshake(_ input: inout FuzzInput) {
            guard handshakes < DroneTarget.handshakesLimit,
                let (datagram, station) = Ends.answer(initiation, sender: UInt32(truncatingIfNeeded: input.number()))
            else { return }
            handshakes += 1
            initiation = []
            let before = side.drone.counters.refused
            side.drone.handle(datagram, at: now)
            if side.drone.counters.refused == before { side.station = station }
        }

        /// What the drone's owner does.
        private mutating func own(_ input: inout FuzzInput) {
            switch input.byte() % 6 {
            case 0: side.drone.wantContext(at: now)
            case 1:
                submitted += 1
                side.drone.skip(
                    ObjectID(flight: Ends.flight, stream: StreamID(.visible), sequence: UInt64(submitted)), at: now)
            case 2:
                let first = UInt64(input.byte())
                side.drone.holds(flight: 6, stream: StreamID(.visible), first...first + UInt64(input.byte()))
            case 3: side.drone.knownDurable(receipt(&input))
            case 4: must(side.drone.visibleBudget(at: now) >= 0, "a frame's budget is not negative")
            default: _ = side.drone.status
            }
        }

        /// Carries out what the drone wants. It must come to an end.
        mutating func drain(_ input: inout FuzzInput) {
            for _ in 0..<20_000 {
                switch side.drone.nextOutput(at: now) {
                case .wait(let until): return must(until > now, "the drone waits for a moment that lies ahead")
                case .fetch(let id):
                    let bytes = input.flag() ? [UInt8](repeating: 2, count: 1 + input.below(9000)) : nil
                    side.drone.answerFetch(id, bytes, at: now)
                case .transmit(let datagram):
                    must(datagram.count <= LinkLimits.largestDatagram, "a datagram fits the path")
                    if datagram.first == DatagramType.initiation.rawValue { initiation = datagram }
                case .event, .exportKeys: break
                }
            }
            fatalError("does not hold: the drone comes to rest")
        }

        func check() {
            must(side.drone.overfullQueue == nil, "queues are bounded")
            must(side.drone.ledger.bytesOnTheWay >= 0, "bytes on their way are not negative")
            let rate = side.drone.control.rate
            must(rate >= 1000 && rate <= 4_000_000, "the rate keeps its limits")
            must((0...1).contains(side.drone.loss.fraction), "loss is a fraction")
        }
    }
}
