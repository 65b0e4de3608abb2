import FlightTypes
import Testing

@testable import Sensors

@Suite struct ThermalCorrectionTests {
    private static func frame(_ values: [UInt16] = [1, 2, 3, 4, 5, 6], width: UInt16 = 3, height: UInt16 = 2)
        -> ThermalSerialFrame
    {
        ThermalSerialFrame(width: width, height: height, unit: .decikelvin, values: values, possible: 0...UInt16.max)
    }

    static let cases: [(ThermalCorrection.Mirror, ThermalCorrection.Rotation, [UInt16])] = [
        (.none, .none, [1, 2, 3, 4, 5, 6]), (.horizontal, .none, [3, 2, 1, 6, 5, 4]),
        (.vertical, .none, [4, 5, 6, 1, 2, 3]), (.both, .none, [6, 5, 4, 3, 2, 1]),
        (.none, .half, [6, 5, 4, 3, 2, 1]), (.none, .quarter, [4, 1, 5, 2, 6, 3]),
        (.none, .threeQuarters, [3, 6, 2, 5, 1, 4]), (.horizontal, .quarter, [6, 3, 5, 2, 4, 1]),
    ]
    @Test(arguments: cases)
    func mirroredThenTurned(
        mirror: ThermalCorrection.Mirror, rotation: ThermalCorrection.Rotation, expected: [UInt16]
    ) {
        var frame = Self.frame()
        ThermalCorrection(mirror: mirror, rotation: rotation).orient(&frame)
        #expect(frame.values == expected)
        let isTurned = rotation == .quarter || rotation == .threeQuarters
        #expect(frame.width == (isTurned ? 2 : 3) && frame.height == (isTurned ? 3 : 2))
    }

    @Test func brokenPixelsGetTheMedianOfTheGoodOnesAround() {
        var values = [UInt16](repeating: 100, count: 25)
        (values[12], values[13], values[0]) = (0, 65_535, 7)
        var frame = Self.frame(values, width: 5, height: 5)
        let places = [(2, 2), (3, 2), (9, 9)].map { ThermalCorrection.Place(x: $0.0, y: $0.1) }
        ThermalCorrection(badPixels: places).mend(&frame)
        #expect(frame.values[12] == 100 && frame.values[13] == 100 && frame.values[0] == 7)
    }

    @Test func aListOfBrokenPixelsIsBounded() {
        let many = (0..<1000).map { ThermalCorrection.Place(x: UInt16($0), y: 0) }
        #expect(ThermalCorrection(badPixels: many).badPixels.count == ThermalCorrection.badPixelsLimit)
        #expect(ThermalCorrection.Place("12,7") == ThermalCorrection.Place(x: 12, y: 7))
        for wrong in ["12", "12,7,1", "-1,2", "a,b", "70000,1", ""] { #expect(ThermalCorrection.Place(wrong) == nil) }
    }
}

@Suite struct ThermalSerialSessionTests {
    private static let time = CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: 1_000_000_000), wall: WallTime(nanoseconds: 5))
    private static func bytes(_ base: UInt16, step: UInt16 = 1) throws -> [UInt8] {
        let pixels = (0..<1024).map { base + step * UInt16($0 % 32) }
        return try #require(TeraRangerEvoFrame(pixels: pixels, ambient: 3000)).encoded()
    }
    private static func images(
        _ session: inout ThermalSerialSession<TeraRangerEvoDriver>, _ bytes: [UInt8], at time: CaptureTime = time
    ) -> (images: [CapturedImage], commands: [[UInt8]]) {
        session.handle(bytes, at: time)
        var images: [CapturedImage] = []
        var commands: [[UInt8]] = []
        while let output = session.next() {
            switch output {
            case .image(let image): images.append(image)
            case .write(let some): commands += some
            case .state: break
            }
        }
        return (images, commands)
    }
    private static func session(_ correction: ThermalCorrection = ThermalCorrection())
        -> ThermalSerialSession<TeraRangerEvoDriver>
    {
        ThermalSerialSession(driver: TeraRangerEvoDriver(), correction: correction)
    }

    @Test func flatFieldAndImplausiblePicturesAreMarkedAndKept() throws {
        var session = Self.session()
        let first = try Self.bytes(2900)
        let jumped = try Self.bytes(2950)
        let hot = try Self.bytes(9720)
        let uniform = try Self.bytes(3000, step: 0)
        let (images, _) = Self.images(&session, first + first + jumped + hot + uniform)
        #expect(images.count == 5)
        #expect(images.map { $0.flags.contains(.flatField) } == [false, true, true, true, true])
        #expect(images.map { $0.flags.contains(.implausible) } == [false, false, false, true, true])
    }

    @Test func damageTellsTheSettingsAgainButNotForEver() throws {
        var session = Self.session()
        #expect(session.opened(at: Self.time.monotonic).count == 2)
        let cut = Array(try Self.bytes(2900).prefix(900))
        let whole = try Self.bytes(2910)
        let later = CaptureTime(monotonic: Self.time.monotonic.advanced(by: .seconds(6)), wall: Self.time.wall)
        let (images, commands) = Self.images(&session, cut + whole + whole, at: later)
        #expect(images.count >= 1 && commands.count == 2)
        let (_, again) = Self.images(&session, cut + whole + whole, at: later)
        #expect(again.isEmpty, "a line with noise is not flooded")
    }
}
