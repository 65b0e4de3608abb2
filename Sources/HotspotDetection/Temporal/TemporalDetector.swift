import FlightTypes

/// Finds in pictures of few pixels what is too weak for one of them: things of a pixel or less that stay, or move as the water does.
///
/// 1. Contrast of each pixel with its surroundings, blind to what changes alike for all (`hotspot_contrast`).
/// 2. How far it stands above what it usually is, in sigmas, at most four (`ContrastBackground`).
/// 3. Cumulative sums of that, warm and cold, along the motions that are possible (`EvidenceSums`).
/// 4. Peaks of the sums above their threshold, the strongest of each 5×5 pixels.
///
/// Fire is told from one picture (`FireSearch`). For one sensor; the same pictures always give the same result. With pictures of one size
/// and motions of one kind nothing is allocated.
public struct TemporalDetector: Sendable {
    /// Larger pictures have ways of their own (`HotspotDetector`); of smaller ones only fire is told.
    public static let longestEdge = 80, shortestEdge = 7
    /// After a longer pause the sums begin anew, because nothing is known of the motion.
    private static let longestPause = Duration.seconds(1)
    /// Pixels a picture between two motions, as long as there are no more rings of them than the limit.
    static let step: Float = 0.25, ringsLimit = 5
    /// What happened, for counting.
    public struct Counters: Hashable, Sendable {
        /// Pictures that came; left out, because of a flat field, unlike all before or the same again; of a size that is not looked at.
        public var pictures = 0, leftOut = 0, refused = 0
        /// How often the background was learned anew because the pictures no longer fitted it, or after a flat field.
        public var relearned = 0
    }

    /// As given, brought into range.
    public let configuration: Configuration
    /// What happened so far.
    public private(set) var counters = Counters()
    private var background: ContrastBackground
    private var still = EvidenceSums(width: 0, height: 0), ground = EvidenceSums(width: 0, height: 0)
    private var drift = EvidenceSums(width: 0, height: 0)
    private var isAfterFlatField = false
    private var last: MonotonicInstant?
    private var lastValues: [UInt16] = []
    private var fires = FireSearch()
    private var found: [Hotspot] = []

