import FlightTypes
import Testing

@Suite struct IdentityTests {
    @Test(arguments: ["a", "7", "alpha", "drohne-1", "0-", "a--b", String(repeating: "z", count: 32)])
    func goodDroneNames(name: String) {
        #expect(DroneID(name)?.name == name)
        #expect(DroneID(name)?.description == name)
    }

    @Test(arguments: [
        "", "-", "-a", "Alpha", "a b", "a/b", "..", "a.b", "a_b", "ä", "a\u{308}", "a\0", "a\n", "٣", "<b>", "a:b",
        String(repeating: "z", count: 33),
    ])
    func badDroneNames(name: String) { #expect(DroneID(name) == nil) }

    @Test func droneNamesAreOrdered() throws {
        let alpha = try #require(DroneID("alpha"))
        let bravo = try #require(DroneID("bravo"))
        #expect(alpha < bravo)
        #expect(!(bravo < alpha))
        #expect(!(alpha < alpha))
    }

    /// Every code names one stream, known or not, and none has the name of another.
    @Test func streamCodes() {
        var names: Set<String> = []
        for code in UInt16.min ... .max {
            let stream = StreamID(code: code)
            names.insert(stream.description)
            if stream.code != code { Issue.record("\(code) is not \(stream)") }
        }
        #expect(names.count == 65_536)
        #expect(StreamKind.known == [.status, .telemetry, .detections, .thermal, .visible, .camera])
        #expect(StreamKind.known.allSatisfy(\.isKnown) && !StreamKind(rawValue: 6).isKnown)
        #expect(StreamID(.visible, 1).code == 0x0401)
        #expect(StreamID(.visible, 1).description == "visible1")
        #expect(StreamID(.status).description == "status0")
        #expect(StreamID(code: 0x0901).description == "kind9-1")
    }
}
