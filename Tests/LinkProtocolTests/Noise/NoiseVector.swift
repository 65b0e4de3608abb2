import Foundation
import LinkProtocol
import Testing

/// One entry of a published vector file. Every field but the messages may be missing, as the patterns differ.
struct NoiseVector: Decodable {
    struct Message: Decodable {
        var payload: String
        var ciphertext: String
    }
    struct File: Decodable { var vectors: [NoiseVector] }
    var protocolName: String?
    var name: String?
    var initPrologue: String?
    var initStatic: String?
    var initEphemeral: String?
    var initRemoteStatic: String?
    var respPrologue: String?
    var respStatic: String?
    var respEphemeral: String?
    var handshakeHash: String?
    var messages: [Message]

    /// Those of `file` that are for our suite, by whichever of the two names the file uses.
    static func ours(in file: URL) throws -> [NoiseVector] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(File.self, from: Data(contentsOf: file)).vectors
            .filter { ($0.protocolName ?? $0.name) == noiseProtocolName }
    }

    private func field(_ text: String?) throws -> [UInt8] { try #require(bytes(hex: text ?? "")) }

    /// Runs both ends and compares every byte. After the two handshake messages an even place is the initiator's.
    func check() throws {
        try #require(messages.count >= 2)
        let initiatorStatic = try #require(StaticKeyPair(secret: try field(initStatic)))
        let responderStatic = try #require(StaticKeyPair(secret: try field(respStatic)))
        if let initRemoteStatic { #expect(responderStatic.publicKey == bytes(hex: initRemoteStatic)) }
        let initiatorEphemeral = try #require(StaticKeyPair(secret: try field(initEphemeral)))
        let responderEphemeral = try #require(StaticKeyPair(secret: try field(respEphemeral)))
        var initiator = NoiseInitiator(
            prologue: try field(initPrologue), own: initiatorStatic, ephemeral: initiatorEphemeral,
            remote: responderStatic.publicKey)
        var responder = NoiseResponder(prologue: try field(respPrologue), own: responderStatic)

        let first = try initiator.writeInitiation(payload: try field(messages[0].payload))
        #expect(hex(first) == messages[0].ciphertext)
        let read = try responder.readInitiation(first[...])
        #expect(read.remote == initiatorStatic.publicKey)
        #expect(hex(read.payload) == messages[0].payload)

        let second = try responder.writeResponse(payload: try field(messages[1].payload), ephemeral: responderEphemeral)
        #expect(hex(second.message) == messages[1].ciphertext)
        let response = try initiator.readResponse(second.message[...])
        #expect(hex(response.payload) == messages[1].payload)

        let ends = (response.keys, second.keys)
        #expect(ends.0.handshakeHash == ends.1.handshakeHash)
        #expect(ends.0.initiatorToResponder == ends.1.initiatorToResponder)
        #expect(ends.0.responderToInitiator == ends.1.responderToInitiator)
        if let handshakeHash { #expect(hex(ends.0.handshakeHash) == handshakeHash) }

        for (place, message) in messages.enumerated().dropFirst(2) {
            let key = place.isMultiple(of: 2) ? ends.0.initiatorToResponder : ends.1.responderToInitiator
            let counter = UInt64(place / 2 - 1)
            #expect(
                hex(NoiseTransport.seal(try field(message.payload), key: key, counter: counter)) == message.ciphertext)
        }
    }
}
