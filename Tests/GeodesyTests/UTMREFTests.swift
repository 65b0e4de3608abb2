import Geodesy
import Testing

struct UTMREFTests {
    @Test(arguments: [(0.0, 5), (4.9, 5), (5, 4), (49, 4), (50, 3), (4_999, 2), (60_000, 0), (.nan, 0), (.infinity, 0)])
    func digitsFollowTheError(error: Double, digits: Int) {
        #expect(UTMREF.digits(errorMetres: error) == digits)
    }
    @Test func writesAsFireBrigadesSpeak() throws {
        let square = try #require(UTMREF(GeodeticPosition(latitude: 51.4565, longitude: 6.7330)))
        #expect(square.description == "32U LC 42500 03028")
        #expect(square.compact == "32ULC4250003028")
        let coarse = try #require(UTMREF(GeodeticPosition(latitude: 51.4565, longitude: 6.7330), digits: 3))
        #expect(coarse.description == "32U LC 425 030")
        #expect(UTMREF(GeodeticPosition(latitude: 51.4565, longitude: 6.7330), digits: 0)?.description == "32U LC")
        #expect(UTMREF(GeodeticPosition(latitude: 51.4565, longitude: 6.7330), digits: 6) == nil)
    }
    @Test(arguments: [
        (51.3, 6.7330, "32ULB4196285627"), (51.4, 6.05, "32UKB9480498437"), (51.5, 5.9999999, "31UGT0821609696"),
        (51.5, 6.0, "32UKC9178309696"),
    ])
    func cutsOffAroundDuisburg(latitude: Double, longitude: Double, text: String) {
        #expect(UTMREF(GeodeticPosition(latitude: latitude, longitude: longitude))?.compact == text)
    }
    @Test func matchesGeotransEverywhere() {
        for row in goldenRows {
            let place = GeodeticPosition(latitude: row.latitude, longitude: row.longitude)
            #expect(UTMREF(place)?.compact == row.mgrs)
        }
    }
    @Test func readsBackWhatItWrote() throws {
        for row in goldenRows {
            let place = GeodeticPosition(latitude: row.latitude, longitude: row.longitude)
            for digits in 0...5 {
                let square = try #require(UTMREF(place, digits: digits))
                #expect(UTMREF(square.description) == square)
                #expect(UTMREF(square.compact.lowercased()) == square)
            }
            // The corner of a 1 m square still lies in it.
            let metre = try #require(UTMREF(place))
            #expect(UTMREF(metre.southWest.position) == metre)
            #expect(UTMREF(metre.centre) == metre)
        }
    }
    @Test(arguments: [
        "", "U", "32", "32U", "32UL", "32ULC1", "32ULC123", "61ULC1212", "0ULC1212", "32ILC1212", "32OLC1212",
        "32ULI1212",
        "32UAC1212", "32ULC121212121212", "32ULC12a4", "32ULC-1+1", "32ULC１２３４", "ÄÖÜ", "32ULW1212",
        "99999999999999999999999999999999999999999",
    ])
    func refuses(text: String) { #expect(UTMREF(text) == nil) }
}
