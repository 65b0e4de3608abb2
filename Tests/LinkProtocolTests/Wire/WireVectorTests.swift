import Crypto
import FlightTypes
import Testing

@testable import LinkProtocol

/// Bytes that another implementation made (scripts/wire-vectors, Python) out of docs/wire-format.md.
@Suite struct WireVectorTests {
    private static func encode(_ records: [Record]) -> [UInt8] {
        var writer = ByteWriter()
        for record in records { record.encode(into: &writer) }
        return writer.bytes
    }
    private static func instant(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    // MARK: - Handshake

    @Test func handshakeMessages() throws {
        let ends = try WireEnds()
        let file = ends.handshake
        #expect(file.version == LinkLimits.version)
        #expect(file.prologue.bytes == LinkLimits.prologue)
        #expect(ends.drone.publicKey == file.drone.public.bytes)
        #expect(ends.station.publicKey == file.station.public.bytes)

        let message = try #require(
            InitiationMessage(file.initiation.datagram.bytes, stationKey: ends.station.publicKey))
        #expect(message.sender == file.initiation.index)
        #expect(!message.hasValidMAC2(cookie: file.cookieReply.cookie.bytes))
        let second = try #require(
            InitiationMessage(file.initiationWithCookie.datagram.bytes, stationKey: ends.station.publicKey))
        #expect(second.hasValidMAC2(cookie: file.cookieReply.cookie.bytes))

        var responder = NoiseResponder(prologue: LinkLimits.prologue, own: ends.station)
        let read = try responder.readInitiation(message.noise)
        #expect(read.remote == ends.drone.publicKey)
        let payload = InitiationMessage.Payload(flight: file.flight, freshness: file.initiation.freshness.value)
        #expect(InitiationMessage.Payload(read.payload) == payload)

