import FlightTypes
import Testing

@testable import LinkProtocol

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

@Suite struct QuotaTests {
    @Test func eachLimitHoldsAndIsCounted() {
        var quota = DroneQuota()
        var (opened, begun, shaken) = (0, 0, 0)
        for step in 0..<1_000_000 {
            let now = at(Double(step) / 100_000)
            if quota.mayOpen(at: now) {
                opened += 1
                quota.opened(at: now)
            }
            if step % 10 == 0, quota.mayBegin(at: now) { begun += 1 }
            if step % 1000 == 0, quota.mayShakeHands(at: now) { shaken += 1 }
        }
        #expect(abs(Double(opened) - 10 * DroneQuota.datagrams - DroneQuota.datagrams / 5) < 100)
        #expect(abs(Double(begun) - 10 * DroneQuota.objects - 2 * DroneQuota.objects) < 100)
        #expect((17...19).contains(shaken))
        #expect(quota.refused == UInt64(1_000_000 + 100_000 + 1000 - opened - begun - shaken))
    }

    /// Somebody writes the number of the drone's session on datagrams that do not open: its share stays.
    @Test func whoCannotOpenUsesNothingUp() {
        var quota = DroneQuota()
        for _ in 0..<1_000_000 { expect(quota.mayOpen(at: at(1)), is: true) }
        #expect(quota.refused == 0)
    }

    /// An enrolled drone's key in a program that begins 20,000 objects a second: it is told, and no more than its share comes out.
    @Test func floodOfTinyObjectsIsTold() throws {
        var network = try VirtualNetwork(seed: 8, exportsKeys: true)
        network.run(for: .seconds(1))
        let key = try #require(network.droneKeysExported.first)
        let cipher = DatagramCipher(.chaChaPoly, key: key.key)
        for number in 0..<UInt32(20_000) {
            let counter = 1000 + UInt64(number)
            var plaintext = ByteWriter()
            Record.fragment(
                Fragment(object: 10 + number, length: 8, size: 8, index: 0, data: [0, 1, 2, 3, 4, 5, 6, 7])
            )
            .encode(into: &plaintext)
            var datagram: [UInt8] = []
            DataHeader(receiverIndex: key.receiverIndex, counter: counter).append(to: &datagram)
            cipher.seal(plaintext.bytes, counter: counter, into: &datagram)
            network.station.handle(datagram, from: network.droneEndpoint, at: network.now)
            if number % 200 == 199 { network.run(for: .milliseconds(10)) }
        }
        network.run(for: .seconds(1))
        let told = network.stationEvents.filter { if case .overLimit(network.name, _) = $0 { true } else { false } }
        #expect(!told.isEmpty && told.count <= 4)
        let counts = network.station.objectCounts(of: network.name)
        #expect(counts.completed <= UInt64(DroneQuota.objects * 3) + 100)
        #expect(counts.overLimit >= 20_000 - counts.completed)
        #expect(counts.abandoned == 0)
    }

    /// An enrolled drone makes handshakes as fast as it can: each answer costs time, so it gets few.
    @Test func handshakesOfOneDroneAreAnsweredSeldom() throws {
        var network = try VirtualNetwork(seed: 9)
        network.run(for: .seconds(1))
        let answers = network.captured.count { $0.sender == nil && $0.bytes.first == DatagramType.response.rawValue }
        for number in 0..<500 {
            network.restartDrone(flight: UInt32(2 + number))
            network.run(for: .milliseconds(20))
        }
        let later = network.captured.count { $0.sender == nil && $0.bytes.first == DatagramType.response.rawValue }
        #expect(later - answers <= 19)
        // What the drone never confirmed is not kept.
        #expect(network.freshnessWrites <= 20)
        #expect(network.station.counters.overLimit > 100)
        network.restartDrone(flight: 1000)
        network.run(for: .seconds(4))
        #expect(network.drone.isEstablished)
    }

    @Test func recoveryFromParityIsLimited() {
        var reassembler = Reassembler()
        var completed = 0
        // 128 symbols from parity alone, a hundred times in a moment: three times what may be recovered.
        for number in 0..<UInt32(100) {
            for index in 128..<UInt16(256) {
                let piece = Fragment(
                    object: number, length: 128 * 256, size: 256, index: UInt8(index),
                    data: [UInt8](repeating: 1, count: 256)[...])
                if reassembler.handle(piece, at: at(1)) != nil { completed += 1 }
            }
        }
        #expect(completed == Int(Reassembler.repairRate) / 128)
        #expect(reassembler.unrepaired == UInt64(100 - completed))
        // Data itself completes without it.
        expect(
            reassembler.handle(Fragment(object: 200, length: 1, size: 1, index: 0, data: [1]), at: at(1))?.bytes,
            is: [1])
    }

    /// What is declared is no memory and no time before it comes.
    @Test func declaredBytesAreNotMade() throws {
        let layout = try #require(ObjectLayout(length: LinkLimits.objectSize, size: 1400))
        let partial = PartialObject(layout, isBackfill: false, at: at(1))
        #expect(partial.bytes >= LinkLimits.objectSize)
        #expect(partial.madeBytes == 0)
        var other = partial
        _ = other.take(
            Fragment(
                object: 1, length: UInt32(LinkLimits.objectSize), size: 1400, block: 3, index: 0,
                data: [UInt8](repeating: 1, count: 1400)[...]), at: at(1))
        #expect(other.madeBytes == layout.count(of: 3) * 1400)
    }
}
