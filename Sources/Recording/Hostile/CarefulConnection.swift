import Glibc
import GRDB
import GRDBSQLite

/// How a file that anyone may have made is opened.
enum CarefulConnection {
    /// No value of a row, and no row, is longer: an object of the largest size with what stands beside it.
    static let rowLimit = Int32(IncidentWriter.objectLimit + (1 << 20))

    /// What both ends set, before anything is asked.
    static func prepare(_ db: Database) throws {
        sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, rowLimit)
        sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_TRIGGER_DEPTH, 0)
        try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }

    /// Throws unless `path`, and what SQLite would open beside it, are ordinary files or not there: a pipe would keep the program
    /// waiting for ever. Asked by name, because closing a descriptor of the file would drop SQLite's locks on it.
    static func checkOrdinary(_ path: String) throws(RecordingError) {
        for name in [path, path + "-wal", path + "-shm", path + "-journal"] {
            var status = stat()
            if stat(name, &status) == 0, status.st_mode & S_IFMT != S_IFREG { throw .foreign(path: name) }
        }
    }

    /// Bytes of the file at `path`; 0 where there is none.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
    /// Bytes of the journal beside it.
    static func journalSize(_ path: String) -> Int64 { size(path + "-wal") }
}
