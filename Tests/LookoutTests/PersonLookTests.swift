import FlightTypes
import HotspotDetection
import Testing

@testable import Lookout

/// Frames without temperatures: persons are looked for, and a spot on a person is the person.
@Suite struct PersonLookTests {
    private func frame(unit: ThermalUnit) -> ThermalFrame {
        let bodies = [(x: 200, y: 150), (x: 410, y: 333)]
        let values = (0..<512 * 640).map { place -> UInt16 in
            let (x, y) = (place % 640, place / 640)
            let isBody = bodies.contains { body in
                let (offX, offY) = ((x - body.x) * 9, (y - body.y) * 5)
                return offX * offX + offY * offY <= 45 * 45
            }
            return UInt16(110 + (place &* 7919) % 9 + (isBody ? 80 : 0))
        }
        return ThermalFrame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: 0),
            captureTime: CaptureTime(monotonic: MonotonicInstant(nanoseconds: 1), wall: WallTime(nanoseconds: 1)),
            pose: Pose(latitude: 51.4565, longitude: 6.7330), unit: unit, width: 640, height: 512, values: values)
    }

    private func look(sigmas: Double = 0) -> ThermalLook {
        let settings = LookSettings(horizontalFieldOfViewDegrees: 50, sigmas: sigmas)
        return ThermalLook(settings, current: nil, id: StreamID(.detections))
    }

    @Test func personsComeFirstAndOnce() {
        var look = look()
        for _ in 0..<2 {
            let detections = look.report(on: frame(unit: .none)).detections
            #expect(detections.count == 2 && detections.allSatisfy { $0.kind == .person })
            for (x, y) in [(200, 150), (410, 333)] {
                let near = detections.count {
                    abs($0.centroidX - Float(x)) < 8 && abs($0.centroidY - Float(y)) < 10
                }
                #expect(near == 1)
            }
            // The box of a person, not of a region.
            #expect(detections.allSatisfy { $0.width == 12 && $0.height == 20 && $0.contrast > 40 })
        }
    }

    /// The last picture's persons say nothing about the next one, whose unit may be another.
    @Test func aPersonIsOneOfItsOwnPicture() {
        var look = look()
        #expect(look.report(on: frame(unit: .none)).detections.contains { $0.kind == .person })
        #expect(look.report(on: frame(unit: .counts)).detections.allSatisfy { $0.kind == .spot })
    }

    /// With temperatures, or thresholds of somebody's own, the network has no say: regions come out.
    @Test func otherFramesKeepTheirRegions() {
        var own = look(sigmas: 6)
        #expect(own.report(on: frame(unit: .none)).detections.allSatisfy { $0.width != 12 || $0.height != 20 })
        var warm = look()
        let report = warm.report(on: frame(unit: .decikelvin))
        #expect(report.detections.allSatisfy { $0.width != 12 || $0.height != 20 })
        #expect(report.unit == .decikelvin && report.detections.allSatisfy { $0.kind == .spot })
    }
}
