import Dispatch
import Foundation
import Synchronization

/// Map tiles from an MBTiles 1.3 file (SQLite), read-only.
final class MBTiles: Sendable {
    /// Time for one tile; a view joins two tables in far less.
    static let tileTime: Duration = .milliseconds(250)
    /// Time for a look at the start.
    static let openTime: Duration = .seconds(2)
    /// Tiles asked for and not yet read; one more is refused.
    static let waitingLimit = 64

    /// Why there is no map. The page says which.
    enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// Vector tiles: the page draws pictures only.
        case vector(path: String, format: String)
        case unusable(path: String, reason: String)

        /// What the page is told.
        var name: String {
            switch self {
            case .vector: "vector"
            case .unusable: "unusable"
            }
        }
        var description: String {
            switch self {
            case .vector(let path, let format):
                """
                \(path) holds vector tiles (\(format)); the map needs pictures (PNG, JPEG or WebP) and shows the UTM grid \
                without them. Render it to a raster MBTiles file (TileServer GL, QGIS), or leave viewer.tiles out
                """
            case .unusable(let path, let reason):
                "The map tiles \(path) cannot be used: \(reason). The map shows the UTM grid without them"
            }
        }
    }

    // Used on `queue` only, one query at a time.
    private nonisolated(unsafe) let database: TileDatabase
    private let queue = DispatchQueue(label: "lagebild.tiles")
    private let waiting = Mutex(0)

    init(path: String) throws(Fault) {
        do {
            database = try TileDatabase(path: path)
            // The metadata may be missing; then the first tile says what it is.
            let format = try? database.value("SELECT value FROM metadata WHERE name = 'format'", within: Self.openTime)
            if let format, case let name = String(decoding: format.prefix(32), as: UTF8.self).lowercased(),
                ["pbf", "mvt", "application/vnd.mapbox-vector-tile"].contains(name)
            {
                throw Fault.vector(path: path, format: name)
            }
            let first = try database.value("SELECT tile_data FROM tiles LIMIT 1", within: Self.openTime)
            switch first.map(TileKind.init) {
            case nil: throw Fault.unusable(path: path, reason: "it holds no tiles")
            case .vector: throw Fault.vector(path: path, format: "by its first tile")
            case .unknown: throw Fault.unusable(path: path, reason: "its first tile is no PNG, JPEG or WebP picture")
            case .png, .jpeg, .webp: break
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
    }

    /// The tile at web-map coordinates (rows from the north; MBTiles counts from the south), nil where the map has none.
    func tile(zoom: Int, x: Int, y: Int) async -> (bytes: [UInt8], type: String)? {
        guard (0...22).contains(zoom), (0..<(1 << zoom)).contains(x), (0..<(1 << zoom)).contains(y) else { return nil }
        let row = (1 << zoom) - 1 - y
        let mayWait = waiting.withLock { waiting in
            guard waiting < Self.waitingLimit else { return false }
            waiting += 1
            return true
        }
        guard mayWait else { return nil }
        let bytes = await withCheckedContinuation { continuation in
            queue.async {
                let bytes = try? self.database.value(
                    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                    [.integer(Int64(zoom)), .integer(Int64(x)), .integer(Int64(row))], within: Self.tileTime)
                continuation.resume(returning: bytes)
            }
        }
        waiting.withLock { $0 -= 1 }
        guard let bytes, let type = TileKind(bytes).mediaType else { return nil }
        return (bytes, type)
    }
}
