import FlightTypes

@testable import LinkProtocol

/// Handshake messages to either end: bytes from nowhere, bytes of somebody who knows the public keys and so makes `mac1`
/// right, and those of the real peer with contents of its choice. Only the last may change anything; and whatever came before,
/// a real answer still gives a session.
enum HandshakeTarget {
    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var station = Ends.newStation()
        if input.flag() { exhaust(&station) }
        var (drone, initiation) = Ends.initiated
        let now = Ends.start
        // Each costs scalar multiplications.
        for _ in 0..<6 where !input.isEmpty {
            switch input.byte() % 10 {
            case 0: toStation(input.block(atMost: 200), &station, isForeign: true)
            case 1:
                var message = [1, LinkLimits.version] + input.block(atMost: 114)
                message += [UInt8](repeating: 0, count: 116 - message.count)
                message += HandshakeMAC.mac1(message, publicKey: Ends.stationKeys.publicKey)
                toStation(message + [UInt8](repeating: input.byte(), count: 16), &station, isForeign: true)
            case 2:
                let payload = InitiationMessage.Payload(
                    flight: UInt32(truncatingIfNeeded: input.number()), freshness: input.number())
                let sender = UInt32(truncatingIfNeeded: input.number())
                toStation(Ends.initiation(payload: payload.bytes, sender: sender).datagram, &station, isForeign: false)
            case 3:
                let payload = Array((input.block(atMost: 12) + [UInt8](repeating: 0, count: 12)).prefix(12))
                toStation(
                    Ends.initiation(own: Ends.strangerKeys, payload: payload).datagram, &station, isForeign: true)
            case 4: toStation(Ends.initiation(payload: input.block(atMost: 64)).datagram, &station, isForeign: false)
            case 5: toDrone(input.block(atMost: 200), &drone)
            case 6:
                var message = [2, LinkLimits.version, 0, 0] + input.block(atMost: 4)
                message += [UInt8](repeating: 0, count: 8 - message.count) + initiation[4..<8] + input.block(atMost: 48)
                message += [UInt8](repeating: 0, count: 60 - message.count)
                toDrone(message + HandshakeMAC.mac1(message, publicKey: Ends.droneKeys.publicKey), &drone)
            case 7:
                let body = input.block(atMost: 48)
                toDrone([3, LinkLimits.version, 0, 0] + initiation[4..<8] + body, &drone)
                toDrone(
                    [3, LinkLimits.version, 0, 0] + initiation[4..<8] + body
                        + [UInt8](repeating: 0, count: 48 - body.count), &drone)
            case 8:
                let cookie = CookieReply.encode(
                    receiver: InitiationMessage(initiation, stationKey: Ends.stationKeys.publicKey)?.sender ?? 0,
                    cookie: input.block(atMost: 40), salt: input.block(atMost: 16), mac1: initiation[116..<132],
                    stationKey: Ends.stationKeys.publicKey)
                drone.handle(cookie, at: now)
            default: initiation = retry(&drone, initiation)
            }
        }
        let index = UInt32(truncatingIfNeeded: input.number())
        let usable = index & (LinkLimits.sessionIndices - 1)
        guard let (answer, _) = Ends.answer(initiation, sender: usable),
            let (unusable, _) = Ends.answer(initiation, sender: index | LinkLimits.sessionIndices)
        else { fatalError("does not hold: the drone's own handshake is readable") }
        toDrone(unusable, &drone)
        drone.handle(answer, at: now)
        must(drone.isEstablished, "a real answer gives a session")
        Ends.drain(&station, at: now)
    }

    /// The drone's next try, a second and a half later: its newest initiation.
    private static func retry(_ drone: inout DroneLink, _ last: [UInt8]) -> [UInt8] {
        let later = drone.nextHandshake
        guard case .transmit(let datagram) = drone.nextOutput(at: later) else { return last }
        return datagram
    }

    private static func toStation(_ datagram: [UInt8], _ station: inout StationLink, isForeign: Bool) {
        let before = station.fingerprint
        station.handle(datagram, from: Ends.elsewhere, at: Ends.start)
        must(!isForeign || station.fingerprint == before, "a foreign handshake changes nothing at the station")
        var bytes = 0
        for case .transmit(let answer, _) in Ends.drain(&station, at: Ends.start) { bytes += answer.count }
        must(bytes <= datagram.count, "an answer is not larger than what it answers")
    }

    private static func toDrone(_ datagram: [UInt8], _ drone: inout DroneLink) {
        let before = drone.fingerprint
        drone.handle(datagram, at: Ends.start)
        must(drone.fingerprint == before, "a foreign answer changes nothing at the drone")
    }

    /// Uses up the handshakes that the station grants without a cookie.
    private static func exhaust(_ station: inout StationLink) { station = exhausted }
    private static let exhausted: StationLink = {
        var station = Ends.newStation()
        let (datagram, _) = Ends.initiation(own: Ends.strangerKeys, payload: [UInt8](repeating: 0, count: 12))
        for _ in 0..<60 { station.handle(datagram, from: Ends.home, at: Ends.start) }
        Ends.drain(&station, at: Ends.start)
        must(station.counters.deferred > 0, "the station is under load")
        return station
    }()
}
