import FlightTypes
import HotspotDetection
import ImageCoding

/// What the visible camera says about places where the thermal camera follows something: whether there, too, something stands out
/// from the water and stays.
///
/// Of each place a window of the picture is cut out, small spots are compared with the water around them (``WaterStatistics``), and
/// the looks are added up pixel by pixel (``PlaceMemory``). The place speaks for something when its strongest pixel exceeds those of
/// as large places around it, look after look; for ordinary water only when a head would have been seen and it does not. A value
/// without thread or clock; one camera.
public struct VisibleWitness {
    /// When what is said. Chosen on made-up water (`Scenario/VisibleWater.swift`).
    public struct Rules: Hashable, Sendable {
        /// Pictures closer together than this show the same wave; they are not looked at.
        public var interval: Duration = .milliseconds(250)
        /// After so long without a usable look the earlier ones do not count.
        public var forgetAfter: Duration = .seconds(3)
        /// Looks before anything is said, and before water is called ordinary.
        public var leastLooks = 4, ordinaryLooks = 8
        /// Strength in each of the last three looks from which something stands out, in spreads; the same where the sun's
        /// reflections are, whose edges stand out too; and in sigmas of the water.
        public var supports = 2.2, supportsInGlare = 4.5, supportsSigmas = 2.0
        /// Strength in the last four looks up to which water is ordinary.
        public var ordinary = 0.7
        /// Ordinary only where a head has this radius in pixels, the water is no rougher, the picture no less sharp (steps).
        public var ordinaryRadius = 0.75, ordinaryRoughness = 3.0, ordinarySharpness = 1.3
        /// Share of looks with the sun's reflection from which it is told. Where it stays at one spot for more than `glareStays` of
        /// them it is none: reflections live for a fifth of a second.
        public var glint = 0.25, glareStays = 0.75
        /// Steps of colour by which something must differ from the water to be told of unasked.
        public var colourSteps = 10.0
        /// The defaults.
        public init() {}
    }
    /// What happened.
    public struct Counters: Hashable, Sendable {
        /// Pictures looked at, too soon after another, and refused because they are damaged or no pictures.
        public var pictures: UInt64 = 0, tooSoon: UInt64 = 0, refused: UInt64 = 0
        /// Places beyond the limit of a picture, and without usable numbers.
        public var placesBeyond: UInt64 = 0, placesUnusable: UInt64 = 0
        /// Places whose looks were forgotten because there were too many.
        public var forgotten: UInt64 = 0
    }
    /// Places of one picture; places remembered.
    public static let placesLimit = 16, memoryLimit = 32
    /// Pictures are read at the size that is at most so wide.
    static let widthLimit = 1024
    /// Half the edge of the largest place, in pixels of the window: boxes to compare it with have to fit around.
    static let reachLimit = 17
    /// Below this radius of a head, in pixels of the window, only colours say anything: light and dark spots are waves and glints.
    static let leastRadius = 0.6
    /// What a camera on a drone gives; larger pictures would hold up the detector.
    static let limits = ImageLimits(pixels: 13_000_000, fileBytes: 16 << 20, scans: 16, pixelScans: 40_000_000)

    /// As given.
    public let rules: Rules
    /// What happened so far.
    public private(set) var counters = Counters()
    private let planes: JPEGPlanes
    private var window = WindowLook()
    private var search: ColourSearch
    /// What of the last picture has a colour that water does not have, strongest first, in squares of ``grain`` × ``grain`` pixels; empty
    /// where the last picture could not be looked at.
    public private(set) var spots: [Hotspot] = []
    /// See ``spots``.
    public private(set) var grain = 1.0
    private var memories: [PlaceMemory] = []
    private var lastPicture: MonotonicInstant?

    /// A witness without memory. Throws when the codec cannot be set up.
    public init(rules: Rules = Rules()) throws(ImageCodingError) {
        self.rules = rules
        search = ColourSearch(least: rules.colourSteps)
        planes = try JPEGPlanes(limits: Self.limits)
    }

    /// Whether a picture of this time would be looked at; ask before working out places.
    public func isDue(at now: MonotonicInstant) -> Bool {
        guard let lastPicture else { return true }
        let elapsed = now.since(lastPicture)
        // A clock that stepped back must not silence the witness.
        return elapsed >= rules.interval || elapsed <= .zero - rules.interval
    }

    /// Looks at a picture: at the places, and for ``spots``. A picture too soon after another, or none at all, changes only the counters;
    /// false then.
    @discardableResult
    public mutating func look(at jpeg: [UInt8], taken now: MonotonicInstant, places: [WitnessPlace]) -> Bool {
        guard isDue(at: now) else {
            counters.tooSoon += 1
            return false
        }
        lastPicture = now
        spots.removeAll(keepingCapacity: true)
        guard (try? planes.decode(jpeg, widthLimit: Self.widthLimit)) != nil, !planes.isDamaged else {
            counters.refused += 1
            return false
        }
        counters.pictures += 1
        grain = Double(2 * planes.divisor)
        _ = planes.withPlanes { _, blue, red in
            if let blue, let red { search.look(blue, red, into: &spots) }
        }
        counters.placesBeyond += UInt64(max(0, places.count - Self.placesLimit))
        for place in places.prefix(Self.placesLimit) {
            guard place.isUsable else {
                counters.placesUnusable += 1
                continue
            }
            look(at: place, taken: now)
        }
        return true
    }

