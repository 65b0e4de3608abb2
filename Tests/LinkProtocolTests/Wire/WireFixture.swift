import FlightTypes
import Foundation
import Testing

@testable import LinkProtocol

// Fixtures/wire, as scripts/wire-vectors writes it: bytes are hexadecimal, 64-bit numbers decimal text.

/// The bytes of a hexadecimal text in JSON.
struct HexBytes: Decodable {
    var bytes: [UInt8]
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        bytes = try #require(decoded(text))
    }
}
private func decoded(_ text: String) -> [UInt8]? { bytes(hex: text) }

/// A number of 64 bits as text in JSON.
struct Decimal64<Number: FixedWidthInteger & Sendable>: Decodable {
    var value: Number
    init(from decoder: any Decoder) throws {
        value = try #require(Number(try decoder.singleValueContainer().decode(String.self)))
    }
}

/// Which of the two ends sealed a datagram.
enum WireSender: String, Decodable, Sendable { case drone, station }

/// One of our records as the fixture tells it.
struct WireRecord: Decodable {
    struct Range: Decodable {
        var flight: UInt32
        var stream: UInt16
        var reduced: Int
        var first: Decimal64<UInt64>
        var last: Decimal64<UInt64>
    }
    var kind: String
    var object: UInt32?
    var length: UInt32?
    var size: UInt16?
    var block: UInt8?
    var index: UInt8?
    var data: HexBytes?
    var session: UInt32?
    var highest: Decimal64<UInt64>?
    var delayMicroseconds: UInt32?
    var map: [Decimal64<UInt64>]?
    var finishedObject: UInt32?
    var finished: Decimal64<UInt64>?
    var congestionMarks: UInt32?
    var objects: UInt32?
    var abandoned: UInt32?
    var ranges: [Range]?
    var sent: Decimal64<Int64>?
    var received: Decimal64<Int64>?
    var answered: Decimal64<Int64>?
    var bytes: Int?

