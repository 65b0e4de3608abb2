import GRDB
import GRDBSQLite
import Synchronization

/// How much work one statement may be to SQLite. A file from elsewhere can be made so that a plain question never ends: pages that
/// point to each other, or indices that are missing. Work grows with the file, so the limit does.
final class WorkLimit: Sendable {
    /// Steps of SQLite's machine between two looks.
    private static let interval: Int32 = 10_000
    private let left = Atomic<Int>(0)

    /// Before a statement on a file of `bytes`: some seconds at the most for a small file, and enough for any honest one, whose
    /// objects are longer than a hundred bytes each.
    func begin(bytes: Int64, share: Int = 2) {
        let (product, overflow) = Int(clamping: bytes).multipliedReportingOverflow(by: share)
        let (sum, isTooMuch) = product.addingReportingOverflow(20_000_000)
        left.store(overflow || isTooMuch ? .max : sum, ordering: .relaxed)
    }

    private func spend() -> Bool {
        left.subtract(Int(Self.interval), ordering: .relaxed).newValue >= 0
    }

    /// Watches `db` for as long as both live: whoever has the connection keeps this, too.
    func watch(_ db: Database) {
        sqlite3_progress_handler(
            db.sqliteConnection, Self.interval,
            { context in
                guard let context else { return 0 }
                return Unmanaged<WorkLimit>.fromOpaque(context).takeUnretainedValue().spend() ? 0 : 1
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