    /// What all looks at a place come to; `silent` where it was not asked about often enough, or not for so long before `now` that
    /// it does not count any more. Without `now` the last look counts.
    public func testimony(of number: UInt32, at now: MonotonicInstant? = nil) -> TrackReport.Witness {
        guard let memory = memories.first(where: { $0.number == number }),
            now.map({ $0.since(memory.lastLook) <= rules.forgetAfter }) ?? true
        else { return .silent }
        let evidence = memory.evidence
        guard evidence.asked >= rules.leastLooks else { return .silent }
        guard evidence.looks >= rules.leastLooks, 2 * evidence.looks >= evidence.asked else { return .unable }
        let supports = evidence.glare > 0 ? rules.supportsInGlare : rules.supports
        if evidence.leastStrength >= supports, evidence.leastSigmas >= rules.supportsSigmas { return .supports }
        if evidence.glareStays > rules.glareStays { return .supports }
        if evidence.glare >= rules.glint { return .glint }
        return isOrdinary(evidence) ? .ordinary : .unable
    }

    /// What is known about a place; nil where it was not asked about, or forgotten.
    public func evidence(of number: UInt32) -> WitnessEvidence? {
        memories.first { $0.number == number }?.evidence
    }

    /// Only where a head that stands out as most do would have been seen: it must not be said lightly.
    private func isOrdinary(_ evidence: WitnessEvidence) -> Bool {
        evidence.looks >= rules.ordinaryLooks && evidence.isWhole && evidence.isColour && evidence.glare == 0
            && evidence.mostStrength <= rules.ordinary && evidence.thingRadius >= rules.ordinaryRadius
            && evidence.roughness <= rules.ordinaryRoughness && evidence.sharpness >= rules.ordinarySharpness
    }

    private mutating func look(at place: WitnessPlace, taken now: MonotonicInstant) {
        let memory = memory(of: place, at: now)
        let scale = Double(planes.divisor << memories[memory].shift)
        let wanted = Int((place.searchRadius / scale).rounded(.up))
        let reach = min(max(wanted, 1), Self.reachLimit), half = WindowLook.size / 2
        let (left, top) = (Int((place.x / scale).rounded(.down)) - half, Int((place.y / scale).rounded(.down)) - half)
        let width = Int(Double(planes.fullWidth) / scale), height = Int(Double(planes.fullHeight) / scale)
        let frame = WindowLook.Frame(
            left: left, top: top, shift: memories[memory].shift, reach: reach,
            columns: Self.inside(left, width), rows: Self.inside(top, height))
        let box = half - reach..<half + reach + 1
        let isSeen =
            box.clamped(to: frame.columns) == box && box.clamped(to: frame.rows) == box && frame.isComparable
            && planes.withPlanes { window.look(at: frame, $0, $1, $2) } == true
        guard isSeen else { return memories[memory].noteUnusable(at: now) }
        let isColour = planes.withPlanes { _, blue, _ in blue != nil } == true
        memories[memory].add(
            window, frame: frame, thingRadius: place.thingRadius / scale, isWhole: wanted <= reach, isColour: isColour,
            at: now)
    }

    /// Columns or rows of a window that lie in a picture of `count` of them.
    private static func inside(_ first: Int, _ count: Int) -> Range<Int> {
        let low = min(max(0, -first), WindowLook.size)
        return low..<max(low, min(WindowLook.size, count - first))
    }

    /// How often the planes are halved, so that a head has a radius of one or two pixels; once more where else the place would not be
    /// looked at as a whole.
    private static func shift(radius: Double, search: Double) -> Int {
        let shift = radius < 1.8 ? 0 : radius < 3.6 ? 1 : 2
        let isLarge = search > Double(reachLimit << shift) && radius >= leastRadius * Double(2 << shift)
        return min(isLarge ? shift + 1 : shift, 2)
    }

    /// The index of a place's memory: its own, made anew where its looks do not count any more, a new one, or the one that was not
    /// looked at for longest.
    private mutating func memory(of place: WitnessPlace, at now: MonotonicInstant) -> Int {
        let radius = place.thingRadius / Double(planes.divisor), search = place.searchRadius / Double(planes.divisor)
        let shift = Self.shift(radius: radius, search: search)
        if let own = memories.firstIndex(where: { $0.number == place.number }) {
            let memory = memories[own]
            let isFresh = memory.lastUsable.map { now.since($0) <= rules.forgetAfter } ?? true
            let seen = radius / Double(1 << memory.shift)
            let fits =
                memory.divisor == planes.divisor && (memory.shift == shift || (Self.leastRadius...2.4).contains(seen))
            if !isFresh || !fits {
                memories[own].restart(number: place.number, at: now, divisor: planes.divisor, shift: shift)
            }
            return own
        }
        var index = memories.count
        if memories.count < Self.memoryLimit {
            memories.append(PlaceMemory(number: place.number, at: now))
        } else {
            index = memories.indices.min { memories[$0].lastLook < memories[$1].lastLook } ?? 0
            counters.forgotten += 1
        }
        memories[index].restart(number: place.number, at: now, divisor: planes.divisor, shift: shift)
        return index
    }
}
