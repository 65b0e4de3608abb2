import FlightTypes
import Geodesy
import Foundation

/// One thing that the book follows: a candidate, or an alarm. Its time is the station's.
struct AlarmThing: Sendable {
    /// Counts the things of a book.
    let number: Int
    /// The alarm it became.
    var alarm: AlarmID?
    /// What it is taken for, and who sees it.
    private(set) var details: Alarm
    /// Whether it counts as seen now.
    var isPresent = true
    /// What the journal knows, and when it was told.
    private(set) var told: (details: Alarm, at: MonotonicInstant)?
    private(set) var lastSeen: MonotonicInstant
    /// Reports that confirm it: the newest `confirmingLimit`.
    private(set) var confirming: [MonotonicInstant] = []
    private(set) var isFirm = false
    private var spot: (spot: AlarmObservation.Spot, source: AlarmSource)?
    private var velocity: (east: Double, north: Double)?
    /// The best picture so far, whether the journal has it, and its score.
    private var picture: (jpeg: [UInt8], score: Double, isTold: Bool)?
    private static let confirmingLimit = 16

    init(number: Int, kind: AlarmKind, _ observation: AlarmObservation, at now: MonotonicInstant, wall: WallTime) {
        self.number = number
        details = Alarm(
            kind: kind, sources: [observation.source], place: observation.place, evidence: observation.evidence,
            lastSeen: wall)
        lastSeen = now
        take(observation, isFirstSight: true, at: now, wall: wall)
    }

    /// An alarm that was raised before the station was started.
    init(number: Int, resuming state: AlarmState, lastSeen: MonotonicInstant) {
        self.number = number
        alarm = state.id
        details = state.details
        isPresent = state.isPresent
        told = (state.details, lastSeen)
        self.lastSeen = lastSeen
    }

    // MARK: - The same thing?

    /// Whether the drone itself says that it is this one.
    func isFollowed(as source: AlarmSource) -> Bool { source.track != nil && details.sources.contains(source) }

    /// Distance to an observation as a share of what still counts as the same; nil where nothing can be said.
    func separation(from other: AlarmObservation, at now: MonotonicInstant) -> Double? {
        let silence = max(0, now.since(lastSeen).milliseconds / 1_000)
        if let own = details.place, let place = other.place {
            return separation(own, place, silence: silence)
        }
        guard let spot, let seen = other.spot, spot.source.drone == other.source.drone,
            spot.source.stream == other.source.stream, spot.source.flight == other.source.flight, silence <= 4
        else { return nil }
        let reach = 8 + max(spot.spot.edge, seen.edge) + 10 * silence
        let (x, y) = (seen.x - spot.spot.x, seen.y - spot.spot.y)
        return (x * x + y * y).squareRoot() / reach
    }

    private func separation(_ own: AlarmPlace, _ place: AlarmPlace, silence: Double) -> Double? {
        let isAfloat = details.kind == .personInWater
        // What drifts can be anywhere after two minutes.
        guard !isAfloat || silence <= 120 else { return nil }
        let foretold = min(silence, 30)
        let moved = isAfloat ? velocity.map { ($0.east * foretold, $0.north * foretold) } ?? (0, 0) : (0, 0)
        let offset = LocalPlane(origin: own.position).offset(to: place.position)
        let (east, north) = (offset.east - moved.0, offset.north - moved.1)
        // Flames of one fire stand apart; people do not.
        let least = details.kind == .fire ? 20.0 : 5.0
        let drift = isAfloat ? min(silence, 60) * 0.7 : details.kind == .personOnLand ? min(silence, 60) * 1.5 : 0
        let reach = min(80, max(least, own.semiMajorMetres + place.semiMajorMetres)) + drift
        return (east * east + north * north).squareRoot() / reach
    }

    /// Whether another one with an alarm is probably the same thing.
    func isSame(as other: AlarmThing) -> Bool {
        guard details.kind == other.details.kind, let own = details.place, let place = other.details.place else {
            return false
        }
        return (separation(own, place, silence: 0) ?? 2) <= 0.5
    }

    // MARK: - What is seen

