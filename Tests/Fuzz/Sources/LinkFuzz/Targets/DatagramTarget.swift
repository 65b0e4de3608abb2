import FlightTypes

@testable import LinkProtocol

/// Header, counter, tag and replay window of one direction: a peer seals under counters of its choice, somebody else alters,
/// cuts off and repeats. Nothing altered opens, and no counter opens twice.
enum DatagramTarget {
    private static let keys = NoiseTransportKeys(
        initiatorToResponder: [UInt8](repeating: 1, count: 32), responderToInitiator: [UInt8](repeating: 2, count: 32),
        handshakeHash: [])

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let choice: CipherChoice = input.flag() ? .chaChaPoly : .simulationTag
        let now = Ends.start
        var session = TransportSession(
            keys: keys, isInitiator: false, cipher: choice, localIndex: 5, remoteIndex: 6, at: now)
        var peer = Ends.Sealer(cipher: DatagramCipher(choice, key: keys.initiatorToResponder), receiverIndex: 5)
        var opened: Set<UInt64> = []
        var last: [UInt8] = []
        while !input.isEmpty {
            switch input.byte() % 6 {
            case 0:
                let datagram = input.block()
                must(!opens(datagram, &session, at: now), "bytes from nowhere do not open")
            case 1, 2:
                let counter = input.number(near: session.window.highest ?? 0)
                peer.counter = counter
                let plaintext = input.block(atMost: 64)
                last = peer.seal(plaintext)
                guard let header = DataHeader(last) else { fatalError("does not hold: a sealed datagram has a header") }
                let highest = session.window.highest
                if case .plaintext(let read, let isNewest) = session.open(last, header: header, at: now) {
                    must(read == plaintext, "what opens is what was sealed")
                    must(opened.insert(counter).inserted, "a counter opens once")
                    must(isNewest == (highest.map { counter > $0 } ?? true), "newest is newest")
                } else if header.counter(near: highest) == counter, !opened.contains(counter) {
                    must(highest.map { $0 - min($0, counter) >= ReplayWindow.size } ?? false, "a new counter opens")
                }
            case 3:
                guard !last.isEmpty else { continue }
                var altered = last
                let bit = input.below(altered.count * 8)
                altered[bit / 8] ^= 1 << UInt8(bit % 8)
                // The receiver's index is bound by the tag as well, so no bit is free.
                must(!opens(altered, &session, at: now), "an altered datagram does not open")
            case 4: must(!opens(Array(last.dropLast()), &session, at: now), "a shorter datagram does not open")
            default: must(!opens(last, &session, at: now), "a datagram does not open twice")
            }
            must(session.window.highest == session.received.highest, "window and map agree")
        }
        _ = session.received.feedback(session: 5, at: now)
    }

    private static func opens(_ datagram: [UInt8], _ session: inout TransportSession, at now: MonotonicInstant) -> Bool
    {
        guard let header = DataHeader(datagram) else { return false }
        if case .plaintext = session.open(datagram, header: header, at: now) { return true }
        return false
    }
}
