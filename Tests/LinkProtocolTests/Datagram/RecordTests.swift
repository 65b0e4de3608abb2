import TestSupport
import FlightTypes
import LinkProtocol
import Testing

@Suite struct RecordTests {
    private static func any(_ random: inout SplitMix) -> Record {
        switch random.below(5) {
        case 0:
            .feedback(
                Feedback(
                    session: word(&random), highest: random.next(), delayMicroseconds: word(&random),
                    sent: instant(&random), map: (0..<8).map { _ in random.next() }, finishedObject: word(&random),
                    finished: random.next(), congestionMarks: word(&random), objects: word(&random),
                    abandoned: word(&random)))
        case 1:
            .receipt(
                (0..<random.below(ReceiptRange.rangesLimit + 1)).map { _ in
                    let ends = [random.next(), random.next()].sorted()
                    return ReceiptRange(
                        flight: word(&random),
                        stream: StreamID(StreamKind(rawValue: UInt8(random.below(256))), UInt8(random.below(256))),
                        isReduced: random.chance(0.5), first: ends[0], last: ends[1])
                })
        case 2: .ping(sent: instant(&random))
        case 3: .pong(sent: instant(&random), received: instant(&random), answered: instant(&random))
        default: .close
        }
    }
    private static func word(_ random: inout SplitMix) -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }
    private static func instant(_ random: inout SplitMix) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(bitPattern: random.next()))
    }
    private static func fragment(_ random: inout SplitMix) -> Record {
        .fragment(
            Fragment(
                object: word(&random), length: UInt32(random.below(1 << 24)),
                size: UInt16(truncatingIfNeeded: random.next()), block: UInt8(random.below(256)),
                index: UInt8(random.below(256)), isBackfill: random.chance(0.5),
                data: random.bytes(1 + random.below(largestData))[...]))
    }
    private static let largestData = LinkLimits.largestDatagram - LinkLimits.fragmentOverhead
    private static func encode(_ records: [Record]) -> [UInt8] {
        var writer = ByteWriter()
        for record in records { record.encode(into: &writer) }
        return writer.bytes
    }

    @Test(arguments: [UInt64(1), 2])
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<500 {
            var records = (0..<random.below(6)).map { _ in Self.any(&random) }
            // What takes all that is left stands last.
            if random.chance(0.5) {
                records.append(Self.fragment(&random))
            } else if random.chance(0.5) {
                records.append(.padding(1 + random.below(1000)))
            }
            #expect(try Record.decodeAll(Self.encode(records)) == records)
        }
    }

    @Test func hundredThousandDamagedPlaintexts() {
        var random = SplitMix(seed: 3)
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
            for case .fragment(let fragment) in records { _ = fragment.consistentLayout }
        }
        #expect(readable > 1000)
        print("damaged plaintexts: \(readable) of 100000 still readable")
    }

    @Test func limitsOfOnePlaintext() throws {
        #expect(try Record.decodeAll([]).isEmpty)
        #expect(try Record.decodeAll([UInt8](repeating: 6, count: 16)).count == 16)
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll([UInt8](repeating: 6, count: 17)) }
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll([3, UInt8(ReceiptRange.rangesLimit + 1)]) }
        for kind: UInt8 in [0, 9, 255] { #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll([kind]) } }
        // A fragment without data is none, as a record of its own and behind others.
        for head in [[1], [8], [6, 1], [6, 8]] as [[UInt8]] {
            let bytes = head + [UInt8](repeating: 0, count: LinkLimits.fragmentHeaderSize - 1)
            #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll(bytes) }
        }
        let receipt = Self.encode([.receipt([ReceiptRange(flight: 1, stream: StreamID(.status), first: 1, last: 2)])])
        var strange = receipt
        // Count, flight, stream, then how the station holds it: 0 or 1.
        strange[8] = 2
        #expect(try Record.decodeAll(receipt).count == 1)
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll(strange) }
        let backwards = Self.encode([.receipt([ReceiptRange(flight: 1, stream: StreamID(.status), first: 2, last: 1)])])
        #expect(throws: ByteReader.Malformed.self) { try Record.decodeAll(backwards) }
    }

    @Test func fullRecordsFitADatagram() {
        let room = LinkLimits.datagramSize - LinkLimits.headerSize - LinkLimits.tagSize
        let range = ReceiptRange(flight: 1, stream: StreamID(.status), first: 0, last: 1)
        #expect(Self.encode([.receipt([ReceiptRange](repeating: range, count: 100))]).count <= room)
        let feedback = Feedback(
            session: 1, highest: 2, delayMicroseconds: 3, sent: MonotonicInstant(nanoseconds: 4), map: [])
        #expect(Self.encode([.feedback(feedback)]).count == 113)
        let data = [UInt8](repeating: 1, count: LinkLimits.datagramSize - LinkLimits.fragmentOverhead)[...]
        let fragment = Fragment(object: 0, length: 5000, size: UInt16(data.count), index: 0, data: data)
        // LinkLimits counts the record type as part of the fragment header's twelve bytes.
        #expect(Self.encode([.fragment(fragment)]).count == room)
        #expect(Self.encode([.padding(room)]).count == room)
    }
}
