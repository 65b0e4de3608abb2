import FlightTypes

/// Follows what single pictures show on the water, and says what stays: noise does not, glints live for a fifth of a second.
///
/// tentative ──5 of 8 looks with scores that add up, for two thirds of a second──▶ confirmed; either ends when it is not seen for too long where it should be.
///
/// Bytes and time are arguments: the same observations give the same tracks.
public struct WaterTracker: Sendable {
    /// What is believed when.
    public struct Rules: Hashable, Sendable {
        /// The water's own velocity over ground, metres a second; zero where it is not known.
        public var current = PlanePoint(east: 0, north: 0)
        /// A track is told of from this age on.
        public var confirmAfter: Duration = .milliseconds(650)
        /// Looks of the last eight that must have been hits.
        public var confirmHits = 5
        /// What the scores of the last eight looks must come to: a few strong hits, or many weak ones.
        public var confirmScore = 44.0
        /// More than this a single look adds nothing: a glint is strong in two pictures, a head is there in all.
        public var scoreLimit = 11.0
        /// A confirmed track in view ends when it was not surely seen for so long: swimmers go under and come up.
        public var endAfter: Duration = .seconds(5)
        /// Out of view it is remembered for so long.
        public var rememberFor: Duration = .seconds(60)
        /// Random acceleration, m/s² at one second.
        public var acceleration = 0.2
        /// What a new track's velocity may differ from the current, one sigma, m/s: near a bank and behind groynes the water stands still,
        /// or flows back.
        public var velocitySigma = 1.0
        /// Larger than a point by more than this is no person, square metres.
        public var personArea = 1.0
        /// Faster through the water than this is no swimmer, m/s; more where the current is not known.
        public var personSpeed = 1.7
        /// Warmer than its surroundings by more than this is no person, in the picture's unit.
        public var personContrast = Double.infinity
        /// What that is where the unit is known, kelvin: skin of 34 °C over freezing water, and nobody in the water is warmer.
        public static let personKelvin = 34.0
        /// The defaults.
        public init() {}
    }
    /// What happened.
    public struct Counters: Hashable, Sendable {
        /// Pictures looked at; pictures out of order or left out because the sensor corrected itself.
        public var pictures: UInt64 = 0, skipped: UInt64 = 0
        /// Observations without a usable place.
        public var unusable: UInt64 = 0
        /// Observations that would have begun a track too many.
        public var refused: UInt64 = 0
        /// Tracks begun and confirmed.
        public var begun: UInt64 = 0, confirmed: UInt64 = 0
    }
    /// Tracks at once. A stronger observation takes the place of the weakest tentative one.
    public static let tracksLimit = 64
    /// Observations of one picture that are looked at.
    public static let observationsLimit = 64
    /// Of fewer common movements the median says nothing.
    private static let commonLeast = 3

    /// As given.
    public var rules: Rules
    /// All tracks, the oldest first.
    public private(set) var tracks: [Track] = []
    /// What happened so far.
    public private(set) var counters = Counters()
    private var last: MonotonicInstant?
    private var fixedPlaces = FixedPlaces()
    private var nextNumber: UInt32 = 0
    /// Of the picture being looked at, kept because of the memory: what has a place, what is within a gate, what belongs together, what is
    /// seen, what each observation belongs to, and how much tracks have jumped.
    private var usable: [Int] = []
    private var near: [(misfit: Double, track: Int, observation: Int)] = []
    private var pairs: [(track: Int, observation: Int)] = []
    private var isTrackTaken: [Bool] = [], isObservationTaken: [Bool] = [], seen: [Bool] = []
    private var belongs: [UInt32?] = []
    private var jumpsEast: [Double] = [], jumpsNorth: [Double] = []

    /// A tracker without tracks.
    public init(rules: Rules = Rules()) { self.rules = rules }

