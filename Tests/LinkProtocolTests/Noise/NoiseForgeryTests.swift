import TestSupport
import LinkProtocol
import Testing

/// What a forged handshake message may do: nothing.
@Suite struct NoiseForgeryTests {
    private static func pair(_ random: inout SplitMix) throws -> StaticKeyPair {
        try #require(StaticKeyPair(secret: random.bytes(32)))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func forgedMessagesLeaveBothEndsAbleToFinish(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let drone = try Self.pair(&random)
        let station = try Self.pair(&random)
        let prologue = random.bytes(12)
        var initiator = NoiseInitiator(
            prologue: prologue, own: drone, ephemeral: try Self.pair(&random), remote: station.publicKey)
        var responder = NoiseResponder(prologue: prologue, own: station)
        let first = try initiator.writeInitiation(payload: [1, 2, 3])
        for _ in 0..<200 {
            let forged = Self.damaged(first, &random)
            #expect(throws: NoiseError.self) { try responder.readInitiation(forged[...]) }
        }
        let read = try responder.readInitiation(first[...])
        #expect(read.remote == drone.publicKey)
        #expect(read.payload == [1, 2, 3])
        let (second, keys) = try responder.writeResponse(payload: [9], ephemeral: try Self.pair(&random))
        for _ in 0..<200 {
            let forged = Self.damaged(second, &random)
            #expect(throws: NoiseError.self) { try initiator.readResponse(forged[...]) }
        }
        let response = try initiator.readResponse(second[...])
        #expect(response.payload == [9])
        #expect(response.keys.initiatorToResponder == keys.initiatorToResponder)
        #expect(response.keys.responderToInitiator == keys.responderToInitiator)
    }

    /// One flipped bit, or some bytes less. X25519 ignores the top bit of a public key (RFC 7748 §5), yet it is hashed.
    private static func damaged(_ message: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        if random.chance(0.3) { return Array(message.prefix(random.below(message.count))) }
        var message = message
        message[random.below(message.count)] ^= 1 << UInt8(random.below(8))
        return message
    }

    @Test func pointsOfLowOrderAreRefused() throws {
        var random = SplitMix(seed: 4)
        let station = try Self.pair(&random)
        // RFC 7748 §6.1: these give an all-zero secret that anybody knows.
        for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
            var responder = NoiseResponder(prologue: [], own: station)
            let message = point + random.bytes(76)
            #expect(throws: NoiseError.badKey) { try responder.readInitiation(message[...]) }
            var initiator = NoiseInitiator(
                prologue: [], own: try Self.pair(&random), ephemeral: try Self.pair(&random), remote: point)
            #expect(throws: NoiseError.badKey) { try initiator.writeInitiation(payload: []) }
        }
    }

    @Test func prologueBindsBothEnds() throws {
        var random = SplitMix(seed: 5)
        let station = try Self.pair(&random)
        var initiator = NoiseInitiator(
            prologue: [1], own: try Self.pair(&random), ephemeral: try Self.pair(&random), remote: station.publicKey)
        var responder = NoiseResponder(prologue: [2], own: station)
        let message = try initiator.writeInitiation(payload: [])
        #expect(throws: NoiseError.authentication) { try responder.readInitiation(message[...]) }
    }

    @Test func secretsOfOtherLengthsAreNoKeys() {
        for count in [0, 1, 31, 33, 64] { #expect(StaticKeyPair(secret: [UInt8](repeating: 7, count: count)) == nil) }
    }
}
