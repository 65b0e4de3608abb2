import FlightTypes

@testable import LinkProtocol

/// The station with a session: a drone that has the keys and says anything, and somebody without keys in between. What does not
/// authenticate changes nothing.
enum StationTarget {
    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var side = Ends.station
        var now = Ends.start
        var last: [UInt8] = []
        while !input.isEmpty {
            switch input.byte() % 12 {
            case 0: foreign(input.block(), &side.station, at: now)
            case 1:
                var datagram: [UInt8] = []
                DataHeader(receiverIndex: side.drone.receiverIndex, counter: input.number(near: side.drone.counter))
                    .append(to: &datagram)
                foreign(datagram + input.block(), &side.station, at: now)
            case 2:
                var altered = side.drone.seal(input.block(atMost: 300))
                let bit = input.below(altered.count * 8)
                altered[bit / 8] ^= 1 << UInt8(bit % 8)
                foreign(altered, &side.station, at: now)
            case 3: foreign(input.flag() ? last : side.initiation, &side.station, at: now)
            case 4: last = side.drone.seal(input.block())
            case 5:
                let records: [Record] = [.ping(sent: now), .fragment(ReassemblerTarget.hostile(&input))]
                last = side.drone.seal(Ends.damaged(records, &input))
            case 6: last = side.drone.seal([.fragment(ReassemblerTarget.hostile(&input))])
            case 7:
                last = side.drone.seal([
                    .pong(
                        sent: input.instant(near: now), received: input.instant(near: now),
                        answered: input.instant(near: now))
                ])
            case 8: last = side.drone.seal((0...input.below(16)).map { _ in .ping(sent: input.instant(near: now)) })
            case 9: now = now.advanced(by: input.pause())
            case 10:
                let id = ObjectID(
                    flight: Ends.flight, stream: StreamID(.telemetry, input.byte() % 80), sequence: input.number())
                side.station.acknowledge([id], isReduced: input.flag(), of: Ends.name, at: now)
            default: side.drone.counter = side.drone.counter &+ input.number()
            }
            if !last.isEmpty {
                side.station.handle(
                    last, from: input.below(8) == 0 ? Ends.elsewhere : Ends.home, isMarked: input.below(8) == 0, at: now
                )
            }
            Ends.drain(&side.station, at: now)
            _ = side.station.localTime(now, of: Ends.name)
            _ = side.station.quality(of: Ends.name)
        }
    }

    private static func foreign(_ datagram: [UInt8], _ station: inout StationLink, at now: MonotonicInstant) {
        let before = station.fingerprint
        station.handle(datagram, from: Ends.elsewhere, at: now)
        must(station.fingerprint == before, "what does not authenticate changes nothing at the station")
    }
}
