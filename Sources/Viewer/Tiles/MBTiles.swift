import Foundation
import GRDB

/// Map tiles from an MBTiles 1.3 file (SQLite), read-only.
final class MBTiles: Sendable {
    private let database: DatabaseQueue
    init(path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        database = try DatabaseQueue(path: path, configuration: configuration)
        _ = try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM (SELECT 1 FROM tiles LIMIT 1)") }
    }

    /// The tile at web-map coordinates (rows from the north; MBTiles counts from the south), nil where the map has none.
    func tile(zoom: Int, x: Int, y: Int) async -> [UInt8]? {
        guard (0...22).contains(zoom), (0..<(1 << zoom)).contains(x), (0..<(1 << zoom)).contains(y) else { return nil }
        let row = (1 << zoom) - 1 - y
        let data = try? await database.read { db in
            try Data.fetchOne(
                db, sql: "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                arguments: [zoom, x, row])
        }
        return data.map { Array($0) }
    }
}
