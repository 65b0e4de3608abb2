import TestSupport
import Geodesy
import Testing

struct HoverTableTests {
    @Test func readsBothTables() throws {
        let seen = try HoverTables.observations(
            Array("\u{FEFF}# by hand\r\ny, x, time\r\n3.5,2,1795000000.25\r\n\r\n4,5,6".utf8))
        #expect(
            seen == [
                HoverObservation(seconds: 1_795_000_000.25, pixel: ImagePoint(x: 2, y: 3.5)),
                HoverObservation(seconds: 6, pixel: ImagePoint(x: 5, y: 4)),
            ])
        let poses = try HoverTables.poses(
            Array(
                """
                time,latitude,longitude,height,roll,pitch,yaw,gimbalPitch,gimbalYaw
                1,51.4,6.7,20,1,2,3,-90,
                2,51.5,6.8,21,4,5,6,,
                """.utf8))
        #expect(poses.count == 2 && poses.last?.seconds == 2)
        let first = try #require(poses.first?.pose)
        #expect(first.position == GeodeticPosition(latitude: 51.4, longitude: 6.7) && first.heightMetres == 20)
        #expect(first.rollDegrees == 1 && first.pitchDegrees == 2 && first.yawDegrees == 3)
        #expect(first.gimbalPitchDegrees == -90 && first.gimbalYawDegrees.isNaN)
        let bare = try HoverTables.poses(Array("time,latitude,longitude,height,roll,pitch,yaw\n1,51,7,20,0,0,0".utf8))
        #expect(bare.first?.pose.gimbalPitchDegrees.isNaN == true)
    }

    @Test(arguments: [
        ("", "1: no line of names (time,x,y)"), ("#\n\n", "2: no line of names (time,x,y)"),
        ("time,x\n", "1: column 'y' is missing"), ("time,x,y,y\n", "1: column 'y' stands there twice"),
        ("\ntime,x,z\n", "2: column 3 is none of time, x, y"), ("time,x,y\n1,2\n", "2: 2 fields, not 3"),
        ("time,x,y\n1,2,3\n1,2,3,4\n", "3: 4 fields, not 3"), ("time,x,y\n1,2,three\n", "2: 'y' is not a number"),
        ("time,x,y\n1,,3\n", "2: 'x' is not a number"), ("time,x,y\nnan,2,3\n", "2: 'time' is not a number"),
        ("time,x,y\n1,inf,3\n", "2: 'x' is not a number"), ("time,x,y\n1,1e300,3\n", "2: 'x' is not between"),
        ("time,x,y\n1e12,2,3\n", "2: 'time' is not between"), ("time,x,y\n1,2,\u{0}\n", "2: 'y' is not a number"),
        ("time,x,y\n" + String(repeating: "1", count: 1_100), "2: longer than 1024 bytes"),
    ])
    func hostileObservationsAreRefusedWithTheirLine(text: String, problem: String) {
        let error = #expect(throws: HoverTableError.self) { try HoverTables.observations(Array(text.utf8)) }
        #expect(error?.description.hasPrefix(problem) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("1,91,7,20,0,0,0", "2: 'latitude' is not between"), ("1,51,181,20,0,0,0", "2: 'longitude' is not between"),
        ("1,51,7,1e9,0,0,0", "2: 'height' is not between"), ("1,51,7,20,0,0,721", "2: 'yaw' is not between"),
        ("1,51,7,20,0,0,0\n1,51,7,20,0,0,0", "3: time does not grow"),
        ("1,51,7,20,0,0,0\n0.5,51,7,20,0,0,0", "3: time does not grow"), ("1,51,7,20,0,0", "2: 6 fields, not 7"),
    ])
    func hostilePosesAreRefusedWithTheirLine(rows: String, problem: String) {
        let text = "time,latitude,longitude,height,roll,pitch,yaw\n" + rows
        let error = #expect(throws: HoverTableError.self) { try HoverTables.poses(Array(text.utf8)) }
        #expect(error?.description.hasPrefix(problem) == true, "\(String(describing: error))")
    }

    @Test func anyBytesAreATableOrAnError() {
        var random = SplitMix(seed: 77)
        let alphabet = Array("time,x,y\n\r0123456789.-+eEn \t#,\n".utf8) + [0, 0xFF, 0xC3, 0xEF]
        for _ in 0..<2_000 {
            let tail = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let bytes = Bool.random(using: &random) ? Array("time,x,y\n".utf8) + tail : tail
            if let found = try? HoverTables.observations(bytes) {
                #expect(found.allSatisfy { $0.seconds.isFinite && $0.pixel.x.isFinite && $0.pixel.y.isFinite })
            }
        }
    }
}
