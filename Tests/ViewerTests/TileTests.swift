import Foundation
import GRDB
import TestSupport
import Testing

@testable import Viewer

@Suite struct TileTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/map.mbtiles" }

    init() throws { folder = try TemporaryFolder() }

    private func make(_ statements: String..., tile: [UInt8]? = TileTests.png) throws {
        let database = try DatabaseQueue(path: path)
        try database.write { db in
            for statement in statements { try db.execute(sql: statement) }
            guard let tile else { return }
            try db.execute(
                sql: "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
            try db.execute(sql: "INSERT INTO tiles VALUES (3, 4, 5, ?)", arguments: [Data(tile)])
        }
        try database.close()
    }

    private func fault() -> MBTiles.Fault? {
        do {
            _ = try MBTiles(path: path)
            return nil
        } catch { return error }
    }

    @Test(
        arguments: [
            (TileTests.png, "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
            (Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP".utf8), "image/webp"), ([0x1F, 0x8B, 8], nil),
            ([0x78, 0x9C], nil),
            ([0x1A, 0x20], nil), ([], nil), (Array("<html>".utf8), nil),
        ] as [([UInt8], String?)])
    func kinds(bytes: [UInt8], type: String?) { #expect(TileKind(bytes).mediaType == type) }

    @Test func picturesAreServed() async throws {
        try make()
        let tiles = try MBTiles(path: path)
        // Rows of the file count from the south, those of the page from the north.
        let tile = await tiles.tile(zoom: 3, x: 4, y: 2)
        #expect(tile?.bytes == Self.png)
        #expect(tile?.type == "image/png")
        for (zoom, x, y) in [(3, 4, 3), (3, 8, 0), (-1, 0, 0), (23, 0, 0), (3, .max, .min)] {
            #expect(await tiles.tile(zoom: zoom, x: x, y: y) == nil)
        }
    }

    /// Many files keep pictures and map apart and join them in a view.
    @Test func aViewIsServed() async throws {
        try make(
            "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT)",
            "CREATE TABLE images (tile_id TEXT, tile_data BLOB)", "INSERT INTO map VALUES (3, 4, 5, 'a')",
            "INSERT INTO images VALUES ('a', x'89504E470D0A1A0A')",
            "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM map JOIN images USING (tile_id)",
            tile: nil)
        #expect(await (try MBTiles(path: path)).tile(zoom: 3, x: 4, y: 2)?.bytes.count == 8)
    }

    @Test(arguments: ["pbf", "PBF", "mvt"])
    func vectorTilesAreNamedWithTheWayOut(format: String) throws {
        try make("CREATE TABLE metadata (name TEXT, value TEXT)", "INSERT INTO metadata VALUES ('format', '\(format)')")
        let fault = try #require(self.fault())
        #expect(fault.name == "vector")
        #expect(fault.description.contains("raster MBTiles"))
    }

    @Test func vectorTilesAreKnownWithoutMetadata() throws {
        try make(tile: [0x1F, 0x8B, 8, 0])
        #expect(fault()?.name == "vector")
    }

    @Test func whatHoldsNoPicturesIsNamed() throws {
        try make(tile: Array("nothing".utf8))
        #expect(fault()?.name == "unusable")
        try FileManager.default.removeItem(atPath: path)
        try make(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)", tile: nil)
        #expect(fault() == .unusable(path: path, reason: "it holds no tiles"))
    }

    @Test(arguments: ["", "This is no database, it only looks long enough for one. It is not.", "SQLite format 3\u{0}"])
    func whatIsNoDatabaseIsNamed(text: String) throws {
        _ = try folder.write(text, to: "map.mbtiles")
        #expect(fault()?.name == "unusable")
    }

    @Test func whatIsNoFileHoldsNobodyUp() throws {
        #expect(fault()?.description.contains("is not there") == true)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(fault()?.description.contains("no regular file") == true)
        #expect(throws: MBTiles.Fault.self) { try MBTiles(path: folder.path) }
        #expect(throws: MBTiles.Fault.self) { try MBTiles(path: "/dev/zero") }
    }

    /// A view can be without an end: its reader says so and goes on.
    @Test func anEndlessViewIsGivenUp() async throws {
        try make(
            """
            CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT 3 AS zoom_level, 4 AS tile_column, i AS tile_row, x'89504E47' AS tile_data FROM n WHERE i < 0
            """, tile: nil)
        #expect(fault()?.description.contains("does not answer") == true)
    }

    /// One whose first row comes at once, and the rest never.
    @Test func aViewThatBecomesEndlessIsGivenUpTileByTile() async throws {
        try make(
            """
            CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT 3 AS zoom_level, 4 AS tile_column, i AS tile_row, x'89504E47' AS tile_data FROM n
            """, tile: nil)
        let tiles = try MBTiles(path: path)
        #expect(await tiles.tile(zoom: 3, x: 4, y: 2) != nil)
        #expect(await tiles.tile(zoom: 4, x: 4, y: 2) == nil)
        #expect(await tiles.tile(zoom: 3, x: 4, y: 2) != nil)
    }

    @Test func aHugeTileIsNotRead() async throws {
        try make("CREATE TABLE unused (a)")
        let database = try DatabaseQueue(path: path)
        try await database.write { db in
            try db.execute(
                sql:
                    "INSERT INTO tiles VALUES (3, 1, 7, zeroblob(200000000)), (3, 2, 7, x'89504E47' || zeroblob(1048577))"
            )
        }
        try database.close()
        let tiles = try MBTiles(path: path)
        #expect(await tiles.tile(zoom: 3, x: 1, y: 0) == nil)
        #expect(await tiles.tile(zoom: 3, x: 2, y: 0) == nil)
        #expect(await tiles.tile(zoom: 3, x: 4, y: 2)?.bytes == Self.png)
    }

    /// Values of any type in any column.
    @Test(arguments: ["NULL", "1", "1.5", "''", "'text'", "x''"])
    func oddValuesAreNoTile(value: String) async throws {
        try make()
        let database = try DatabaseQueue(path: path)
        try await database.write { try $0.execute(sql: "INSERT INTO tiles VALUES (3, 1, 7, \(value))") }
        try database.close()
        #expect(await (try MBTiles(path: path)).tile(zoom: 3, x: 1, y: 0) == nil)
    }
}