    /// The same as a value of the protocol.
    func record() throws -> Record {
        func instant(_ number: Decimal64<Int64>?) throws -> MonotonicInstant {
            MonotonicInstant(nanoseconds: try #require(number).value)
        }
        switch kind {
        case "fragment", "backfillFragment":
            return .fragment(
                Fragment(
                    object: try #require(object), length: try #require(length), size: try #require(size),
                    block: try #require(block), index: try #require(index), isBackfill: kind == "backfillFragment",
                    data: try #require(data).bytes[...]))
        case "feedback":
            return .feedback(
                Feedback(
                    session: try #require(session), highest: try #require(highest).value,
                    delayMicroseconds: try #require(delayMicroseconds), sent: try instant(sent),
                    map: try #require(map).map(\.value), finishedObject: try #require(finishedObject),
                    finished: try #require(finished).value, congestionMarks: try #require(congestionMarks),
                    objects: try #require(objects), abandoned: try #require(abandoned)))
        case "receipt":
            return .receipt(
                try #require(ranges).map {
                    ReceiptRange(
                        flight: $0.flight, stream: StreamID(code: $0.stream), isReduced: $0.reduced == 1,
                        first: $0.first.value, last: $0.last.value)
                })
        case "ping": return .ping(sent: try instant(sent))
        case "pong":
            return .pong(sent: try instant(sent), received: try instant(received), answered: try instant(answered))
        case "close": return .close
        case "padding": return .padding(try #require(bytes))
        default: throw UnknownKind(kind: kind)
        }
    }
    struct UnknownKind: Error { var kind: String }
}

/// The files.
enum WireFixture {
    struct Handshake: Decodable {
        struct End: Decodable {
            var secret: HexBytes
            var `public`: HexBytes
            var index: UInt32?
            var ephemeral: HexBytes?
        }
        struct Initiation: Decodable {
            var index: UInt32
            var ephemeral: HexBytes
            var freshness: Decimal64<UInt64>
            var datagram: HexBytes
        }
        struct CookieReply: Decodable { var cookie, salt, datagram: HexBytes }
        struct Response: Decodable { var datagram: HexBytes }
        struct Keys: Decodable { var droneToStation, stationToDrone, hash: HexBytes }
        var version: UInt8
        var prologue: HexBytes
        var flight: UInt32
        var drone, station: End
        var initiation, initiationWithCookie: Initiation
        var cookieReply: CookieReply
        var response: Response
        var keys: Keys
    }
    struct Datagrams: Decodable {
        struct Row: Decodable {
            var name: String
            var sender: WireSender
            var counter: Decimal64<UInt64>
            var live: Bool
            var records: [WireRecord]
            var plaintext, datagram: HexBytes
        }
        var datagrams: [Row]
    }
    struct Objects: Decodable {
        struct Block: Decodable { var first, symbols: Int }
        struct Parity: Decodable {
            var block, index: Int
            var data: HexBytes
        }
        struct Row: Decodable {
            var name: String
            var seed: UInt32
            var length: Int
            var sha256: HexBytes
            var size: Int
            var object: UInt32
            var backfill: Bool
            var blocks: [Block]
            var arriving: [[Int]]
            var parity: [Parity]
        }
        var objects: [Row]
    }
    struct Counters: Decodable {
        struct Completion: Decodable {
            var highest: Decimal64<UInt64>?
            var low: UInt32
            var counter: Decimal64<UInt64>
        }
        struct Window: Decodable {
            var highest: Decimal64<UInt64>
            var accepted, refused: [Decimal64<UInt64>]
        }
        var completion: [Completion]
        var window: Window
    }
    struct Malformed: Decodable {
        struct Row: Decodable {
            var layer, reason: String
            var sender: WireSender
            var datagram: HexBytes
            var after: [HexBytes]?
        }
        var malformed: [Row]
    }

    /// The decoded file `name`.json.
    static func read<File: Decodable>(_ name: String, as type: File.Type = File.self) throws -> File {
        // The repository may be reached through links; the fixture lies four folders above this file.
        let root = (0..<4).reduce(URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()) { url, _ in
            url.deletingLastPathComponent()
        }
        let file = root.appendingPathComponent("Fixtures/wire/\(name).json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: file))
    }
}

/// Numbers told beforehand instead of random ones.
struct ScriptedRandom: RandomNumberGenerator, Sendable {
    var numbers: [UInt64]
    mutating func next() -> UInt64 { numbers.isEmpty ? 0 : numbers.removeFirst() }
}

/// Our own state for the keys of the fixture.
struct WireEnds {
    let handshake: WireFixture.Handshake
    let drone, station: StaticKeyPair

    init() throws {
        handshake = try WireFixture.read("handshake")
        drone = try #require(StaticKeyPair(secret: handshake.drone.secret.bytes))
        station = try #require(StaticKeyPair(secret: handshake.station.secret.bytes))
    }

    private var keys: NoiseTransportKeys {
        NoiseTransportKeys(
            initiatorToResponder: handshake.keys.droneToStation.bytes,
            responderToInitiator: handshake.keys.stationToDrone.bytes, handshakeHash: handshake.keys.hash.bytes)
    }

    /// The session of the end that receives what `sender` sends.
    func receiver(of sender: WireSender) throws -> TransportSession {
        let ends = (handshake.initiation.index, try #require(handshake.station.index))
        return TransportSession(
            keys: keys, isInitiator: sender == .station, cipher: .chaChaPoly,
            localIndex: sender == .drone ? ends.1 : ends.0, remoteIndex: sender == .drone ? ends.0 : ends.1,
            at: MonotonicInstant(nanoseconds: 0))
    }

    /// What `sender` seals.
    func seal(_ plaintext: [UInt8], counter: UInt64, from sender: WireSender) throws -> [UInt8] {
        let index = sender == .drone ? try #require(handshake.station.index) : handshake.initiation.index
        let key = sender == .drone ? handshake.keys.droneToStation : handshake.keys.stationToDrone
        var datagram: [UInt8] = []
        DataHeader(receiverIndex: index, counter: counter).append(to: &datagram)
        DatagramCipher(.chaChaPoly, key: key.bytes).seal(plaintext, counter: counter, into: &datagram)
        return datagram
    }
}

extension TransportSession {
    /// The plaintext of a datagram, or nil when it is refused.
    mutating func plaintext(of datagram: [UInt8]) -> [UInt8]? {
        guard let header = DataHeader(datagram), header.receiverIndex == localIndex,
            case .plaintext(let plaintext, _) = open(datagram, header: header, at: MonotonicInstant(nanoseconds: 0))
        else { return nil }
        return plaintext
    }
}
