import FlightTypes
import ImageCoding
import Sensors
import Testing

@testable import DroneAgent

@Suite struct FrameStamperTests {
    private func image(_ values: [UInt16], at milliseconds: Int64, lostBefore: Int = 0) -> CapturedImage {
        CapturedImage(
            captureTime: CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: milliseconds * 1_000_000),
                wall: WallTime(nanoseconds: 1_795_000_000_000_000_000)),
            picture: .thermal(values, .counts), width: UInt16(values.count), height: 1, lostBefore: lostBefore)
    }

    @Test func numbersAndCarriesOver() throws {
        var stamper = FrameStamper(flight: 9, stream: StreamID(.thermal, 1))
        let pose = Pose(latitude: 51.4, longitude: 6.7)
        for sequence in UInt64(0)..<5 {
            let taken = image([UInt16(sequence), 0], at: Int64(sequence) * 100)
            let frame = try #require(stamper.stamp(taken, pose: pose).thermal)
            #expect(frame.id == ObjectID(flight: 9, stream: StreamID(.thermal, 1), sequence: sequence))
            #expect(frame.captureTime == taken.captureTime)
            #expect(frame.values == taken.values)
            #expect(frame.unit == .counts && frame.width == 2 && frame.height == 1)
            #expect(frame.pose.latitude == 51.4)
            #expect(frame.flags == [])
        }
        #expect(stamper.count == 5)
        #expect(stamper.lost == 0)
    }

    @Test func frozenAfterASecondOfTheSamePicture() {
        var stamper = FrameStamper(flight: 1, stream: StreamID(.thermal))
        func isFrozen(_ values: [UInt16], _ milliseconds: Int64) -> Bool {
            let frame = stamper.stamp(image(values, at: milliseconds), pose: .unknown)
            #expect(frame.flags.contains(.frozen) == stamper.isFrozen)
            return stamper.isFrozen
        }
        #expect(!isFrozen([1, 1, 1, 1], 5_000))
        #expect(!isFrozen([1, 1, 1, 1], 5_500))
        #expect(!isFrozen([1, 1, 1, 1], 5_999))
        #expect(isFrozen([1, 1, 1, 1], 6_000))
        #expect(isFrozen([1, 1, 1, 1], 9_000))
        // One value that moves is life, and the second counts anew from there.
        #expect(!isFrozen([1, 1, 1, 2], 9_100))
        #expect(!isFrozen([1, 1, 1, 2], 10_000))
        #expect(isFrozen([1, 1, 1, 2], 10_100))
        #expect(!isFrozen([1, 1, 1, 1], 10_200))
        // Two pictures by turns are not one repeated.
        for step in Int64(0)..<40 { #expect(!isFrozen([UInt16(step % 2), 0, 0, 0], 11_000 + step * 100)) }
    }

    /// A counter in a comment or a time behind the end marker make no new picture.
    @Test func remarksBesideThePictureAreNoLife() throws {
        let file = try JPEGEncoder(quality: 50).encode(
            (0..<64 * 48).map { UInt8($0 % 200) }, layout: .grey, width: 64, height: 48)
        var stamper = FrameStamper(flight: 1, stream: StreamID(.visible))
        for step in 0..<21 {
            let comment: [UInt8] = [0xFF, 0xFE, 0, 3, UInt8(step)]
            let payload =
                step.isMultiple(of: 2)
                ? file.prefix(2) + comment + file.dropFirst(2) : file.dropLast(2) + comment + file.suffix(2)
            let taken = CapturedImage(
                captureTime: CaptureTime(
                    monotonic: MonotonicInstant(nanoseconds: Int64(step) * 100_000_000), wall: WallTime(nanoseconds: 0)),
                picture: .jpeg(Array(payload)), width: 64, height: 48)
            let frame = stamper.stamp(taken, pose: .unknown)
            #expect(frame.flags.contains(.frozen) == (step >= 10), "\(step)")
        }
    }

    @Test func slowSensorsAreNotFrozenByOnePicture() {
        var stamper = FrameStamper(flight: 1, stream: StreamID(.thermal))
        for step in Int64(0)..<10 {
            _ = stamper.stamp(image([UInt16(step), 0], at: step * 2_000), pose: .unknown)
            #expect(!stamper.isFrozen)
        }
    }

    @Test func gapsAreMarkedAndCounted() {
        var stamper = FrameStamper(flight: 1, stream: StreamID(.visible))
        #expect(stamper.stamp(image([1], at: 0), pose: .unknown).flags == [])
        #expect(stamper.stamp(image([2], at: 100, lostBefore: 3), pose: .unknown).flags == .afterGap)
        #expect(stamper.stamp(image([3], at: 200), pose: .unknown).flags == [])
        #expect(stamper.lost == 3)
        stamper.noteLost(2)
        stamper.noteLost(-7)
        #expect(stamper.lost == 5)
        // Sequences count frames made, not frames that should have come.
        #expect(stamper.count == 3)
        #expect(stamper.stamp(image([4], at: 300, lostBefore: -1), pose: .unknown).flags == [])
        _ = stamper.stamp(image([4], at: 1_400, lostBefore: 1), pose: .unknown)
        #expect(stamper.stamp(image([4], at: 1_500, lostBefore: 1), pose: .unknown).flags == [.frozen, .afterGap])
    }

    @Test func remarksOfTheSensorAreKept() {
        var stamper = FrameStamper(flight: 1, stream: StreamID(.thermal))
        var taken = image([1], at: 0, lostBefore: 1)
        taken.flags = [.flatField, .implausible]
        #expect(stamper.stamp(taken, pose: .unknown).flags == [.flatField, .implausible, .afterGap])
        #expect(stamper.stamp(image([2], at: 100), pose: .unknown).flags == [])
    }

    @Test func instantsMayBeAnything() {
        var stamper = FrameStamper(flight: 1, stream: StreamID(.visible))
        for instant in [Int64.max, .min, 0, .min, .max] {
            var taken = image([7], at: 0)
            taken.captureTime.monotonic = MonotonicInstant(nanoseconds: instant)
            _ = stamper.stamp(taken, pose: .unknown)
        }
        #expect(stamper.count == 5)
        stamper.noteLost(.max)
        stamper.noteLost(.max)
        stamper.noteLost(.max)
    }
}

extension StampedFrame {
    var thermal: ThermalFrame? { if case .thermal(let frame) = self { frame } else { nil } }
    var flags: Frame.Flags {
        switch self {
        case .visible(let frame): frame.flags
        case .thermal(let frame): frame.flags
        }
    }
}
