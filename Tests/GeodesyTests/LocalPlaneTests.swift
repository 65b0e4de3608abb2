import Geodesy
import Testing

struct LocalPlaneTests {
    private let plane = LocalPlane(origin: GeodeticPosition(latitude: 51.4565, longitude: 6.7330))

    @Test func agreesWithTheGridAfterScaleAndConvergence() throws {
        // 1° = 111 257 m north and 69 507 m east at the test point.
        let north = plane.offset(to: GeodeticPosition(latitude: 51.4665, longitude: 6.7330))
        #expect((north.north - 1112.57).magnitude < 0.01 && north.east == 0)
        let east = plane.offset(to: GeodeticPosition(latitude: 51.4565, longitude: 6.7430))
        #expect((east.east - 695.07).magnitude < 0.01 && east.north == 0)
        // Distances against the grid, whose scale here is 0.9999046.
        let here = try #require(UTM(plane.origin))
        let there = try #require(UTM(plane.position(east: 3000, north: -4000)))
        let (x, y) = (there.easting - here.easting, there.northing - here.northing)
        #expect(((x * x + y * y).squareRoot() / 0.9999046 - 5000).magnitude < 0.1)
    }
    @Test func goesThereAndBack() {
        for step in 0..<100 {
            let east = Double(step * 97 % 200 - 100) * 50, north = Double(step * 61 % 200 - 100) * 50
            let back = plane.offset(to: plane.position(east: east, north: north))
            #expect((back.east - east).magnitude < 1e-6 && (back.north - north).magnitude < 1e-6)
        }
    }
    @Test func crossesTheDateLine() {
        let edge = LocalPlane(origin: GeodeticPosition(latitude: 0, longitude: 179.9999))
        let across = edge.position(east: 100, north: 0)
        #expect(across.longitude < -179)
        #expect((edge.offset(to: across).east - 100).magnitude < 1e-6)
    }
    @Test func survivesThePole() {
        let pole = LocalPlane(origin: GeodeticPosition(latitude: 90, longitude: 0))
        #expect(pole.position(east: 1e9, north: 1e9).isValid)
    }
}

struct RhineAxisTests {
    @Test func tellsKilometreAndBank() throws {
        let bridge = try #require(RhineAxis.place(of: GeodeticPosition(latitude: 51.43694, longitude: 6.71278)))
        #expect((bridge.kilometre - 778.34).magnitude < 0.01)
        #expect(bridge.side == .midstream && bridge.isApproximate)
        // The Ruhrort gauge, kilometre 780.8, on the right bank.
        let gauge = try #require(RhineAxis.place(of: GeodeticPosition(latitude: 51.45538, longitude: 6.72781)))
        #expect((gauge.kilometre - 780.8).magnitude < 0.3)
        #expect(gauge.side == .right && gauge.offsetMetres > 100)
        // Homberg lies opposite.
        let homberg = try #require(RhineAxis.place(of: GeodeticPosition(latitude: 51.4565, longitude: 6.7130)))
        #expect(homberg.side == .left && homberg.offsetMetres < -100)
    }
    @Test func knowsNothingElsewhere() {
        #expect(RhineAxis.place(of: GeodeticPosition(latitude: 51.40, longitude: 6.75)) == nil)
        #expect(RhineAxis.place(of: GeodeticPosition(latitude: 51.50, longitude: 6.66)) == nil)
        #expect(RhineAxis.place(of: GeodeticPosition(latitude: 50.94, longitude: 6.96)) == nil)
        #expect(RhineAxis.place(of: GeodeticPosition(latitude: .nan, longitude: 0)) == nil)
    }
}