    /// Takes a picture's observations. Returns for each the track it belongs to now, nil where it belongs to none.
    ///
    /// - Parameters:
    ///   - isInView: whether the picture shows a place; a track is missed only where it should be seen.
    public mutating func update(
        _ observations: [Observation], at now: MonotonicInstant, isInView: (PlanePoint) -> Bool
    ) -> [UInt32?] {
        Self.fill(&belongs, nil, observations.count)
        if let last, now <= last {
            counters.skipped += 1
            return belongs
        }
        if let last {
            let gone = now.since(last)
            if gone > rules.rememberFor { tracks.removeAll() }
            for index in tracks.indices { tracks[index].predict(to: now) }
        }
        last = now
        counters.pictures += 1
        usable.removeAll(keepingCapacity: true)
        for index in observations.indices where observations[index].isUsable { usable.append(index) }
        usable.removeLast(max(0, usable.count - Self.observationsLimit))
        counters.unusable += UInt64(observations.count - usable.count)

        Self.fill(&seen, false, tracks.count)
        let shift = commonShift(observations)
        pair(observations, shift)
        for (track, index) in pairs {
            tracks[track].see(observations[index].moved(by: shift), at: now)
            seen[track] = true
            belongs[index] = tracks[track].number
        }
        // What is told of already and has left its course is looked for where it can be.
        for track in tracks.indices where tracks[track].state == .confirmed && !seen[track] {
            var best: (misfit: Double, index: Int)?
            for index in usable where belongs[index] == nil {
                guard let misfit = tracks[track].misfitOffCourse(of: observations[index].moved(by: shift), at: now),
                    misfit < best?.misfit ?? .infinity
                else { continue }
                best = (misfit, index)
            }
            guard let best else { continue }
            tracks[track].seeOffCourse(observations[best.index].moved(by: shift), at: now)
            seen[track] = true
            belongs[best.index] = tracks[track].number
        }
        for index in tracks.indices {
            if seen[index] {
                tracks[index].note(isInView: true, at: now)
                // Not a method: a copy of this value would make `tracks` be copied for each change.
                let stands = Self.judgeDoubts(about: &tracks[index], rules, at: now)
                if stands, tracks[index].state == .confirmed { fixedPlaces.note(tracks[index].place, at: now) }
            } else {
                let isInView = isInView(tracks[index].place)
                if isInView { tracks[index].miss() }
                tracks[index].note(isInView: isInView, at: now)
            }
        }
        judge(at: now)
        for index in usable where belongs[index] == nil {
            if let number = begin(observations[index], shift, at: now) { belongs[index] = number }
        }
        return belongs
    }

    /// Forgets all tracks, for water far away; numbers go on and counters stay.
    public mutating func forget() {
        tracks.removeAll()
        fixedPlaces.forget()
        last = nil
    }

    /// The sensor corrected itself or the picture is not to be trusted: time goes on, nothing is missed.
    public mutating func skip() { counters.skipped += 1 }

    // MARK: - Parts of a step

    /// Finds ``pairs``: the best fit first, each track and observation once.
    private mutating func pair(_ observations: [Observation], _ shift: PlanePoint) {
        near.removeAll(keepingCapacity: true)
        pairs.removeAll(keepingCapacity: true)
        for index in usable {
            let seen = observations[index]
            for track in tracks.indices {
                if let misfit = tracks[track].misfit(of: seen, at: seen.place - shift) {
                    near.append((misfit, track, index))
                }
            }
        }
        near.sort { ($0.misfit, $0.track, $0.observation) < ($1.misfit, $1.track, $1.observation) }
        Self.fill(&isTrackTaken, false, tracks.count)
        Self.fill(&isObservationTaken, false, observations.count)
        for one in near where !isTrackTaken[one.track] && !isObservationTaken[one.observation] {
            isTrackTaken[one.track] = true
            isObservationTaken[one.observation] = true
            pairs.append((one.track, one.observation))
        }
    }

