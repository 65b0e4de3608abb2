import CHotspotKernels
import FlightTypes

/// What the looks at one place have shown: of each pixel around it the mean of the last looks. The window goes with the place, and
/// so with the water: what stays there stays at its pixel, waves do not.
struct PlaceMemory {
    private static let size = WindowLook.size
    /// Looks that the mean forgets in.
    private static let span = 8
    /// Least spread, eighths of a sigma in 1/256: what no number of looks makes certain.
    private static let leastSpread = 0.12 * 8 * 256

    private(set) var number: UInt32
    private(set) var lastLook: MonotonicInstant
    private(set) var lastUsable: MonotonicInstant?
    /// Of the planes' size and the window's; the means hold for one.
    private(set) var divisor = 0, shift = 0
    private(set) var evidence = WitnessEvidence()
    private var glareLooks = 0.0
    private var means = [[UInt16]](repeating: [UInt16](repeating: 0, count: size * size), count: 4)
    private static let unmasked = [UInt8](repeating: 0, count: size * size)
    private var controls: [UInt16] = []
    /// Of the last four looks, the newest last.
    private var recent: [(strength: Double, sigmas: Double)] = []

    init(number: UInt32, at now: MonotonicInstant) {
        self.number = number
        lastLook = now
        controls.reserveCapacity(512)
        recent.reserveCapacity(5)
    }

    /// Begins anew, for another number or where the old looks do not count any more. Keeps the memory.
    mutating func restart(number: UInt32, at now: MonotonicInstant, divisor: Int, shift: Int) {
        self.number = number
        (lastLook, lastUsable) = (now, nil)
        (self.divisor, self.shift) = (divisor, shift)
        evidence = WitnessEvidence()
        glareLooks = 0
        recent.removeAll(keepingCapacity: true)
    }

    /// A look that showed nothing.
    mutating func noteUnusable(at now: MonotonicInstant) {
        lastLook = now
        evidence.asked += 1
    }

    /// Adds a look.
    mutating func add(
        _ look: WindowLook, frame: WindowLook.Frame, thingRadius: Double, isWhole: Bool, isColour: Bool,
        at now: MonotonicInstant
    ) {
        (lastLook, lastUsable) = (now, now)
        evidence.asked += 1
        evidence.looks += 1
        let parts = min(evidence.looks, Self.span)
        let weight = Int32(256 / parts)
        hotspot_witness_mean(look.dark, look.mask, weight, &means[0])
        hotspot_witness_mean(look.bright, look.mask, weight, &means[1])
        hotspot_witness_mean(look.colour, look.mask, weight, &means[2])
        hotspot_witness_mean(look.glare, Self.unmasked, weight, &means[3])
        func mean(_ old: Double, _ new: Double) -> Double { old + (new - old) / Double(parts) }
        glareLooks = mean(glareLooks, look.hasGlare ? 1 : 0)
        evidence.glare = glareLooks
        evidence.roughness = mean(evidence.roughness, look.roughness)
        evidence.sharpness = mean(evidence.sharpness, look.sharpness)
        evidence.thingRadius = thingRadius
        evidence.isWhole = isWhole
        evidence.isColour = isColour
        evidence.sigmas = 0
        evidence.dark = strength(0, frame)
        evidence.bright = strength(1, frame)
        evidence.colour = strength(2, frame)
        evidence.glareStays = Double(peak(3, frame.reach, Self.size / 2, Self.size / 2)) / (255 * 256)
        remember()
    }

    private mutating func remember() {
        if recent.count == 4 { recent.removeFirst() }
        recent.append((evidence.strength, evidence.sigmas))
        guard recent.count >= 3 else { return }
        evidence.leastStrength = recent.suffix(3).reduce(.infinity) { min($0, $1.strength) }
        evidence.leastSigmas = recent.suffix(3).reduce(.infinity) { min($0, $1.sigmas) }
        evidence.mostStrength = recent.count < 4 ? .infinity : recent.reduce(-.infinity) { max($0, $1.strength) }
    }

    /// How much the strongest pixel of the place exceeds those of boxes around it.
    private mutating func strength(_ map: Int, _ frame: WindowLook.Frame) -> Double {
        let own = Double(peak(map, frame.reach, Self.size / 2, Self.size / 2))
        controls.removeAll(keepingCapacity: true)
        frame.forEachControl { controls.append(peak(map, frame.reach, $0, $1)) }
        guard !controls.isEmpty else { return 0 }
        controls.sort()
        let usual = Double(controls[controls.count / 2]), high = Double(controls[controls.count * 5 / 6])
        evidence.sigmas = max(evidence.sigmas, own / (8 * 256))
        return (own - usual) / max(high - usual, Self.leastSpread)
    }

    private func peak(_ map: Int, _ reach: Int, _ x: Int, _ y: Int) -> UInt16 {
        hotspot_witness_peak(
            means[map],
            hotspot_area(
                left: Int32(x - reach), top: Int32(y - reach), right: Int32(x + reach + 1), bottom: Int32(y + reach + 1)
            ))
    }
}
