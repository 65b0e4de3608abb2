import FlightTypes
import Geodesy
import HotspotDetection
import Testing
import Tracking

@testable import Lookout

/// A head too weak for one picture, and the same water without it.
@Suite struct WaterWatchTests {
    /// In how many of `count` pictures something was confirmed.
    private func looks(
        _ count: Int, current: WaterCurrent?, _ frame: (Int) -> ThermalFrame
    ) throws -> (told: Int, watch: WaterWatch) {
        let camera = CameraModel(width: 96, height: 72, horizontalFieldOfViewDegrees: 57)
        var watch = WaterWatch(current: current)
        var told = 0
        for number in 0..<count {
            let frame = frame(number)
            let image = try #require(ThermalImage(width: 96, height: 72, values: frame.values))
            if !watch.look(at: frame, image, camera: camera).spots.isEmpty { told += 1 }
        }
        return (told, watch)
    }

    @Test(arguments: [WeakHead.current, nil])
    func aWeakHeadIsTold(current: WaterCurrent?) throws {
        var single = HotspotDetector(configuration: .init(unit: .centikelvin))
        for number in 0..<24 {
            let frame = WeakHead.frame(number, head: true)
            let image = try #require(ThermalImage(width: 96, height: 72, values: frame.values))
            #expect(single.detect(image).isEmpty, "one picture alone must not show it, or this test shows nothing")
        }
        let told = try looks(24, current: current) { WeakHead.frame($0, head: true) }.told
        #expect(told >= 15, "\(told) of 24")
    }

    @Test func emptyWaterIsQuiet() throws {
        let (told, watch) = try looks(400, current: WeakHead.current) { WeakHead.frame($0, head: false) }
        #expect(told == 0 && watch.counters.pictures == 400)
    }

    @Test func withoutAPoseOrDuringAFlatFieldNothingIsFollowed() throws {
        let blind = try looks(24, current: WeakHead.current) { WeakHead.frame($0, head: true, quality: .none) }
        #expect(blind.told == 0 && blind.watch.counters.pictures == 0)
        let shut = try looks(24, current: WeakHead.current) { WeakHead.frame($0, head: true, flags: .flatField) }
        #expect(shut.told == 0 && shut.watch.counters.skipped == 24)
    }
}