    /// A detector; values out of range are brought into it.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration.clamped
        // Eighty times the contrast has 32.5 times the noise of a pixel.
        background = ContrastBackground(floor: Int32(max(1, (32.5 * self.configuration.noiseFloor).rounded())))
        found.reserveCapacity(EvidenceSums.peaksLimit)
    }

    /// Whether the background is known: until then, for 128 pictures, only fire is told.
    public var isReady: Bool { background.isReady }

    /// What stands out in the next picture, strongest first, at most `configuration.limit`. `motion` is that since the picture before;
    /// without one only what stands still in the picture is found. During a flat field the picture says nothing.
    public mutating func detect(
        _ image: ThermalImage, at now: MonotonicInstant, motion: ImageMotion?, isFlatField: Bool = false,
        into spots: inout [Hotspot]
    ) {
        spots.removeAll(keepingCapacity: true)
        guard image.width <= Self.longestEdge, image.height <= Self.longestEdge else { return counters.refused &+= 1 }
        counters.pictures &+= 1
        guard !isFlatField else {
            counters.leftOut &+= 1
            isAfterFlatField = true
            return
        }
        found.removeAll(keepingCapacity: true)
        if let threshold = configuration.fire { fires.search(image, threshold: threshold, into: &spots) }
        if min(image.width, image.height) >= Self.shortestEdge {
            prepare(image, now)
            if image.values == lastValues { repeatedly(motion) } else { follow(image, motion) }
            lastValues = image.values
        } else {
            counters.refused &+= 1
        }
        for spot in found where spots.count < configuration.limit && !spots.contains(where: { $0.isNear(spot) }) {
            spots.append(spot)
        }
        if spots.count > configuration.limit { spots.removeLast(spots.count - configuration.limit) }
    }

    private mutating func prepare(_ image: ThermalImage, _ now: MonotonicInstant) {
        if background.width != image.width || background.height != image.height {
            background.resize(width: image.width, height: image.height)
            still = EvidenceSums(width: image.width, height: image.height)
            still.arrange(rings: 0)
            ground = still
            drift = EvidenceSums(width: image.width, height: image.height)
        } else if isAfterFlatField {
            background.forgetOffsets()
            counters.relearned &+= 1
            clear()
        }
        isAfterFlatField = false
        if let last, !(Duration.zero...Self.longestPause).contains(now.since(last)) { clear() }
        last = now
    }

    private mutating func clear() {
        still.clear()
        ground.clear()
        drift.clear()
    }

    /// A picture that came again is no evidence.
    private mutating func repeatedly(_ motion: ImageMotion?) {
        counters.leftOut &+= 1
        _ = move(motion)
    }

    private mutating func follow(_ image: ThermalImage, _ motion: ImageMotion?) {
        let hold = Int16(8 * configuration.stillThreshold)
        let before = background.relearned
        let verdict = background.look(image, warm: still.warmest, cold: still.coldest, hold: hold)
        counters.relearned &+= background.relearned - before
        let isMoving = move(motion)
        switch verdict {
        case .learning: return clear()
        case .unlike: return counters.leftOut &+= 1
        case .steady: break
        }
        let slack = Int16(16 * configuration.slack)
        still.gather(background, slack: slack, threshold: configuration.stillThreshold, image, into: &found)
        guard let motion, isMoving else { return dropDoubles() }
        if motion.groundX != 0 || motion.groundY != 0 {
            ground.gather(background, slack: slack, threshold: configuration.stillThreshold, image, into: &found)
        }
        let threshold = configuration.driftThresholds[drift.rings]
        drift.gather(background, slack: slack, threshold: threshold, image, into: &found)
        dropDoubles()
    }

    /// Moves the sums along; false where the motion is not known.
    private mutating func move(_ motion: ImageMotion?) -> Bool {
        guard let motion, motion.isUsable else {
            if drift.rings >= 0 {
                ground.clear()
                drift.clear()
            }
            return false
        }
        let wanted = min(Self.ringsLimit, Int((motion.reach / Self.step - 0.2).rounded(.up)))
        // A reach about a border must not throw the sums away again and again.
        if wanted > drift.rings || wanted < drift.rings - 1 { drift.arrange(rings: wanted) }
        ground.move(x: motion.groundX, y: motion.groundY, step: 0)
        drift.move(x: motion.waterX, y: motion.waterY, step: motion.reach / Float(max(1, drift.rings)))
        return true
    }

    /// One thing stands in several sums, and what is strong makes its surroundings seem to be of the other kind.
    private mutating func dropDoubles() {
        found.sort { ($0.score, -$0.y, -$0.x) > ($1.score, -$1.y, -$1.x) }
        var kept = 0
        for index in found.indices {
            let spot = found[index]
            let isDouble = found[..<kept].contains {
                $0.isCold == spot.isCold ? $0.isNear(spot) : spot.isShadow(of: $0)
            }
            let isShadow = found[(index + 1)...].contains { spot.isShadow(of: $0) }
            guard !isDouble, !isShadow else { continue }
            found[kept] = spot
            kept += 1
        }
        found.removeLast(found.count - kept)
    }
}

extension Hotspot {
    /// Whether the middles of two lie within the same 5×5 pixels.
    fileprivate func isNear(_ other: Hotspot) -> Bool {
        abs(centroidX - other.centroidX) < 2.5 && abs(centroidY - other.centroidY) < 2.5
    }
    /// Whether it lies in the surroundings of something of the other kind that stands out more right now.
    fileprivate func isShadow(of other: Hotspot) -> Bool {
        isCold != other.isCold && abs(centroidX - other.centroidX) < 4.5 && abs(centroidY - other.centroidY) < 4.5
            && other.contrast.magnitude > 3 * contrast.magnitude / 2
    }
}
