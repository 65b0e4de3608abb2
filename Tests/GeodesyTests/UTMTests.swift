import Geodesy
import Testing

struct UTMTests {
    @Test func matchesProjAtDuisburg() throws {
        let rows = [
            (51.4565, 6.7330, 342500.713, 5703028.994), (51.3, 6.7330, 341962.503, 5685627.471),
            (51.4, 6.05, 294804.638, 5698437.916),
        ]
        for (latitude, longitude, easting, northing) in rows {
            let grid = try #require(UTM(GeodeticPosition(latitude: latitude, longitude: longitude)))
            #expect(grid.zone == 32)
            #expect((grid.easting - easting).magnitude < 0.001)
            #expect((grid.northing - northing).magnitude < 0.001)
        }
    }
    @Test func matchesGoldenRowsBothWays() throws {
        for row in goldenRows {
            let grid = try #require(UTM(GeodeticPosition(latitude: row.latitude, longitude: row.longitude)))
            #expect((grid.easting - row.easting).magnitude < 0.001)
            #expect((grid.northing - row.northing).magnitude < 0.001)
            let back = grid.position
            #expect((back.latitude - row.latitude).magnitude < 1e-9)
            #expect((back.longitude - row.longitude).magnitude < 1e-9)
        }
    }
    @Test func knowsTheExceptionsAndTheZoneEdge() {
        func zone(_ latitude: Double, _ longitude: Double) -> Int {
            UTM.standardZone(of: GeodeticPosition(latitude: latitude, longitude: longitude))
        }
        #expect(zone(51.5, 5.9999999) == 31)
        #expect(zone(51.5, 6) == 32)
        // South-west Norway and Svalbard.
        #expect(zone(60, 4) == 32)
        #expect(zone(64, 4) == 31)
        #expect(
            [(8.9, 31), (9.0, 33), (20.9, 33), (21.0, 35), (33.0, 37), (42.0, 38)].allSatisfy { zone(75, $0) == $1 })
        #expect(zone(0, -180) == 1)
        #expect(zone(0, 180) == 1)
    }
    @Test func continuesIntoANeighbourZone() throws {
        let place = GeodeticPosition(latitude: 51.5, longitude: 5.99)
        let grid = try #require(UTM(place, zone: 32))
        #expect(grid.easting < 300_000)
        #expect((grid.position.longitude - 5.99).magnitude < 1e-9)
        #expect(UTM(place, zone: 40) == nil)
        #expect(UTM(place, zone: 0) == nil)
    }
    @Test(arguments: [
        (Double.nan, 0.0), (0.0, .nan), (91, 0), (0, 181), (-80.1, 0), (84.1, 0), (.infinity, 0), (0, -.infinity),
    ])
    func refuses(latitude: Double, longitude: Double) {
        #expect(UTM(GeodeticPosition(latitude: latitude, longitude: longitude)) == nil)
        #expect(UTMREF(GeodeticPosition(latitude: latitude, longitude: longitude)) == nil)
    }
}
