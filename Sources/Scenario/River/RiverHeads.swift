import Geodesy
import Glibc

extension RiverFlight {
    /// Something in a picture.
    public struct Seen: Hashable, Sendable {
        /// What and where on the river.
        public var thing: RiverThing
        /// Image coordinates; (0, 0) is the upper left corner.
        public var pixel: ImagePoint
        /// Angle off straight down, degrees.
        public var offNadir: Double
        /// Whether the middle lies in the picture.
        public var isInside: Bool
    }

    /// What is there in picture `number`, also outside of it.
    public func seen(in number: Int) -> [Seen] {
        let view = view(of: number)
        return things(at: seconds(of: number), view).compactMap { thing in
            guard let pixel = view.pixel(of: thing.place) else { return nil }
            return Seen(
                thing: thing, pixel: pixel, offNadir: view.offNadir(of: thing.place),
                isInside: (0..<Double(sensor.width)).contains(pixel.x) && (0..<Double(sensor.height)).contains(pixel.y))
        }
    }
    /// Whether a pixel of picture `number` shows land: the bank or a groyne.
    public func isLand(x: Double, y: Double, in number: Int) -> Bool {
        let view = view(of: number)
        guard let point = view.point(view.ray(x: x, y: y)) else { return false }
        return bank.ground(at: point) != .water
    }

    func things(at seconds: Double, _ view: RiverView) -> [RiverThing] {
        heads(at: seconds) + company.things(at: seconds, on: bank) + bank.boulders(near: view.pose.place.x)
            + bank.people(near: 0, seconds) + glints(seconds, view)
    }

    /// When head `number` comes up.
    private static func appears(_ number: Int) -> Double { 8 + 10 * Double(number) }

    private func heads(at seconds: Double) -> [RiverThing] {
        (0..<Self.heads).compactMap { number in
            let age = seconds - Self.appears(number)
            // In search flights they are there before they come into view.
            guard age >= (view == .search ? -3 : 0), age < 7, !(3.5..<5).contains(age) else { return nil }
            guard let start = start(of: number) else { return nil }
            func own(_ index: UInt64) -> Double { SeededNoise.unit(seed ^ 0x4EAD, UInt64(number) * 64 + index) }
            let place = RiverPoint(
                x: start.x + (bank.current(at: start.y) + 0.4 * (own(40) - 0.5)) * age,
                y: start.y + 0.4 * (own(41) - 0.5) * age)
            guard bank.ground(at: place) == .water else { return nil }
            let shown = 0.8 + 0.2 * sin(2 * .pi * seconds * 0.8 + 6.28 * own(42))
            return RiverThing(
                kind: .head, place: place, length: 0.19, breadth: 0.15, kelvin: headKelvin * shown, number: number)
        }
    }

    /// On water within the inner part of the picture, or at its upper edge where the drone flies that way.
    private func start(of number: Int) -> RiverPoint? {
        let view = RiverView(
            pose(at: Self.appears(number)), width: sensor.width, height: sensor.height,
            pixelRadians: sensor.pixelRadians)
        for attempt in 0..<16 as Range<UInt64> {
            func own(_ index: UInt64) -> Double {
                SeededNoise.unit(seed ^ 0x4EAD, UInt64(number) * 64 + attempt * 2 + index)
            }
            let x = (0.1 + 0.8 * own(0)) * Double(sensor.width)
            let y = self.view == .search ? 0 : (0.1 + 0.8 * own(1)) * Double(sensor.height)
            guard let point = view.point(view.ray(x: x, y: y)), bank.ground(at: point) == .water,
                view.offNadir(of: point) < 48
            else { continue }
            return point
        }
        return nil
    }

    /// The sun where a wave stands right: a slope that mirrors it is as common as Cox and Munk (1954) found at 3 m/s of wind.
    private func glints(_ seconds: Double, _ view: RiverView) -> [RiverThing] {
        let variance = 0.003 + 0.005_12 * 3
        let slot = (seconds * 6).rounded(.down)
        return [slot - 1, slot].flatMap { slot in
            (0..<2 as Range<UInt64>).compactMap { number -> RiverThing? in
                guard slot >= 0 else { return nil }
                func own(_ index: UInt64) -> Double {
                    SeededNoise.unit(seed ^ 0x611, UInt64(slot) * 16 + number * 8 + index)
                }
                let age = seconds - slot / 6 - own(0) / 6
                guard age >= 0, age < 0.15 + 0.05 * own(1) else { return nil }
                let ray = view.ray(x: own(2) * Double(sensor.width), y: own(3) * Double(sensor.height))
                guard let place = view.point(ray), bank.ground(at: place) == .water else { return nil }
                // The wave's normal lies halfway between the sun and the camera.
                let toSun = SIMD3(
                    cos(sun.height) * sin(sun.azimuth), cos(sun.height) * cos(sun.azimuth), sin(sun.height))
                let half = toSun - ray / (ray * ray).sum().squareRoot()
                let square = (half.x * half.x + half.y * half.y) / (half.z * half.z)
                guard own(4) < exp(-square / variance) else { return nil }
                return RiverThing(kind: .glint, place: place, length: 0.2, breadth: 0.2, kelvin: 8)
            }
        }
    }
}
