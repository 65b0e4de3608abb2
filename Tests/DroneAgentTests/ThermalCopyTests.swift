import FlightTypes
import ImageCoding
import LinkProtocol
import Testing

@testable import DroneAgent

@Suite struct ThermalCopyTests {
    private static func frame(_ unit: ThermalUnit, values: [UInt16], width: UInt16, height: UInt16) -> ThermalFrame {
        ThermalFrame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: 7),
            captureTime: CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: 5), wall: WallTime(nanoseconds: 6)),
            pose: .unknown, unit: unit, flags: .afterGap, width: width, height: height, values: values)
    }
    private static let smooth = (0..<160 * 120).map { (place: Int) -> UInt16 in
        let (x, y) = (place % 160, place / 160)
        return UInt16(29_000 + 3 * x + y + place * 7 % 5)
    }

    @Test func onBoardTheValuesAreKeptInFewerBytes() throws {
        let frame = Self.frame(.centikelvin, values: Self.smooth, width: 160, height: 120)
        let coded = ThermalCopy.lossless(frame)
        #expect(coded.encoding == .codedGray16)
        #expect(coded.payload.count < frame.values.count)
        #expect(coded.flags == .afterGap && coded.id == frame.id && coded.unit == .centikelvin)
        #expect(try ThermalCoder.decode(coded.payload).values == Self.smooth)
    }

    @Test func whatDoesNotGetSmallerStaysAsItIs() {
        var state: UInt64 = 9
        let noise = (0..<32 * 24).map { _ -> UInt16 in
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return UInt16(truncatingIfNeeded: state >> 40)
        }
        let frame = Self.frame(.counts, values: noise, width: 32, height: 24)
        let kept = ThermalCopy.lossless(frame)
        #expect(kept.encoding == .gray16)
        #expect(kept.payload == Gray16.payload(noise))
    }

    @Test(arguments: [(ThermalUnit.centikelvin, 5), (.decikelvin, 1), (.counts, 2)])
    func theStillsRungGetsABoundedCopy(unit: ThermalUnit, bound: Int) throws {
        let frame = Self.frame(unit, values: Self.smooth, width: 160, height: 120)
        let copy = try #require(ThermalCopy.live(frame, rung: .thermalStills))
        let decoded = try ThermalCoder.decode(copy.payload)
        #expect(copy.flags == [.afterGap, .reduced])
        #expect(decoded.header.bound == bound)
        #expect(zip(decoded.values, Self.smooth).allSatisfy { abs(Int($0) - Int($1)) <= bound })
        #expect(ThermalCopy.live(frame, rung: .full) == nil)
        #expect(ThermalCopy.live(frame, rung: .reducedVideo) == nil)
    }
}
