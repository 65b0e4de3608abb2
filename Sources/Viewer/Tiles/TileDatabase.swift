import Dispatch
import DurableFiles
import FlightTypes
import Foundation
import GRDBSQLite

/// A foreign SQLite file, opened for reading only, from which single values are asked in bounded time and memory: what is
/// a table may be a view without an end, a value may have any type, and the file may be none.
///
/// Not for more than one thread at a time.
final class TileDatabase {
    /// Largest value that is given out, bytes.
    static let valueLimit = 1 << 20
    /// SQLite's own limits count a whole row, and the schema's text.
    private static let rowLimit = valueLimit + (64 << 10)

    struct Failure: Error, CustomStringConvertible, Hashable, Sendable {
        let description: String
    }
    enum Value: Hashable, Sendable {
        case integer(Int64)
        case text(String)
    }

    private var connection: OpaquePointer?
    /// Looked at by SQLite from within a query.
    private let deadline = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)

    /// Opens `path`, which must be a regular file: a pipe would hold the station for ever.
    init(path: String) throws(Failure) {
        deadline.initialize(to: 0)
        guard let stamp = FileStamp.now(of: path) else {
            throw Failure(description: "\(path) is not there, or may not be read")
        }
        guard stamp.isOrdinary else { throw Failure(description: "\(path) is no regular file") }
        guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
            throw Failure(description: "\(path): \(message)")
        }
        sqlite3_extended_result_codes(connection, 1)
        sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, Int32(Self.rowLimit))
        sqlite3_limit(connection, SQLITE_LIMIT_SQL_LENGTH, 64 << 10)
        sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_progress_handler(
            connection, 1000,
            { context in
                guard let deadline = context?.assumingMemoryBound(to: UInt64.self) else { return 1 }
                return DispatchTime.now().uptimeNanoseconds > deadline.pointee ? 1 : 0
            }, deadline)
        for pragma in [
            "trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "cache_size = -4096", "mmap_size = 0",
        ] {
            _ = try value("PRAGMA \(pragma)", within: .seconds(1))
        }
    }

    deinit {
        sqlite3_close_v2(connection)
        deadline.deallocate()
    }

    /// The bytes of the first column of the first row; nil where there is no row, or its value is no blob or text, or empty.
    func value(_ sql: String, _ arguments: [Value] = [], within time: Duration) throws(Failure) -> [UInt8]? {
        deadline.pointee = DispatchTime.now().uptimeNanoseconds &+ UInt64(max(0, time.nanosecondsClamped))
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Failure(description: message)
        }
        for (index, argument) in arguments.enumerated() {
            let position = Int32(index + 1)
            switch argument {
            case .integer(let value): sqlite3_bind_int64(statement, position, value)
            case .text(let text):
                // SQLITE_TRANSIENT: SQLite copies.
                sqlite3_bind_text(statement, position, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
        switch sqlite3_step(statement) {
        case SQLITE_DONE: return nil
        case SQLITE_ROW: break
        case SQLITE_INTERRUPT: throw Failure(description: "does not answer within \(time)")
        default: throw Failure(description: message)
        }
        let type = sqlite3_column_type(statement, 0)
        guard type == SQLITE_BLOB || type == SQLITE_TEXT, let bytes = sqlite3_column_blob(statement, 0) else {
            return nil
        }
        let count = Int(sqlite3_column_bytes(statement, 0))
        guard count <= Self.valueLimit else {
            throw Failure(description: "holds a value of \(count) bytes; \(Self.valueLimit) are allowed")
        }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    private var message: String { connection.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory" }
}
