import FlightTypes
import Foundation
import Geodesy
import Lookout
import Sensors
import Testing

@testable import DroneAgent

/// A copter that hovers and whose sources may fall silent or contradict each other; what a place in the middle of the picture is
/// stated to be wrong by.
private struct Hover {
    /// What a source does at a moment.
    struct Trouble {
        var silent: Set<Source> = []
        var isFixLost = false, isEstimatorDoubtful = false, isReceiverFaulty = false, isCompassFaulty = false
        var isGimbalBroken = false, hasSecondGimbal = false, hasSecondVehicle = false
    }
    enum Source: CaseIterable { case heartbeat, attitude, receiver, position, gimbal, estimator, health }

    var telemetry = MAVLinkTelemetry()
    var check = PositionPlausibility()
    var timeline = PoseTimeline()
    private var sequence: UInt8 = 0

    private mutating func packet(
        _ id: UInt32, system: UInt8 = 1, component: UInt8 = 1, _ values: [any FixedWidthInteger]
    )
        -> MAVLinkPacket
    {
        var payload: [UInt8] = []
        func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { payload += Array($0) } }
        for value in values { add(value) }
        if system == 1, component == 1 { sequence &+= 1 }
        return MAVLinkPacket(
            version: 2, sequence: sequence, system: system, component: component, messageID: id, payload: payload)
    }
    private func bits(_ value: Double) -> UInt32 { Float(value).bitPattern }

    private mutating func gimbal(_ pitch: Double, component: UInt8, failure: UInt32 = 0) -> MAVLinkPacket {
        let half = pitch * .pi / 360
        return packet(
            285, component: component,
            [
                UInt32(0), bits(cos(half)), UInt32(0), bits(sin(half)), UInt32(0), UInt32(0), UInt32(0), UInt32(0),
                failure,
                UInt16(32), UInt16(0),
            ])
    }
    private mutating func position(system: UInt8 = 1, latitude: Int32, boot: UInt32) -> MAVLinkPacket {
        packet(
            33, system: system,
            [boot, latitude, Int32(67_330_000), Int32(81_000), Int32(40_000), Int16(0), Int16(0), Int16(0), UInt16.max]
                as [any FixedWidthInteger])
    }

    /// A tenth of a second: what the sources say then.
    mutating func step(_ milliseconds: Int64, _ trouble: Trouble) {
        let now = CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: milliseconds * 1_000_000), wall: WallTime(nanoseconds: 0))
        let boot = UInt32(milliseconds)
        func says(_ source: Source) -> Bool { !trouble.silent.contains(source) }
        var packets: [MAVLinkPacket] = []
        if says(.heartbeat) {
            packets.append(packet(0, [UInt32(0), UInt8(2), UInt8(3), UInt8(0x81), UInt8(4), UInt8(3)]))
        }
        if says(.attitude) { packets.append(packet(30, [boot] + [UInt32](repeating: 0, count: 6))) }
        if says(.receiver) {
            packets.append(
                packet(
                    24,
                    [
                        UInt64(0), Int32(514_565_000), Int32(67_330_000), Int32(81_000), UInt16(90), UInt16(90),
                        UInt16(0),
                        UInt16(0), UInt8(trouble.isFixLost ? 1 : 3), UInt8(12), Int32(0), UInt32(900),
                    ]))
        }
        if says(.estimator) {
            packets.append(
                packet(
                    193,
                    [
                        UInt32(0), UInt32(0), UInt32(0), UInt32(0), UInt32(0),
                        UInt16(trouble.isEstimatorDoubtful ? 1 : 0x1F),
                    ]))
        }
        if says(.health) {
            let all: UInt32 = 0x20_0024
            let broken: UInt32 = (trouble.isReceiverFaulty ? 0x20 : 0) | (trouble.isCompassFaulty ? 4 : 0)
            packets.append(packet(1, [all, all, all & ~broken]))
        }
        if says(.gimbal) { packets.append(gimbal(-60, component: 154, failure: trouble.isGimbalBroken ? 16 : 0)) }
        if trouble.hasSecondGimbal { packets.append(gimbal(-20, component: 155)) }
        if trouble.hasSecondVehicle {
            packets.append(
                packet(0, system: 2, [UInt32(0), UInt8(2), UInt8(3), UInt8(0x81), UInt8(4), UInt8(3)]))
            packets.append(position(system: 2, latitude: 514_900_000, boot: boot))
        }
        if says(.position) { packets.append(position(latitude: 514_565_000, boot: boot)) }
        for packet in packets {
            if let sample = telemetry.handle(packet, at: now) { timeline.insert(check.marked(sample)) }
        }
    }

    /// Metres, of a picture taken at a moment; nil where there is no place.
    func radius(at milliseconds: Int64) -> Double? {
        let pose = timeline.pose(at: MonotonicInstant(nanoseconds: milliseconds * 1_000_000))
        guard let sighting = Sighting(pose),
            let camera = CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
        else { return nil }
        // Above the middle, where the line of sight is 40 degrees off the vertical with the gimbal, and none without.
        return sighting.place(ImagePoint(x: 80, y: 60), camera: camera, usual: .typical)?.radiusMetres
    }
}

