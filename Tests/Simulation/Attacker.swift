import FlightTypes
import LinkProtocol
import NetworkImpairment

extension FlightSimulation {
    /// Datagrams of somebody who hears everything and has no key. They must change nothing but counters: the fingerprint of each
    /// end is compared before and after. Where the station was restarted without the counters it should have kept, a recorded
    /// handshake may prepare a session, and nothing else.
    mutating func attack(_ count: Int) {
        let attacker = LinkEndpoint(host: [203, 0, 113, 9], port: 9)
        for _ in 0..<count {
            let datagram = forge()
            if random.next() & 1 == 0 {
                let before = (station.fingerprint, station.confirmedFingerprint)
                station.handle(datagram, from: attacker, at: now)
                let mayBeFresh = freshness.isEmpty && datagram.first == DatagramType.initiation.rawValue
                // A handshake message may be answered; that is an output, no state.
                checker.check(
                    mayBeFresh ? station.confirmedFingerprint == before.1 : station.fingerprint == before.0,
                    "a forged datagram changed the station", at: now)
            } else {
                let before = drone.fingerprint
                drone.handle(datagram, at: droneNow)
                checker.check(drone.fingerprint == before, "a forged datagram changed the drone", at: now)
            }
        }
    }

    /// Remembers a datagram for later: a fixed number, old and new ones.
    mutating func capture(_ datagram: [UInt8]) {
        if captured.count < 256 { captured.append(datagram) } else { captured[Int(report.steps / 97 % 256)] = datagram }
    }

    private mutating func forge() -> [UInt8] {
        let kind = random.next() % 4
        guard !captured.isEmpty, kind > 0 else {
            var bytes = random.bytes(Int(random.next() % 1500))
            if !bytes.isEmpty, random.next() & 1 == 0 { bytes[0] = UInt8(1 + random.next() % 4) }
            return bytes
        }
        var bytes = captured[Int(random.next() % UInt64(captured.count))]
        switch kind {
        case 1: break  // Replayed as it was.
        case 2: bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
        default: if !bytes.isEmpty { bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8) }
        }
        return bytes
    }
}