        let index = try #require(file.station.index)
        let secret = try #require(file.station.ephemeral)
        let ephemeral = try #require(StaticKeyPair(secret: secret.bytes))
        let (response, keys) = try responder.writeResponse(payload: [], ephemeral: ephemeral)
        #expect(
            ResponseMessage.encode(
                sender: index, receiver: message.sender, noise: response, droneKey: ends.drone.publicKey)
                == file.response.datagram.bytes)
        #expect(keys.initiatorToResponder == file.keys.droneToStation.bytes)
        #expect(keys.responderToInitiator == file.keys.stationToDrone.bytes)
        #expect(keys.handshakeHash == file.keys.hash.bytes)

        let reply = CookieReply.encode(
            receiver: message.sender, cookie: file.cookieReply.cookie.bytes, salt: file.cookieReply.salt.bytes,
            mac1: message.mac1, stationKey: ends.station.publicKey)
        #expect(reply == file.cookieReply.datagram.bytes)
        #expect(
            CookieReply.open(
                reply, sender: message.sender, mac1: Array(message.mac1), stationKey: ends.station.publicKey)
                == file.cookieReply.cookie.bytes)
    }

    /// Eight bytes of a secret that repeats one byte, as the ends draw it.
    private static func words(_ secret: [UInt8]) -> [UInt64] {
        stride(from: 0, to: secret.count, by: 8).map { start in
            secret[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The drone by itself, with the fixture's keys where it draws random ones, sends these very datagrams.
    @Test func droneSendsTheVectors() throws {
        let ends = try WireEnds()
        let file = ends.handshake
        var numbers: [UInt64] = []
        for initiation in [file.initiation, file.initiationWithCookie] {
            numbers += [0, UInt64(initiation.index)] + Self.words(initiation.ephemeral.bytes)
        }
        var drone = DroneLink(
            configuration: .init(
                own: ends.drone, stationKey: ends.station.publicKey, flight: file.flight, bytesPerSecond: 1e6),
            random: ScriptedRandom(numbers: numbers), at: Self.instant(4800))
        func sent(at now: MonotonicInstant) -> [[UInt8]] {
            var sent: [[UInt8]] = []
            while true {
                switch drone.nextOutput(at: now) {
                case .transmit(let datagram): sent.append(datagram)
                case .event, .fetch, .exportKeys: continue
                case .wait: return sent
                }
            }
        }
        #expect(sent(at: Self.instant(4800)) == [file.initiation.datagram.bytes])
        drone.handle(file.cookieReply.datagram.bytes, at: Self.instant(4850))
        #expect(sent(at: Self.instant(4950)) == [file.initiationWithCookie.datagram.bytes])
        // The answer to the first one comes late; it is taken all the same.
        drone.handle(file.response.datagram.bytes, at: Self.instant(5000))
        let live = try WireFixture.read("datagrams", as: WireFixture.Datagrams.self).datagrams.filter(\.live)
        let own = live.filter { $0.sender == .drone }.map(\.datagram.bytes)
        #expect(sent(at: Self.instant(5000)) == [own[0], own[1]])
        let ping = try #require(live.first { $0.sender == .station && $0.counter.value == 1 })
        drone.handle(ping.datagram.bytes, at: Self.instant(5000))
        #expect(sent(at: Self.instant(5000)) == [own[2]])
        let telemetry = try #require(live.last { $0.sender == .drone }?.records.first?.data).bytes
        drone.submit(telemetry, class: .telemetry, at: Self.instant(5000))
        #expect(sent(at: Self.instant(5000)) == [own[3]])
        #expect(drone.counters.refused == 0)
    }

    /// And so does the station.
    @Test func stationSendsTheVectors() throws {
        let ends = try WireEnds()
        let file = ends.handshake
        let endpoint = LinkEndpoint(host: [10, 0, 0, 1], port: 40000)
        var numbers: [UInt64] = [1, 2, 3, 4]  // The cookie's secret, which nothing here shows.
        numbers += Self.words(try #require(file.station.ephemeral).bytes)
        numbers.append(UInt64(try #require(file.station.index)))
        let name = try #require(DroneID("florian"))
        var station = StationLink(
            own: ends.station, enrolled: [.init(drone: name, publicKey: ends.drone.publicKey)], freshness: [:],
            random: ScriptedRandom(numbers: numbers), at: Self.instant(100_000))
        var delivered: [[UInt8]] = []
        func sent(at now: MonotonicInstant) -> [[UInt8]] {
            var sent: [[UInt8]] = []
            while true {
                switch station.nextOutput(at: now) {
                case .transmit(let datagram, _): sent.append(datagram)
                case .deliver(_, let object, _): delivered.append(object)
                case .event, .keepFreshness, .exportKeys: continue
                case .wait: return sent
                }
            }
        }
        station.handle(file.initiation.datagram.bytes, from: endpoint, at: Self.instant(100_000))
        #expect(sent(at: Self.instant(100_000)) == [file.response.datagram.bytes])
        let live = try WireFixture.read("datagrams", as: WireFixture.Datagrams.self).datagrams.filter(\.live)
        let theirs = live.filter { $0.sender == .drone }
        let own = live.filter { $0.sender == .station }.map(\.datagram.bytes)
        station.handle(theirs[0].datagram.bytes, from: endpoint, at: Self.instant(100_000))
        #expect(sent(at: Self.instant(100_000)) == [own[0], own[1]])
        #expect(sent(at: Self.instant(100_003)) == [own[2]])
        for row in theirs.dropFirst() { station.handle(row.datagram.bytes, from: endpoint, at: Self.instant(100_004)) }
        _ = sent(at: Self.instant(100_004))
        let object = try #require(theirs.last?.records.first?.data).bytes
        #expect(delivered == [object])
        #expect(station.counters.accepted == UInt64(theirs.count))
        guard case .telemetry(let sample) = try FlightObject(decoding: object) else {
            Issue.record("the example's object is telemetry")
            return
        }
        #expect(sample.id.sequence == 3)
        #expect(sample.pose.latitude == 51.5)
        #expect(sample.batteryPercent == 80)
    }

    // MARK: - Data

    @Test func everyDatagramOpensAndIsSealedAlike() throws {
        let ends = try WireEnds()
        let rows = try WireFixture.read("datagrams", as: WireFixture.Datagrams.self).datagrams
        var kinds: Set<String> = []
        for sender in [WireSender.drone, .station] {
            var receiver = try ends.receiver(of: sender)
            for row in rows where row.sender == sender {
                let plaintext = receiver.plaintext(of: row.datagram.bytes)
                #expect(plaintext == row.plaintext.bytes, "\(row.name)")
                let records = try row.records.map { try $0.record() }
                #expect(try Record.decodeAll(row.plaintext.bytes) == records, "\(row.name)")
                #expect(Self.encode(records) == row.plaintext.bytes, "\(row.name)")
                #expect(
                    try ends.seal(row.plaintext.bytes, counter: row.counter.value, from: sender) == row.datagram.bytes,
                    "\(row.name)")
                kinds.formUnion(row.records.map(\.kind))
            }
        }
        #expect(kinds.count == 8)
    }

    @Test func countersAreCompletedAsTheVectorsSay() throws {
        let file = try WireFixture.read("counters", as: WireFixture.Counters.self)
        #expect(file.completion.count > 50)
        for row in file.completion {
            let header = DataHeader(receiverIndex: 1, counter: UInt64(row.low))
            #expect(
                header.counter(near: row.highest?.value) == row.counter.value,
                "low \(row.low), highest \(row.highest?.value ?? 0)")
        }
        var window = ReplayWindow()
        expect(window.accept(file.window.highest.value), is: true)
        for counter in file.window.accepted { expect(window.accept(counter.value), is: true) }
        for counter in file.window.refused { expect(window.accept(counter.value), is: false) }
    }

    // MARK: - Objects

    /// The bytes that the fixture describes.
    private static func content(_ row: WireFixture.Objects.Row) -> [UInt8] {
        var bytes: [UInt8] = []
        var number: UInt32 = 0
        while bytes.count < row.length {
            var writer = ByteWriter()
            writer.write(row.seed)
            writer.write(number)
            bytes += SHA256.hash(data: writer.bytes)
            number += 1
        }
        return Array(bytes.prefix(row.length))
    }

    @Test func objectsAreCutAndPutTogetherAlike() throws {
        for row in try WireFixture.read("object", as: WireFixture.Objects.self).objects {
            let object = Self.content(row)
            #expect(Array(SHA256.hash(data: object)) == row.sha256.bytes, "\(row.name)")
            let layout = try #require(ObjectLayout(length: row.length, size: row.size))
            #expect(layout.blocks == row.blocks.count, "\(row.name)")
            for (number, block) in row.blocks.enumerated() {
                #expect(layout.firstSymbol(of: number) == block.first, "\(row.name)")
                #expect(layout.count(of: number) == block.symbols, "\(row.name)")
            }
            let cut = fragments(
                of: object, number: row.object, largestSymbol: row.size, parity: 256 - (row.blocks[0].symbols),
                isBackfill: row.backfill)
            var reassembler = Reassembler()
            var whole: Reassembler.Completed?
            for (place, pair) in row.arriving.enumerated() {
                var fragment = try #require(
                    cut.first { Int($0.block) == pair[0] && Int($0.index) == pair[1] }, "\(row.name) \(pair)")
                #expect(Int(fragment.size) == row.size)
                if let parity = row.parity.first(where: { $0.block == pair[0] && $0.index == pair[1] }) {
                    let isSame = Array(fragment.data) == parity.data.bytes
                    #expect(isSame, "\(row.name), parity \(pair)")
                    fragment.data = parity.data.bytes[...]
                }
                #expect(whole == nil, "\(row.name): whole after \(place) symbols")
                whole = reassembler.handle(fragment, at: Self.instant(0))
            }
            let isObject = whole?.bytes == object
            #expect(isObject, "\(row.name)")
            #expect(whole?.isBackfill == row.backfill, "\(row.name)")
        }
    }

    // MARK: - Refusals

    @Test func malformedDatagramsAreRefused() throws {
        let ends = try WireEnds()
        let file = ends.handshake
        let stationKey = ends.station.publicKey
        var layers: [String: Int] = [:]
        for row in try WireFixture.read("malformed", as: WireFixture.Malformed.self).malformed {
            layers[row.layer, default: 0] += 1
            let datagram = row.datagram.bytes
            var receiver = try ends.receiver(of: row.sender)
            switch row.layer {
            case "datagram": #expect(DataHeader(datagram) == nil, "\(row.reason)")
            case "initiation":
                #expect(InitiationMessage(datagram, stationKey: stationKey) == nil, "\(row.reason)")
            case "response":
                #expect(ResponseMessage(datagram, droneKey: ends.drone.publicKey) == nil, "\(row.reason)")
            case "cookieReply":
                let initiation = try #require(InitiationMessage(file.initiation.datagram.bytes, stationKey: stationKey))
                #expect(
                    CookieReply.open(
                        datagram, sender: initiation.sender, mac1: Array(initiation.mac1), stationKey: stationKey)
                        == nil, "\(row.reason)")
            case "noise":
                let message = try #require(InitiationMessage(datagram, stationKey: stationKey), "\(row.reason)")
                var responder = NoiseResponder(prologue: LinkLimits.prologue, own: ends.station)
                #expect(throws: NoiseError.self, "\(row.reason)") { try responder.readInitiation(message.noise) }
            case "authentication", "replay":
                for before in row.after ?? [] {
                    let isTaken = receiver.plaintext(of: before.bytes) != nil
                    #expect(isTaken)
                }
                let highest = receiver.window.highest
                let opened = receiver.plaintext(of: datagram)
                #expect(opened == nil, "\(row.reason)")
                #expect(receiver.window.highest == highest, "\(row.reason)")
            case "records":
                let opened = receiver.plaintext(of: datagram)
                let plaintext = try #require(opened, "\(row.reason)")
                #expect(throws: ByteReader.Malformed.self, "\(row.reason)") { try Record.decodeAll(plaintext) }
            case "fragment", "reassembly":
                let opened = receiver.plaintext(of: datagram)
                let plaintext = try #require(opened, "\(row.reason)")
                guard case .fragment(let fragment) = try Record.decodeAll(plaintext).first else {
                    Issue.record("no fragment: \(row.reason)")
                    continue
                }
                #expect((fragment.consistentLayout == nil) == (row.layer == "fragment"), "\(row.reason)")
                var reassembler = Reassembler()
                for before in row.after ?? [] {
                    let good = try #require(Fragment(before.bytes))
                    expect(reassembler.handle(good, at: Self.instant(0)), is: nil)
                }
                expect(reassembler.refused, is: 0)
                expect(reassembler.handle(fragment, at: Self.instant(0)), is: nil)
                #expect(reassembler.refused == 1, "\(row.reason)")
            default: Issue.record("layer \(row.layer) is unknown here")
            }
        }
        #expect(layers.count == 10)
        #expect(layers.values.reduce(0, +) > 50)
    }
}
