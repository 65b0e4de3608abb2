import Crypto
import FlightTypes
import Foundation
import GRDB

extension IncidentReader {
    /// SQLite's own check of the whole file: "ok", or what is wrong.
    public func integrityCheck() throws(RecordingError) -> String {
        do {
            var lines: [String] = []
            for row in try rows("PRAGMA integrity_check(20)", share: 16) {
                lines.append(try row.text("integrity_check"))
            }
            return lines.joined(separator: "\n")
        } catch {
            // A file too broken to be checked is broken; that is the answer, not a failure to answer.
            guard case .damaged(_, let reason) = error else { throw error }
            return reason
        }
    }

    /// Reads every object again and compares it with its hashes and with what stands beside it in its row; returns the
    /// positions that differ.
    public func verify() throws(RecordingError) -> [Int64] {
        var wrong: [Int64] = []
        var position = Int64.min
        while true {
            // Small pages with a transaction each: see `forEachFrame`. One row is held at a time: a page of frames is a few MiB,
            // one of what somebody made to fill the memory is not.
            let before = position
            var count = 0
            try forEachRow("SELECT * FROM object WHERE position > ? ORDER BY position LIMIT 32", [before]) {
                row throws(RecordingError) in
                let next = try row.integer("position")
                try checkGrowing([next], from: position)
                position = next
                count += 1
                if (try? isIntact(row)) != true, wrong.count < 100_000 { wrong.append(position) }
                return true
            }
            guard count == 32 else { return wrong }
        }
    }

    private func isIntact(_ row: HostileRow) throws -> Bool {
        let bytes = Array(try row.bytes("bytes"))
        let object = try FlightObject(decoding: bytes)
        let item = RecordableObject(
            drone: try row.drone(), receiveTime: try row.time("receiveWall"),
            receiveMonotonic: MonotonicInstant(nanoseconds: try row.integer("receiveMonotonic")), object: object,
            bytes: bytes, isBackfilled: try row.isBackfilled())
        let id = ObjectID(flight: try row.flight(), stream: try row.stream(), sequence: try row.sequence())
        guard object.id == id, object.captureTime.monotonic.nanoseconds == (try row.integer("captureMonotonic")),
            object.captureTime.wall == (try row.time("captureWall")),
            item.representation == (try row.representation()),
            item.hashed.count == Int(clamping: try row.integer("payloadBytes"))
        else { return false }
        if case .frame(let frame) = object {
            guard Int64(frame.width) == (try row.integer("width")), Int64(frame.height) == (try row.integer("height")),
                Int64(frame.encoding.rawValue) == (try row.integer("encoding"))
            else { return false }
        }
        let head = item.head.map { Data(SHA256.hash(data: $0)) }
        return try Data(SHA256.hash(data: item.hashed)) == row.bytes("sha256")
            && head == row.optionalBytes("headSha256")
    }
}
