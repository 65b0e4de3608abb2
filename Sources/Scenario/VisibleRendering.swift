import Glibc

/// A made-up colour picture.
public struct VisiblePicture: Hashable, Sendable {
    /// Pixels.
    public var width: Int, height: Int
    /// Red, green, blue, row by row from the upper left.
    public var rgb: [UInt8]
}

extension Scenario {
    /// What the visible camera shows at `time`, with a field of view of `visibleFieldOfViewDegrees`.
    ///
    /// Sizes are brought into 1…4096 pixels.
    public func visible(at time: Duration, width: Int, height: Int) -> VisiblePicture {
        let seconds = Self.seconds(of: time)
        let state = path.state(at: seconds)
        let view = NadirView(
            state: state, width: width, height: height, fieldOfViewDegrees: Self.visibleFieldOfViewDegrees)
        let count = view.width * view.height * 3
        let rgb = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            buffer.initialize(repeating: 0)
            texture.values.withUnsafeBufferPointer { texture in
                let ground = GroundPainter(texture: texture, seconds: seconds, droneHeight: state.height)
                ground.paint(buffer, view)
            }
            VisibleStamps(view: view, pixels: buffer).paint(layout: layout, seconds: seconds, seed: seed)
            filled = count
        }
        return VisiblePicture(width: view.width, height: view.height, rgb: rgb)
    }
}

/// Water and banks by table look-up, in whole numbers: places are metres × 65 536 and wrap without harm, because
/// every texture repeats in a power of two.
private struct GroundPainter {
    let texture: UnsafeBufferPointer<UInt8>
    let seconds: Double
    /// Fine grain fades with height, where it would only flicker: 16 at 8 m, 2 at 60 m.
    let grain: Int32

    init(texture: UnsafeBufferPointer<UInt8>, seconds: Double, droneHeight: Double) {
        self.texture = texture
        self.seconds = seconds
        grain = Int32(min(max(128 / droneHeight, 2), 16))
    }

    private static func fixed(_ metres: Double) -> Int32 { Int32(truncatingIfNeeded: Int64(metres * 65_536)) }
    /// Texel of `1 << (16 − shift)` to the metre.
    private func texel(_ along: Int32, _ across: Int32, _ shift: Int32) -> Int32 {
        Int32(texture[Int((along &>> shift) & 255) &* 256 &+ Int((across &>> shift) & 255)])
    }

    /// Patches of two metres around 0, blended between four texels so that they show no edges.
    private func meadow(_ along: Int32, _ across: Int32) -> Int32 {
        let (nextAlong, nextAcross) = (along &+ 1 &<< 17, across &+ 1 &<< 17)
        let (a, b) = ((along &>> 9) & 255, (across &>> 9) & 255)
        let near = texel(along, across, 17) &* (256 &- b) &+ texel(along, nextAcross, 17) &* b
        let far = texel(nextAlong, across, 17) &* (256 &- b) &+ texel(nextAlong, nextAcross, 17) &* b
        return ((near &>> 8) &* (256 &- a) &+ (far &>> 8) &* a) &>> 8 &- 128
    }

    func paint(_ pixels: UnsafeMutableBufferPointer<UInt8>, _ view: NadirView) {
        let alongStep = Self.fixed(view.step.right.along), acrossStep = Self.fixed(view.step.right.across)
        let drift = Self.fixed(Scenario.currentMetresPerSecond * seconds), ripple = Self.fixed(0.9 * seconds)
        let bank = Self.fixed(Scenario.halfRiverMetres), stones = Self.fixed(4)
        for y in 0..<view.height {
            let start = view.place(x: 0.5, y: Double(y) + 0.5)
            var along = Self.fixed(start.along), across = Self.fixed(start.across)
            var out = y &* view.width &* 3
            for _ in 0..<view.width {
                let shore = (across < 0 ? 0 &- across : across) &- bank
                let red: Int32, green: Int32, blue: Int32
                if shore <= 0 {
                    let waves =
                        texel(along &- drift, across, 14) &+ texel(along &- drift &- ripple, across &+ ripple, 13)
                        &- 256
                    let glitter = (texel(along &- drift, across &- ripple, 11) &- 128) &* grain
                    let light = (waves &>> 4) &+ (glitter &>> 7)
                    (red, green, blue) = (62 &+ light, 84 &+ light, 90 &+ light)
                } else {
                    let patch = meadow(along, across) &>> 1
                    let light = patch &+ ((texel(along, across, 11) &- 128) &* grain) &>> 6
                    // Stones along the water, then meadow.
                    (red, green, blue) =
                        shore < stones
                        ? (122 &+ light, 118 &+ light, 110 &+ light) : (72 &+ light, 108 &+ light, 52 &+ light &>> 1)
                }
                pixels[out] = UInt8(clamping: red)
                pixels[out &+ 1] = UInt8(clamping: green)
                pixels[out &+ 2] = UInt8(clamping: blue)
                out &+= 3
                along &+= alongStep
                across &+= acrossStep
            }
        }
    }
}