    /// What all confirmed tracks moved alike is the camera's own doing: the median of their jumps.
    private mutating func commonShift(_ observations: [Observation]) -> PlanePoint {
        let still = PlanePoint(east: 0, north: 0)
        guard tracks.count(where: { $0.state == .confirmed }) >= Self.commonLeast else { return still }
        pair(observations, still)
        jumpsEast.removeAll(keepingCapacity: true)
        jumpsNorth.removeAll(keepingCapacity: true)
        for pair in pairs where tracks[pair.track].state == .confirmed {
            let jump = observations[pair.observation].place - tracks[pair.track].place
            jumpsEast.append(jump.east)
            jumpsNorth.append(jump.north)
        }
        guard jumpsEast.count >= Self.commonLeast else { return still }
        jumpsEast.sort()
        jumpsNorth.sort()
        return PlanePoint(east: jumpsEast[jumpsEast.count / 2], north: jumpsNorth[jumpsNorth.count / 2])
    }

    /// Without asking for memory, if there is enough.
    private static func fill<Value>(_ values: inout [Value], _ value: Value, _ count: Int) {
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: repeatElement(value, count: count))
    }

    /// A doubt about how it moves comes when the measurement is sure of it and goes when it is sure of the opposite.
    /// Returns whether it surely stands.
    private static func judgeDoubts(about track: inout Track, _ rules: Rules, at now: MonotonicInstant) -> Bool {
        func set(_ doubt: TrackReport.Doubts, _ holds: Bool) {
            if holds { track.doubts.insert(doubt) } else { track.doubts.remove(doubt) }
        }
        set(.large, track.excessSquareMetres > rules.personArea)
        set(.hot, track.contrast > rules.personContrast)
        func judgeSpeed(_ velocity: PlanePoint, error: Double) {
            let throughWater = (velocity - rules.current).length
            if throughWater - error > rules.personSpeed { set(.fast, true) }
            if throughWater + error < rules.personSpeed { set(.fast, false) }
        }
        // Over some seconds as a whole, and as the filter sees it: the one is sure of what goes straight, the other follows turns.
        let overall = track.overall(at: now)
        judgeSpeed(overall.velocity, error: overall.error)
        judgeSpeed(track.velocity, error: 2 * track.sigmas.velocity)
        // Only a current well above the error tells what stands from what drifts.
        let slow = rules.current.length / 4
        guard rules.current.length > 0.5, overall.error < 2 * slow else { return false }
        let stands = overall.velocity.length < slow
        if stands { set(.fixed, true) }
        if overall.velocity.length > 2 * slow { set(.fixed, false) }
        return stands
    }

    private mutating func judge(at now: MonotonicInstant) {
        for index in tracks.indices where tracks[index].state == .tentative {
            let track = tracks[index]
            if track.ofEight >= rules.confirmHits, track.evidence(limit: rules.scoreLimit) >= rules.confirmScore,
                now.since(track.birth) >= rules.confirmAfter
            {
                tracks[index].state = .confirmed
                counters.confirmed += 1
                // Until its own movement is known: what drifts over such a place leaves it within seconds.
                if fixedPlaces.holds(track.place, at: now) { tracks[index].doubts.insert(.fixed) }
            }
        }
        tracks.removeAll { track in
            let unseen = now.since(track.lastSeen)
            switch track.state {
            case .tentative: return track.looks >= 3 && track.ofFive < min(track.looks, 5) - 2 || unseen > .seconds(2)
            case .confirmed:
                return unseen > rules.rememberFor || track.missedSince.map { now.since($0) > rules.endAfter } ?? false
            }
        }
    }

    private mutating func begin(_ seen: Observation, _ shift: PlanePoint, at now: MonotonicInstant) -> UInt32? {
        if tracks.count >= Self.tracksLimit {
            var weakest: Int?
            for index in tracks.indices where tracks[index].state == .tentative {
                if weakest.map({ tracks[index].bestScore < tracks[$0].bestScore }) ?? true { weakest = index }
            }
            guard let weakest, tracks[weakest].bestScore < seen.score else {
                counters.refused += 1
                return nil
            }
            tracks.remove(at: weakest)
        }
        let motion = Motion(
            at: seen.place - shift, sigma: seen.sigmaMetres, velocity: rules.current,
            velocitySigma: rules.velocitySigma)
        tracks.append(
            Track(number: nextNumber, from: seen, at: now, motion: motion, acceleration: rules.acceleration))
        nextNumber &+= 1
        counters.begun += 1
        return tracks.last?.number
    }
}
