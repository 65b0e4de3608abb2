import TestSupport
import FlightTypes
import Foundation
import Testing

@testable import Sensors

private func records(_ bytes: [UInt8], cut: Int = 65_536) -> (records: [TlogReader.Record], counters: MAVLinkCounters) {
    var reader = TlogReader()
    var result: [TlogReader.Record] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        reader.handle(rest.prefix(cut))
        rest = rest.dropFirst(cut)
        while let record = reader.next() { result.append(record) }
    }
    reader.finish()
    while let record = reader.next() { result.append(record) }
    return (result, reader.counters)
}

private func log(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<count {
        let time = UInt64(1_700_000_000_000_000 + index * 1000)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: time >> UInt64(shift)))
        }
        let packet = MAVLinkPacket(
            version: index % 2 == 0 ? 1 : 2, sequence: UInt8(truncatingIfNeeded: index), system: 1, component: 1,
            messageID: 30,
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: index | 1), count: 28))
        bytes += packet.encoded() ?? []
    }
    return bytes
}

@Suite struct TlogReaderTests {
    @Test func truncatedAnywhereGivesTheWholeRecordsBefore() {
        let bytes = log(6)
        let ends = (1...6).map { log($0).count }
        for length in 0...bytes.count {
            let result = records(Array(bytes.prefix(length)), cut: 7)
            let whole = ends.filter { $0 <= length }
            #expect(result.records.count == whole.count)
            #expect(result.counters.bytesSkipped == UInt64(length - (whole.last ?? 0)))
        }
        #expect(records(bytes).records.first?.time == WallTime(nanoseconds: 1_700_000_000_000_000_000))
    }

    @Test func damageCostsOnlyWhatItTouches() {
        var random = SplitMix(seed: 5)
        let bytes = log(200)
        for _ in 0..<100 {
            var damaged = bytes
            let place = Int.random(in: 0..<damaged.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: damaged[place] ^= 0x55
            case 1: damaged.remove(at: place)
            default: damaged.insert(contentsOf: random.bytes(40), at: place)
            }
            // An inserted beginning of a packet can hide the records behind it, but no more than a packet is long.
            #expect((192...200).contains(records(damaged).records.count))
        }
    }

    @Test func timeBeyondOurRangeIsNoRecord() {
        let late = [UInt8](repeating: 0xFF, count: 8) + log(1).dropFirst(8)
        #expect(records(late).records.isEmpty)
    }

    // Skipped where the real logs are not at hand; the tests above cover the same code with made ones.
    @Test(.enabled(if: MAVLinkTestData.exists("mavlink")), arguments: ["test", "vtol"])
    func realLogAgreesWithAnIndependentDecoder(_ name: String) throws {
        let bytes = try MAVLinkTestData.bytes("mavlink/\(name).tlog")
        let start = ContinuousClock.now
        let result = records(bytes)
        let parsed = ContinuousClock.now - start

        let data = try Data(contentsOf: MAVLinkTestData.url("mavlink/\(name).counts.json"))
        let expected = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let counts = try #require(expected["counts"] as? [String: Int])
        var own: [String: Int] = [:]
        for record in result.records { own[record.packet.messageName, default: 0] += 1 }
        #expect(own == counts)
        #expect(result.records.count == expected["total"] as? Int)

        // The rows are those of some message types, in the order of the log.
        let rows = MAVLinkTestData.rows(try MAVLinkTestData.unpacked("mavlink/\(name).messages.csv.gz"))
        let types = Set(rows.map { $0[2] })
        let chosen = result.records.filter { types.contains($0.packet.messageName) }
        try #require(!rows.isEmpty && chosen.count == rows.count)
        var fields = 0
        var differing = 0
        for (record, row) in zip(chosen, rows) {
            #expect(record.packet.messageName == row[2])
            #expect(abs(record.time.unixSeconds - (Double(row[1]) ?? 0)) < 2e-6)
            #expect(String(record.packet.system) == row[3] && String(record.packet.component) == row[4])
            let theirs = try #require(try JSONSerialization.jsonObject(with: Data(row[5].utf8)) as? NSDictionary)
            let line = record.packet.jsonLine(time: record.time)
            let ours = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary)
            #expect(ours.count == theirs.count + 4)
            for (key, value) in theirs {
                fields += 1
                if (ours[key] as? NSObject)?.isEqual(value) != true { differing += 1 }
            }
        }
        #expect(differing == 0)
        let counters = result.counters
        print(
            "tlog \(name): \(result.records.count) packets, \(counters.bytesSkipped) bytes skipped, "
                + "\(counters.lost) lost, \(rows.count) rows with \(fields) fields compared, "
                + "\(differing) differ, parsed in \(parsed)"
        )
    }
}