    mutating func take(
        _ observation: AlarmObservation, isFirstSight: Bool = false, at now: MonotonicInstant, wall: WallTime
    ) {
        spot = observation.spot.map { ($0, observation.source) } ?? spot
        if let kind = observation.kind, kind < details.kind { details.kind = kind }
        takePlace(observation)
        takeEvidence(observation, isFirstSight: isFirstSight)
        if let index = details.sources.firstIndex(of: observation.source) { details.sources.remove(at: index) }
        details.sources.append(observation.source)
        if details.sources.count > Alarm.sourcesLimit { details.sources.removeFirst() }
        guard observation.isSeen else { return }
        lastSeen = max(lastSeen, now)
        details.lastSeen = max(details.lastSeen, wall)
        isFirm = observation.isFirm
        guard observation.kind != nil else {
            // Something speaks against it now.
            confirming = []
            return
        }
        confirming.append(now)
        if confirming.count > Self.confirmingLimit { confirming.removeFirst() }
    }

    private mutating func takePlace(_ observation: AlarmObservation) {
        guard let place = observation.place else { return }
        velocity = observation.velocity ?? velocity
        // What stands still is where it was seen best; what drifts is where it was seen last.
        let isBetter = details.place.map { place.semiMajorMetres <= 1.3 * $0.semiMajorMetres } ?? true
        if observation.source.track != nil || isBetter { details.place = place }
    }

    private mutating func takeEvidence(_ observation: AlarmObservation, isFirstSight: Bool) {
        let before = details.evidence
        var evidence = observation.evidence
        if observation.source.track == nil, !isFirstSight {
            evidence.hits = before.hits < .max ? before.hits + 1 : before.hits
            evidence.looks = before.looks < .max ? before.looks + 1 : before.looks
        }
        evidence.score = max(evidence.score, before.score)
        evidence.celsius = [evidence.celsius, before.celsius].compactMap { $0 }.max()
        details.evidence = evidence
    }

    /// Another one turned out to be the same: who sees that one sees this one.
    mutating func absorb(_ other: AlarmThing) {
        for source in other.details.sources where !details.sources.contains(source) { details.sources.append(source) }
        details.sources.removeFirst(max(0, details.sources.count - Alarm.sourcesLimit))
        lastSeen = max(lastSeen, other.lastSeen)
    }

    // MARK: - Its picture

    /// Whether an observation of this moment was given to it.
    func shows(_ observation: AlarmObservation, at now: MonotonicInstant) -> Bool {
        lastSeen == now && details.sources.last == observation.source && spot?.spot == observation.spot
    }

    /// A first picture, or one that shows clearly more than the last.
    mutating func takePicture(_ jpeg: [UInt8], score: Double) {
        if let picture, score < 1.3 * picture.score { return }
        picture = (jpeg, score, false)
    }

    /// A picture that the journal does not have yet, in base 64.
    mutating func pictureToTell() -> String? {
        guard let waiting = picture, !waiting.isTold else { return nil }
        picture?.isTold = true
        return Data(waiting.jpeg).base64EncodedString()
    }

    // MARK: - What is told

    /// Whether it is to be raised.
    func isConfirmed(by rules: AlarmRules, at now: MonotonicInstant) -> Bool {
        let recent = confirming.count { now.since($0) <= .seconds(rules.confirmSeconds) }
        return switch details.kind {
        case .fire: recent >= rules.fireHits
        case .personInWater: isFirm && recent >= rules.waterReports
        case .personOnLand: recent >= rules.landHits
        }
    }

    /// Whether what is known now differs from what was told so much that it has to be told again.
    func isWorthTelling(by rules: AlarmRules, at now: MonotonicInstant) -> Bool {
        // A place that is only foretold grows vague by itself.
        guard let told, lastSeen >= now, now.since(told.at) >= .seconds(rules.changeSeconds) else { return false }
        let (old, new) = (told.details, details)
        if old.kind != new.kind || old.evidence.doubts != new.evidence.doubts
            || old.evidence.witness != new.evidence.witness || old.sources != new.sources
        {
            return true
        }
        if (new.evidence.celsius ?? 0) > (old.evidence.celsius ?? 0) + 10 { return true }
        guard let before = old.place, let place = new.place else { return old.place != new.place }
        if place.semiMajorMetres < 0.7 * before.semiMajorMetres { return true }
        let offset = LocalPlane(origin: before.position).offset(to: place.position)
        let moved = (offset.east * offset.east + offset.north * offset.north).squareRoot()
        return moved > max(3, place.semiMajorMetres / 2)
    }

    mutating func noteTold(at now: MonotonicInstant) { told = (details, now) }
}

extension AlarmPlace {
    var position: GeodeticPosition { GeodeticPosition(latitude: latitude, longitude: longitude) }
}

extension LocalPlane {
    /// Degrees clockwise from north, 0..<360.
    static func bearing(east: Double, north: Double) -> Double {
        let degrees = atan2(east, north) * 180 / .pi
        return degrees < 0 ? degrees + 360 : degrees
    }
}
