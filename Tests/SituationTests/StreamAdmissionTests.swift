import FlightTypes
import Situation
import Testing

@Suite struct StreamAdmissionTests {
    @Test func firstStreamsOfEachDroneAreLetIn() throws {
        var admission = StreamAdmission()
        let (alpha, bravo) = (try #require(DroneID("alpha")), try #require(DroneID("bravo")))
        let all = (0..<400).map { StreamID($0 < 256 ? .visible : .thermal, UInt8($0 % 256)) }
        for _ in 0..<2 {
            #expect(all.count { admission.admits($0, of: alpha) } == StreamAdmission.limit)
            #expect(admission.admits(all[0], of: alpha) == true)
            #expect(admission.admits(all[399], of: alpha) == false)
        }
        #expect(admission.admits(all[399], of: bravo) == true)
    }
}
