import FlightTypes
import Geodesy
import Testing

@testable import Lookout

/// Pictures of few pixels in a report.
@Suite struct CoarseLookTests {
    /// Picture `number` of a hover of 32×24 pixels from 10 m: noise of a quarter kelvin, and from `first` on a head that drifts.
    private func frame(_ number: Int, first: Int, flags: Frame.Flags = [], fire: Bool = false) -> ThermalFrame {
        var state = UInt64(number) &* 0x9E37_79B9 &+ 5
        var values = (0..<32 * 24).map { _ -> UInt16 in
            let sum = (0..<3).reduce(0) { sum, _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return sum + Int(state >> 33) % 31
            }
            return UInt16(28_900 + sum)
        }
        if number >= first {
            let x = position(number, first: first)
            for place in values.indices {
                let (dx, dy) = (Double(place % 32) - x, Double(place / 32) - 12)
                let square = dx * dx + dy * dy
                values[place] += UInt16(70 / (1 + 2 * square * square))
            }
        }
        if fire { values[5 * 32 + 5] += 8000 }
        var frame = WeakHead.frame(number, head: false, flags: flags)
        frame.pose.heightMetres = 10
        (frame.width, frame.height, frame.values) = (32, 24, values)
        return frame
    }
    /// 55 degrees over 32 pixels from 10 m: 0.325 m a pixel.
    private func position(_ number: Int, first: Int) -> Double { 4 + 1.5 * Double(number - first) / 8 / 0.3254 }
    private func look() -> ThermalLook {
        let settings = LookSettings(horizontalFieldOfViewDegrees: 55)
        return ThermalLook(settings, current: WeakHead.current, id: StreamID(.detections))
    }

    @Test func aDriftingHeadJoinsTheReportWithItsPlace() throws {
        var look = look()
        for number in 0..<140 { #expect(look.report(on: frame(number, first: 140)).detections.isEmpty) }
        var found = 0
        for number in 140..<180 {
            let near = look.report(on: frame(number, first: 140)).detections.filter {
                abs(Double($0.centroidX) - position(number, first: 140)) <= 2 && abs($0.centroidY - 12) <= 2
            }
            #expect(near.allSatisfy { $0.place != nil && $0.contrast > 0 })
            found += near.isEmpty ? 0 : 1
        }
        #expect(found >= 10, "\(found)")
    }

    @Test func aFlatFieldLeavesItOutUntilTheOffsetsAreLearned() {
        var look = look()
        for number in 0..<140 { _ = look.report(on: frame(number, first: .max)) }
        _ = look.report(on: frame(140, first: .max, flags: .flatField))
        // What single pictures show and a track follows needs no offsets, and is told.
        for number in 141..<190 {
            let report = look.report(on: frame(number, first: 141))
            let alone = report.detections.indices.filter { place in
                !report.tracks.contains { $0.detection == UInt8(place) }
            }
            #expect(alone.isEmpty)
        }
    }

    @Test func aFireIsToldOnceAndFromTheFirstPictureOn() throws {
        var look = look()
        let report = look.report(on: frame(0, first: .max, fire: true))
        let near = report.detections.filter { abs($0.centroidX - 5) < 2 && abs($0.centroidY - 5) < 2 }
        #expect(near.count == 1 && near.allSatisfy { $0.contrast > 7000 })
    }
}
