import FlightTypes
import Foundation
import GRDB

extension RecordingError {
    /// What an error of SQLite, or of this room, means for the file at `path`.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as RecordingError: self = error
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_NOTADB: self = .foreign(path: path)
            case .SQLITE_CORRUPT: self = .damaged(path: path, reason: error.message ?? "malformed")
            case .SQLITE_FULL: self = .noSpace(path: path)
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
                self = .notWritable(path: path, reason: error.message ?? "refused")
            case .SQLITE_TOOBIG:
                self = .damaged(path: path, reason: "a value is longer than \(CarefulConnection.rowLimit >> 20) MiB")
            case .SQLITE_INTERRUPT:
                self = .damaged(path: path, reason: "to read it is more work than a file of its size can be")
            // The statement and its arguments, which GRDB's own description adds, are no reader's business.
            default: self = .failed(path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
            }
        default: self = .failed(path: path, reason: "\(error)")
        }
    }
}

/// A row whose values may be anything: SQLite keeps what it is given, and GRDB's own subscripts trap on a wrong type.
struct HostileRow {
    private let row: Row
    private let path: String

    init(_ row: Row, path: String) {
        self.row = row
        self.path = path
    }

    /// Bytes of its texts and blobs.
    var size: Int {
        row.databaseValues.reduce(0) { sum, value in
            switch value.storage {
            case .string(let text): sum + text.utf8.count
            case .blob(let data): sum + data.count
            default: sum + 8
            }
        }
    }

    func integer(_ column: String) throws(RecordingError) -> Int64 {
        guard let value = try optionalInteger(column) else { throw wrong(column) }
        return value
    }
    func optionalInteger(_ column: String) throws(RecordingError) -> Int64? {
        switch storage(column) {
        case .int64(let value): return value
        case .null: return nil
        default: throw wrong(column)
        }
    }
    func text(_ column: String) throws(RecordingError) -> String {
        guard let value = try optionalText(column) else { throw wrong(column) }
        return value
    }
    func optionalText(_ column: String) throws(RecordingError) -> String? {
        switch storage(column) {
        case .string(let value): return value
        case .null: return nil
        default: throw wrong(column)
        }
    }
    func bytes(_ column: String) throws(RecordingError) -> Data {
        guard let value = try optionalBytes(column) else { throw wrong(column) }
        return value
    }
    func optionalBytes(_ column: String) throws(RecordingError) -> Data? {
        switch storage(column) {
        case .blob(let value): return value
        case .null: return nil
        default: throw wrong(column)
        }
    }
    func time(_ column: String) throws(RecordingError) -> WallTime { WallTime(nanoseconds: try integer(column)) }
    /// The name of a drone, by the rule of `DroneID`: it goes on to pages and paths.
    func drone() throws(RecordingError) -> String {
        guard let drone = DroneID(try text("drone")) else { throw wrong("drone") }
        return drone.name
    }
    func stream() throws(RecordingError) -> StreamID {
        guard let code = UInt16(exactly: try integer("stream")) else { throw wrong("stream") }
        return StreamID(code: code)
    }
    func flight() throws(RecordingError) -> UInt32 {
        guard let flight = UInt32(exactly: try integer("flight")) else { throw wrong("flight") }
        return flight
    }
    /// Original where the file, of version 1, has no such column.
    func representation() throws(RecordingError) -> Representation {
        let code = try optionalInteger("representation") ?? 0
        guard let value = UInt8(exactly: code).flatMap(Representation.init) else { throw wrong("representation") }
        return value
    }
    /// False where the file, of version 1, has no such column.
    func isBackfilled() throws(RecordingError) -> Bool {
        switch try optionalInteger("backfilled") ?? 0 {
        case 0: return false
        case 1: return true
        default: throw wrong("backfilled")
        }
    }
    func sequence() throws(RecordingError) -> UInt64 { UInt64(bitPattern: try integer("sequence")) }

    private func storage(_ column: String) -> DatabaseValue.Storage {
        let value: DatabaseValue = row.hasColumn(column) ? row[column] : .null
        return value.storage
    }
    private func wrong(_ column: String) -> RecordingError {
        .damaged(path: path, reason: "a value of '\(column)' has no meaning")
    }
}
