import FlightTypes

extension DroneLink {
    func needsHandshake(at now: MonotonicInstant) -> Bool {
        guard let current else { return true }
        return isSilent || now.since(current.created) >= SessionLife.rekeyAfter
            || current.sendCounter >= SessionLife.rekeyAfterDatagrams
    }

    mutating func startHandshake(at now: MonotonicInstant) -> [UInt8] {
        let jitter = Int64(random.next() % 334)
        // The station is under load, or somebody floods it in this drone's name: many tries are lost, so there are more of them.
        let isUnderLoad = cookie.map { now.since($0.at) < .seconds(5) } ?? false
        let isFlooded = isUnderLoad || counters.strayCookies >= strayCookiesBefore + 100
        strayCookiesBefore = counters.strayCookies
        nextHandshake = now.advanced(by: isFlooded ? Self.retry * 2 / 5 : Self.retry + .milliseconds(jitter))
        freshness += 1
        counters.handshakes += 1
        let index = unusedIndex()
        var secret: [UInt8] = []
        while secret.count < 32 { withUnsafeBytes(of: random.next()) { secret.append(contentsOf: $0) } }
        guard let ephemeral = StaticKeyPair(secret: secret) else { return [] }
        var noise = NoiseInitiator(
            prologue: configuration.cipher.prologue, own: configuration.own, ephemeral: ephemeral,
            remote: configuration.stationKey)
        let payload = InitiationMessage.Payload(flight: configuration.flight, freshness: freshness)
        guard let message = try? noise.writeInitiation(payload: payload.bytes) else { return [] }
        let fresh = cookie.flatMap { now.since($0.at) < .seconds(120) ? $0.bytes : nil }
        let datagram = InitiationMessage.encode(
            sender: index, noise: message, stationKey: configuration.stationKey, cookie: fresh)
        attempts.append(Attempt(noise: noise, index: index, mac1: Array(datagram[116..<132])))
        if attempts.count > Self.attemptsLimit { attempts.removeFirst() }
        return datagram
    }

    /// A number that none of this end's sessions or open handshakes has.
    private mutating func unusedIndex() -> UInt32 {
        let used = Set(attempts.map(\.index) + [current, previous].compactMap { $0?.localIndex })
        while true {
            let index = UInt32(truncatingIfNeeded: random.next()) & (LinkLimits.sessionIndices - 1)
            if !used.contains(index) { return index }
        }
    }

    mutating func handleResponse(_ datagram: [UInt8], at now: MonotonicInstant) {
        guard let response = ResponseMessage(datagram, droneKey: configuration.own.publicKey),
            let position = attempts.firstIndex(where: { $0.index == response.receiver }),
            let (_, keys) = try? attempts[position].noise.readResponse(response.noise)
        else {
            counters.refused += 1
            return
        }
        let attempt = attempts[position]
        if configuration.exportsKeys {
            outputs.append(.exportKeys(SessionKey.both(keys, station: response.sender, drone: attempt.index)))
        }
        attempts.removeFirst(position + 1)
        previous = current
        current = TransportSession(
            keys: keys, isInitiator: true, cipher: configuration.cipher, localIndex: attempt.index,
            remoteIndex: response.sender, at: now)
        endPreviousLedger(at: now)
        previousLedger = ledger
        if isSilent { endPreviousLedger(at: now) }
        ledger = SentLedger(session: response.sender)
        lastHeard = now
        isSilent = false
        outputs.append(.event(.established))
        // The station sends under the new keys only after it has heard them: say something at once.
        transmit(.ping(sent: now), at: now)
        mtu.pathChanged(at: now)
        timersDue = now
    }

    mutating func handleCookie(_ datagram: [UInt8], at now: MonotonicInstant) {
        guard let attempt = attempts.last,
            let bytes = CookieReply.open(
                datagram, sender: attempt.index, mac1: attempt.mac1, stationKey: configuration.stationKey)
        else {
            counters.refused += 1
            counters.strayCookies += 1
            return
        }
        cookie = (bytes, now)
        counters.cookies += 1
        nextHandshake = min(nextHandshake, now.advanced(by: .milliseconds(100)))
        timersDue = now
    }
}