private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

@Suite struct StatedErrorTests {
    /// No sequence of lost, stale or contradictory inputs makes a stated error smaller than that of the same moment with all of
    /// them.
    @Test(arguments: UInt64(0)..<60)
    func troubleNeverMakesAnErrorSmaller(_ seed: UInt64) {
        var random = Random(state: seed)
        var (sound, troubled) = (Hover(), Hover())
        var trouble = Hover.Trouble()
        var (places, withheld) = (0, 0)
        for step in 0..<600 as Range<Int64> {
            let now = step * 100 + 1000
            // A second of all sources, so that it is known what there is; then each may come and go.
            if step >= 10, step % 5 == 0 {
                for source in Hover.Source.allCases where Int.random(in: 0..<25, using: &random) == 0 {
                    if trouble.silent.remove(source) == nil { trouble.silent.insert(source) }
                }
                func flip(_ flag: inout Bool) { if Int.random(in: 0..<60, using: &random) == 0 { flag.toggle() } }
                flip(&trouble.isFixLost)
                flip(&trouble.isEstimatorDoubtful)
                flip(&trouble.isReceiverFaulty)
                flip(&trouble.isCompassFaulty)
                flip(&trouble.isGimbalBroken)
                if seed % 3 == 0 { flip(&trouble.hasSecondGimbal) }
                // Late, for what it raises no later silence takes back.
                if seed % 5 == 0, step > 400 { flip(&trouble.hasSecondVehicle) }
            }
            sound.step(now, Hover.Trouble())
            troubled.step(now, trouble)
            guard step >= 10 else { continue }
            for moment in [now + 10, now + 60] {
                guard let best = sound.radius(at: moment) else {
                    Issue.record("the sound one gives a place")
                    return
                }
                guard let stated = troubled.radius(at: moment) else {
                    withheld += 1
                    continue
                }
                places += 1
                #expect(stated >= best - 1e-6, "seed \(seed), \(moment) ms: \(trouble)")
            }
        }
        #expect(places > 0 && withheld > 0, "seed \(seed): both are seen")
    }

    /// After a source is lost for good the stated error only grows, until there is no place any more.
    @Test(arguments: Hover.Source.allCases.map(\.self))
    fileprivate func aLostSourceOnlyLetsTheErrorGrow(_ source: Hover.Source) {
        var hover = Hover()
        var last: Double? = 0
        for step in 0..<900 as Range<Int64> {
            let now = step * 100 + 1000
            hover.step(now, Hover.Trouble(silent: step >= 50 ? [source] : []))
            guard step >= 50 else { continue }
            let radius = hover.radius(at: now + 20)
            if let radius, let before = last {
                #expect(radius >= before - 1e-6, "\(source), \(now) ms")
            } else {
                #expect(radius == nil, "\(source), \(now) ms: once withheld, it is not given again without the source")
            }
            last = radius
        }
    }

    /// The gimbal falls silent: the place must not jump below the drone with a smaller circle.
    @Test func aSilentGimbalLeavesNoPlace() {
        var hover = Hover()
        for step in 0..<50 as Range<Int64> { hover.step(step * 100 + 1000, Hover.Trouble()) }
        #expect(hover.radius(at: 5_920) != nil)
        for step in 50..<80 as Range<Int64> { hover.step(step * 100 + 1000, Hover.Trouble(silent: [.gimbal])) }
        #expect(hover.radius(at: 8_920) == nil)
        #expect(hover.timeline.pose(at: MonotonicInstant(nanoseconds: 8_920_000_000)).obstacle == .directionSilent)
    }
}
