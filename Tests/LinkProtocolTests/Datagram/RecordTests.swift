import FlightTypes
import LinkProtocol
import Testing

@Suite struct RecordTests {
    private static func any(_ random: inout SeededRandom) -> Record {
        switch random.below(5) {
        case 0:
            .feedback(
                Feedback(
                    highest: random.next(), map: (0..<8).map { _ in random.next() },
                    delayMicroseconds: UInt32(truncatingIfNeeded: random.next()), datagrams: random.next(),
                    objects: random.next(), abandoned: random.next()))
        case 1:
            .receipt(
                (0..<random.below(ReceiptRange.rangesLimit + 1)).map { _ in
                    let ends = [random.next(), random.next()].sorted()
                    return ReceiptRange(
                        flight: UInt32(truncatingIfNeeded: random.next()),
                        stream: StreamID(StreamKind.allCases[random.below(5)], UInt8(random.below(256))),
                        first: ends[0],
                        last: ends[1])
                })
        case 2: .ping(sent: instant(&random))
        case 3: .pong(sent: instant(&random), received: instant(&random), answered: instant(&random))
        default: .close
        }
    }
    private static func instant(_ random: inout SeededRandom) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(bitPattern: random.next()))
    }
    private static func fragment(_ random: inout SeededRandom) -> Record {
        .fragment(
            Fragment(
                object: UInt32(truncatingIfNeeded: random.next()), length: UInt32(random.below(1 << 24)),
                size: UInt16(truncatingIfNeeded: random.next()), index: UInt16(truncatingIfNeeded: random.next()),
                data: random.bytes(random.below(LinkLimits.fragmentSize + 1))[...]))
    }
    private static func encode(_ records: [Record]) -> [UInt8] {
        var writer = ByteWriter()
        for record in records { record.encode(into: &writer) }
        return writer.bytes
    }

    @Test(arguments: [UInt64(1), 2])
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<500 {
            var records = (0..<random.below(6)).map { _ in Self.any(&random) }
            if random.chance(0.5) { records.append(Self.fragment(&random)) }
            #expect(try Record.decodeAll(Self.encode(records)) == records)
        }
    }

    @Test func hundredThousandDamagedPlaintexts() {
        var random = SeededRandom(3)
        let originals = (0..<200).map { _ in
            Self.encode((0..<1 + random.below(4)).map { _ in Self.any(&random) } + [Self.fragment(&random)])
        }
        var readable = 0
        for _ in 0..<100_000 {
            var bytes = random.chance(0.2) ? random.bytes(random.below(60)) : originals[random.below(originals.count)]
            for _ in 0..<random.below(4) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            if random.chance(0.4) { bytes = Array(bytes.prefix(random.below(bytes.count + 1))) }
            guard let records = try? Record.decodeAll(bytes) else { continue }
            readable += 1
            for case .fragment(let fragment) in records { _ = fragment.isConsistent }
        }
        #expect(readable > 1000)
        print("damaged plaintexts: \(readable) of 100000 still readable")
    }

    @Test func limitsOfOnePlaintext() throws {
        #expect(try Record.decodeAll([]).isEmpty)
        #expect(try Record.decodeAll([UInt8](repeating: 6, count: 16)).count == 16)
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll([UInt8](repeating: 6, count: 17)) }
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll([3, UInt8(ReceiptRange.rangesLimit + 1)]) }
        for kind: UInt8 in [0, 7, 255] { #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll([kind]) } }
        let backwards = Self.encode([.receipt([ReceiptRange(flight: 1, stream: StreamID(.status), first: 2, last: 1)])])
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll(backwards) }
    }

    @Test func fullRecordsFitADatagram() {
        let room = LinkLimits.datagramSize - LinkLimits.headerSize - LinkLimits.tagSize
        let range = ReceiptRange(flight: 1, stream: StreamID(.status), first: 0, last: 1)
        #expect(Self.encode([.receipt([ReceiptRange](repeating: range, count: 100))]).count <= room)
        let data = [UInt8](repeating: 1, count: LinkLimits.fragmentSize)[...]
        let fragment = Fragment(object: 0, length: 5000, size: UInt16(data.count), index: 0, data: data)
        // LinkLimits counts the record type as part of the fragment header's twelve bytes.
        #expect(Self.encode([.fragment(fragment)]).count <= room)
    }

    @Test func dataHeaderRoundTripAndRefusals() {
        var random = SeededRandom(9)
        for _ in 0..<200 {
            let header = DataHeader(receiverIndex: UInt32(truncatingIfNeeded: random.next()), counter: random.next())
            let datagram = header.bytes + random.bytes(16 + random.below(50))
            #expect(DataHeader(datagram) == header)
            for count in [0, 1, 15, 16, 31] { #expect(DataHeader(Array(datagram.prefix(count))) == nil) }
            for place in 0..<4 {
                var other = datagram
                other[place] ^= 0x10
                #expect(DataHeader(other) == nil)
            }
        }
    }
}
