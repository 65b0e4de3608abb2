import GRDB

extension IncidentSchema {
    private static let tables = ["incident", "object", "event", "receipt"]

    /// Refuses a file whose tables only look like ours: a view, a trigger, a virtual table or a computed column makes SQLite run what
    /// the file's maker wrote, for as long as he likes. Further tables are nobody's harm.
    static func checkShape(_ db: Database, path: String) throws {
        var number = 0
        let entries = try Row.fetchCursor(db, sql: "SELECT type, substr(name, 1, 80) AS name FROM sqlite_master")
        while let row = try entries.next() {
            number += 1
            let entry = HostileRow(row, path: path)
            let type = try entry.text("type")
            guard type == "table" || type == "index" else {
                throw RecordingError.damaged(path: path, reason: "it holds a \(type), which no incident file does")
            }
            guard number <= 256 else { throw RecordingError.damaged(path: path, reason: "it holds too many tables") }
        }
        for table in tables {
            let kinds = try Row.fetchAll(
                db, sql: "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", arguments: [table]
            ).map { HostileRow($0, path: path) }
            // One that is not there is missed when it is asked for; the others may still be read.
            guard let kind = kinds.first else { continue }
            guard try kind.text("type") == "table", try kind.integer("wr") == 0 else {
                throw RecordingError.damaged(path: path, reason: "'\(table)' is no ordinary table")
            }
            var keys: [String] = []
            let columns = try Row.fetchCursor(
                db, sql: "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", arguments: [table])
            while let row = try columns.next() {
                let column = HostileRow(row, path: path)
                guard try column.integer("hidden") == 0 else {
                    throw RecordingError.damaged(path: path, reason: "'\(table)' has a computed column")
                }
                if try column.integer("pk") != 0 {
                    keys.append("\(try column.text("name")) \(try column.text("type").uppercased())")
                }
            }
            guard table != "object" || keys == ["position INTEGER"] else {
                throw RecordingError.damaged(path: path, reason: "its objects are not kept by their position")
            }
        }
    }
}
