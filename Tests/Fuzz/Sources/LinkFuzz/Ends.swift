import FlightTypes
import NetworkImpairment

@testable import LinkProtocol

/// Both ends of the link with a session that stands, made once and copied for each input, and what a peer that has the keys but
/// no manners needs to speak to them. Sealed with the simulation's tag: it costs little, and no input can guess it.
enum Ends {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    static let home = LinkEndpoint(host: [10, 0, 0, 1], port: 4000)
    static let elsewhere = LinkEndpoint(host: [203, 0, 113, 9], port: 9)
    static let cipher = CipherChoice.simulationTag
    static let flight: UInt32 = 7
    static let droneKeys = keys(1)
    static let stationKeys = keys(2)
    static let strangerKeys = keys(3)
    static let name: DroneID = {
        guard let name = DroneID("adler-1") else { fatalError("the name is not valid") }
        return name
    }()

    static func keys(_ number: UInt8) -> StaticKeyPair {
        guard let pair = StaticKeyPair(secret: [UInt8](repeating: number, count: 32)) else {
            fatalError("32 bytes are no key")
        }
        return pair
    }

    /// One direction of a session, in the hands of somebody who chooses counters freely.
    struct Sealer {
        let cipher: DatagramCipher
        let receiverIndex: UInt32
        var counter: UInt64 = 0

        mutating func seal(_ plaintext: [UInt8]) -> [UInt8] {
            var datagram: [UInt8] = []
            DataHeader(receiverIndex: receiverIndex, counter: counter).append(to: &datagram)
            cipher.seal(plaintext, counter: counter, into: &datagram)
            counter &+= 1
            return datagram
        }
        mutating func seal(_ records: [Record]) -> [UInt8] {
            var writer = ByteWriter()
            for record in records { record.encode(into: &writer) }
            return seal(writer.bytes)
        }
    }

    /// Records as a peer sends them, with some bytes replaced before they were sealed: authentic and often wrong.
    static func damaged(_ records: [Record], _ input: inout FuzzInput) -> [UInt8] {
        var writer = ByteWriter()
        for record in records { record.encode(into: &writer) }
        var bytes = writer.bytes
        for _ in 0..<input.below(6) where !bytes.isEmpty { bytes[input.below(bytes.count)] = input.byte() }
        return input.below(8) == 0 ? Array(bytes.prefix(input.below(bytes.count + 1))) : bytes
    }

    // MARK: - The station, and a drone that is authentic

    static func newStation() -> StationLink {
        StationLink(
            own: stationKeys, enrolled: [.init(drone: name, publicKey: droneKeys.publicKey)], freshness: [:],
            random: SeededGenerator(seed: 11), cipher: cipher, at: start)
    }

    /// An initiation as a drone with these keys makes it; `payload` need not be one.
    static func initiation(
        own: StaticKeyPair = droneKeys, payload: [UInt8], sender: UInt32 = 77
    ) -> (datagram: [UInt8], noise: NoiseInitiator) {
        var noise = NoiseInitiator(
            prologue: cipher.prologue, own: own, ephemeral: keys(4), remote: stationKeys.publicKey)
        guard let message = try? noise.writeInitiation(payload: payload) else { fatalError("no initiation") }
        let datagram = InitiationMessage.encode(
            sender: sender, noise: message, stationKey: stationKeys.publicKey, cookie: nil)
        return (datagram, noise)
    }

    struct StationSide {
        var station: StationLink
        var drone: Sealer
        var initiation: [UInt8]
    }
    static let station: StationSide = {
        var station = newStation()
        let payload = InitiationMessage.Payload(flight: flight, freshness: UInt64(flight) << 32 + 1)
        let (datagram, noise) = initiation(payload: payload.bytes)
        station.handle(datagram, from: home, at: start)
        for output in drain(&station, at: start) {
            guard case .transmit(let answer, _) = output,
                let response = ResponseMessage(answer, droneKey: droneKeys.publicKey),
                let (_, keys) = try? noise.readResponse(response.noise)
            else { continue }
            var drone = Sealer(
                cipher: DatagramCipher(cipher, key: keys.initiatorToResponder), receiverIndex: response.sender)
            station.handle(drone.seal([.ping(sent: start)]), from: home, at: start)
            _ = drain(&station, at: start)
            must(station.counters.accepted == 1, "the station has a session")
            return StationSide(station: station, drone: drone, initiation: datagram)
        }
        fatalError("the station did not answer")
    }()

    /// All that the station wants now. It must come to an end.
    @discardableResult
    static func drain(_ station: inout StationLink, at now: MonotonicInstant) -> [StationLink.Output] {
        var outputs: [StationLink.Output] = []
        while true {
            let output = station.nextOutput(at: now)
            if case .wait(let until) = output {
                must(until > now, "the station waits for a moment that lies ahead")
                return outputs
            }
            outputs.append(output)
            must(outputs.count < 10_000, "the station comes to rest")
        }
    }

    // MARK: - The drone, and a station that is authentic

    static func newDrone() -> DroneLink {
        var configuration = DroneLink.Configuration(
            own: droneKeys, stationKey: stationKeys.publicKey, flight: flight, bytesPerSecond: 4_000_000)
        configuration.cipher = cipher
        return DroneLink(configuration: configuration, random: SeededGenerator(seed: 12), at: start)
    }

    /// A drone that has sent its first handshake.
    static let initiated: (drone: DroneLink, initiation: [UInt8]) = {
        var drone = newDrone()
        guard case .transmit(let datagram) = drone.nextOutput(at: start) else { fatalError("no handshake") }
        return (drone, datagram)
    }()

    /// Answers an initiation as the station does; nil when it is none.
    static func answer(
        _ initiation: [UInt8], sender: UInt32 = 99, payload: [UInt8] = []
    ) -> (datagram: [UInt8], station: Sealer)? {
        guard let message = InitiationMessage(initiation, stationKey: stationKeys.publicKey) else { return nil }
        var noise = NoiseResponder(prologue: cipher.prologue, own: stationKeys)
        guard let (key, _) = try? noise.readInitiation(message.noise),
            let (response, keys) = try? noise.writeResponse(payload: payload, ephemeral: self.keys(5))
        else { return nil }
        let datagram = ResponseMessage.encode(
            sender: sender, receiver: message.sender, noise: response, droneKey: key)
        let sealer = Sealer(
            cipher: DatagramCipher(cipher, key: keys.responderToInitiator), receiverIndex: message.sender)
        return (datagram, sealer)
    }

    struct DroneSide {
        var drone: DroneLink
        var station: Sealer
    }
    static let drone: DroneSide = {
        var (drone, initiation) = initiated
        guard let (datagram, station) = answer(initiation) else { fatalError("the drone's handshake is not readable") }
        drone.handle(datagram, at: start)
        must(drone.isEstablished, "the drone has a session")
        return DroneSide(drone: drone, station: station)
    }()
}
