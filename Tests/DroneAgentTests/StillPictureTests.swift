import FlightTypes
import ImageCoding
import Sensors
import Testing

@testable import DroneAgent

@Suite struct StillPictureTests {
    private static let width = 640, height = 480

    /// Grey pictures of a scene with structure everywhere, or of a dark one; `noise` is of the sensor, `clock` is drawn into a corner.
    private static func picture(_ random: inout SplitMix, isDark: Bool = false, noise: Int, clock: Int?) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let scene = isDark ? 6 : 100 + (x / 9 + y / 7) % 5 * 20
                let disturbed = scene + (noise > 0 ? random.below(2 * noise + 1) - noise : 0)
                pixels[y * width + x] = UInt8(clamping: disturbed)
            }
        }
        // A lamp, in the dark.
        if isDark { for y in 200..<212 { for x in 300..<312 { pixels[y * width + x] = 230 } } }
        if let clock {
            for y in 10..<26 { for x in 10..<74 where (x + clock * 13) % 7 < 3 { pixels[y * width + x] = 255 } }
        }
        return pixels
    }
    /// Whether each of the frames, a tenth of a second apart, is called frozen.
    private static func play(
        seconds: Int, quality: (Int) -> Int = { _ in 80 }, isDark: Bool = false, noise: Int, hasClock: Bool
    ) throws -> [Bool] {
        var random = SplitMix(state: 5)
        var stamper = FrameStamper(flight: 1, stream: StreamID(.visible))
        return try (0..<seconds * 10).map { frame in
            let pixels = picture(&random, isDark: isDark, noise: noise, clock: hasClock ? frame : nil)
            let file = try JPEGEncoder(quality: quality(frame)).encode(
                pixels, layout: .grey, width: width, height: height)
            let time = CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: Int64(frame) * 100_000_000), wall: WallTime(nanoseconds: 0))
            let image = CapturedImage(
                captureTime: time, picture: .jpeg(file), width: UInt16(width), height: UInt16(height))
            return stamper.stamp(image, pose: .unknown).flags.contains(.frozen)
        }
    }

    @Test func aClockInAFrozenPictureIsNoLife() throws {
        let frozen = try Self.play(seconds: 6, noise: 0, hasClock: true)
        #expect(frozen.firstIndex(of: true).map { (39...45).contains($0) } == true)
        #expect(frozen[45...].allSatisfy { $0 })
    }
    /// The camera's noise is in every tile of a scene, also at a coarse quality.
    @Test(arguments: [80, 40]) func aLivePictureWithAClockIsNotFrozen(quality: Int) throws {
        #expect(try !Self.play(seconds: 7, quality: { _ in quality }, noise: 3, hasClock: true).contains(true))
    }
    /// Black water with a lamp, coded without any noise: nothing there could tell a frozen picture from a quiet one.
    @Test func aDarkQuietSceneWithAClockIsNotFrozen() throws {
        #expect(try !Self.play(seconds: 7, isDark: true, noise: 0, hasClock: true).contains(true))
    }
    @Test func aMovingSceneIsNotFrozen() throws {
        var still = StillPicture()
        for frame in 0..<60 {
            let pixels = (0..<Self.width * Self.height).map { place in
                UInt8(100 + ((place % Self.width + frame) / 9 + place / Self.width / 7) % 5 * 20)
            }
            let file = try JPEGEncoder(quality: 80).encode(
                pixels, layout: .grey, width: Self.width, height: Self.height)
            let isStill = still.look(file, at: MonotonicInstant(nanoseconds: Int64(frame) * 100_000_000))
            #expect(!isStill)
        }
    }
    @Test func survivesWhatIsNoPicture() {
        var still = StillPicture()
        for instant in [Int64.max, .min, 0, .max] {
            let isStill = still.look([1, 2, 3], at: MonotonicInstant(nanoseconds: instant))
            #expect(!isStill)
        }
    }
}
