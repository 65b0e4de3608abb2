import FlightTypes
import Testing

@testable import Tracking

@Suite struct WaterTrackerTests {
    private static let river: WaterTracker.Rules = {
        var rules = WaterTracker.Rules()
        rules.current = PlanePoint(east: 1.5, north: 0)
        return rules
    }()
    private func time(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9) + 1) }
    private func seen(
        _ east: Double, _ north: Double, score: Double = 7, area: Double = 0.2, contrast: Double = 60
    ) -> Observation {
        Observation(
            place: PlanePoint(east: east, north: north), sigmaMetres: 0.25, areaSquareMetres: area, contrast: contrast,
            score: score)
    }

    @Test func whatStaysIsConfirmedAndWhatFlashesIsNot() throws {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<20 {
            let now = Double(step) / 10
            // A head that drifts; a glint somewhere else each time.
            let numbers = tracker.update(
                [seen(1.5 * now, 3), seen(Double(step * 37 % 50) - 25, Double(step * 13 % 40) - 40, score: 30)],
                at: time(now)
            ) { _ in true }
            #expect(numbers[0] == 0)
            let confirmed = tracker.tracks.filter { $0.state == .confirmed }.map(\.number)
            #expect(confirmed == (now >= 0.7 ? [0] : []))
        }
        let head = try #require(tracker.tracks.first)
        #expect(head.hits == 20 && head.looks == 20 && head.doubts == [])
        #expect((head.velocity.east - 1.5).magnitude < 0.2 && head.velocity.north.magnitude < 0.2)
        #expect(tracker.counters.confirmed == 1)
    }

    @Test func weakOnesNeedEveryLookAndNoiseNeverComesTogether() {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<30 {
            // Each second look misses it, and what is seen is weak.
            let observations = step % 2 == 0 ? [seen(0.15 * Double(step), 0, score: 5)] : []
            _ = tracker.update(observations, at: time(Double(step) / 10)) { _ in true }
        }
        #expect(tracker.counters.confirmed == 0)
    }

    @Test func aSwimmerGoesUnderAndComesUpAsTheSame() {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<80 where !(20..<55).contains(step) {
            let now = Double(step) / 10
            _ = tracker.update([seen(1.5 * now, 0)], at: time(now)) { _ in true }
        }
        #expect(tracker.tracks.map(\.number) == [0] && tracker.tracks.map(\.state) == [.confirmed])
        for step in 80..<140 { _ = tracker.update([], at: time(Double(step) / 10)) { _ in true } }
        #expect(tracker.tracks.isEmpty, "six seconds in view without a sight of it")
    }

    @Test func aSwimmerUnderWaterIsNotLostToAWaveNearby() throws {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<60 {
            let now = Double(step) / 10
            // While it is under, crests flash around it, not quite as strong.
            let isUnder = (25..<40).contains(step)
            let crest = seen(1.5 * now + (step % 2 == 0 ? 2.2 : -2.4), step % 3 == 0 ? 2 : -2, score: 4)
            _ = tracker.update(isUnder ? [crest] : [seen(1.5 * now, 0)], at: time(now)) { _ in true }
        }
        let head = try #require(tracker.tracks.first { $0.state == .confirmed })
        #expect(head.number == 0 && head.lastSeen == time(5.9))
        #expect((head.place.east - 1.5 * 5.9).magnitude < 0.3 && head.place.north.magnitude < 0.3)
    }

    @Test func outOfViewItIsRememberedForAMinute() {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<20 {
            _ = tracker.update([seen(0.15 * Double(step), 0)], at: time(Double(step) / 10)) { _ in true }
        }
        for second in 3..<60 { _ = tracker.update([], at: time(Double(second))) { _ in false } }
        #expect(tracker.tracks.count == 1 && tracker.tracks[0].looks == 20)
        #expect((tracker.tracks[0].place.east - 1.5 * 59).magnitude < 12, "it drifts on")
        _ = tracker.update([], at: time(63)) { _ in false }
        #expect(tracker.tracks.isEmpty)
    }

    @Test func theCamerasOwnJumpMovesNoTrack() throws {
        var tracker = WaterTracker(rules: Self.river)
        let homes: [(Double, Double)] = [(0, 0), (20, 5), (-15, 9), (4, -30)]
        for step in 0..<30 {
            let now = Double(step) / 10
            // From the twentieth picture on all places are off by 0.6 m.
            let jump = step >= 20 ? 0.6 : 0
            _ = tracker.update(
                homes.map { seen($0.0 + 1.5 * now, $0.1 + jump) }, at: time(now)
            ) { _ in true }
        }
        #expect(tracker.tracks.count == 4)
        for track in tracker.tracks { #expect(track.velocity.north.magnitude < 0.1) }
    }

    @Test func warmAndColdAreNeverTheSame() {
        var tracker = WaterTracker(rules: Self.river)
        let first = tracker.update([seen(0, 0, contrast: 60)], at: time(0)) { _ in true }
        let second = tracker.update([seen(0.15, 0, contrast: -60)], at: time(0.1)) { _ in true }
        #expect(first == [0] && second == [1])
    }

    /// A size that optics and smoothing alone give says nothing, and neither does warmth below that of a body.
    @Test func aPointIsNotLargeAndABodyIsNotHot() {
        func doubts(area: Double, point: Double, contrast: Double) -> TrackReport.Doubts {
            var rules = WaterTracker.Rules()
            rules.personContrast = 3400
            var tracker = WaterTracker(rules: rules)
            for step in 0..<10 {
                let seen = Observation(
                    place: PlanePoint(east: 0, north: 0), sigmaMetres: 0.3, areaSquareMetres: area,
                    pointSquareMetres: point, contrast: contrast, score: 40)
                _ = tracker.update([seen], at: time(Double(step) / 10)) { _ in true }
            }
            return tracker.tracks.first?.doubts ?? .fast
        }
        #expect(doubts(area: 15, point: 15, contrast: 600) == [])
        #expect(doubts(area: 15, point: 12, contrast: 600) == .large)
        #expect(doubts(area: 15, point: 15, contrast: 14_000) == .hot)
        #expect(doubts(area: 15, point: 15, contrast: -14_000) == [])
    }

    /// Two pictures of a glint and three of noise where it was add up to less than a head that is there in all.
    @Test func aGlintIsNotBelieved() {
        for (scores, isConfirmed) in [([40.0, 40, 5, 5, 5, 0, 0, 0], false), ([9, 9, 9, 9, 9, 0, 0, 0], true)] {
            var tracker = WaterTracker(rules: Self.river)
            for (step, score) in scores.enumerated() {
                let now = Double(step) * 0.17
                let seen = score > 0 ? [self.seen(1.5 * now, 0, score: score)] : []
                _ = tracker.update(seen, at: time(now)) { _ in true }
            }
            #expect((tracker.counters.confirmed == 1) == isConfirmed)
        }
    }

    @Test func saysWhatSpeaksAgainstAPerson() throws {
        func doubts(speed: Double, area: Double, current: Double = 1.5) throws -> TrackReport.Doubts {
            var rules = WaterTracker.Rules()
            rules.current = PlanePoint(east: current, north: 0)
            rules.velocitySigma = 4
            var tracker = WaterTracker(rules: rules)
            for step in 0..<100 {
                let now = Double(step) / 10
                _ = tracker.update([seen(speed * now, 0, score: 40, area: area)], at: time(now)) { _ in true }
            }
            return try #require(tracker.tracks.first { $0.state == .confirmed }).doubts
        }
        #expect(try doubts(speed: 1.5, area: 0.2) == [])
        #expect(try doubts(speed: 1.5, area: 12) == .large)
        #expect(try doubts(speed: 0, area: 0.2) == .fixed)
        #expect(try doubts(speed: -4, area: 0.2) == .fast)
        #expect(try doubts(speed: 6, area: 9) == [.fast, .large])
        #expect(try doubts(speed: 0, area: 0.2, current: 0) == [], "still water: what stays may be anybody")
    }

    /// Whatever comes, limits hold and nothing is a number that is none.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func hostileObservations(seed: UInt64) {
        var state = seed
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let wild: [Double] = [.nan, .infinity, -.infinity, 0, -1, 1e300, .leastNonzeroMagnitude, 3, 1e5]
        var tracker = WaterTracker(rules: Self.river)
        var now = 0.0
        for _ in 0..<200 {
            now += [0.1, 0, -1, 0.03, 1e4, 1e-9][random(6)]
            let observations = (0..<random(100)).map { _ -> Observation in
                guard random(3) == 0 else {
                    return seen(Double(random(60)), Double(random(60)), score: Double(random(20)))
                }
                return Observation(
                    place: PlanePoint(east: wild[random(9)], north: wild[random(9)]), sigmaMetres: wild[random(9)],
                    areaSquareMetres: wild[random(9)], contrast: wild[random(9)], score: wild[random(9)])
            }
            let numbers = tracker.update(observations, at: time(max(0, now))) { _ in random(2) == 0 }
            #expect(numbers.count == observations.count)
            #expect(tracker.tracks.count <= WaterTracker.tracksLimit)
            for track in tracker.tracks {
                #expect(track.place.east.isFinite && track.velocity.north.isFinite && track.sigmas.place.isFinite)
                #expect(track.hits <= track.looks)
            }
        }
    }

    @Test func theFilterIsConsistent() {
        // A hundred random walks with the filter's own noise: errors in sigmas have the mean square they must have.
        var state: UInt64 = 9
        func normal() -> Double {
            var sum = 0.0
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Double(state >> 11) * 0x1p-53
            }
            return sum - 6
        }
        var square = 0.0, count = 0.0
        for _ in 0..<100 {
            var (place, velocity) = (0.0, 0.4 * normal())
            var motion = Motion(
                at: PlanePoint(east: 0.3 * normal(), north: 0), sigma: 0.3, velocity: PlanePoint(east: 0, north: 0),
                velocitySigma: 0.4)
            for _ in 0..<50 {
                let kick = 0.2 * 0.1.squareRoot() * normal()
                place += 0.1 * velocity + 0.05 * kick
                velocity += kick
                motion.predict(seconds: 0.1, acceleration: 0.2)
                motion.correct(with: PlanePoint(east: place + 0.3 * normal(), north: 0), sigma: 0.3)
            }
            let off = motion.place.east - place
            square += off * off / motion.placeVariance
            count += 1
        }
        #expect((0.7...1.4).contains(square / count))
    }

    /// An engine that goes against the water stays one thing, and its speed is told, though things are expected to drift.
    @Test func whatDoesNotDriftIsFollowedOnceItIsTold() throws {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<60 {
            let now = Double(step) / 10
            // Off by up to 0.2 m, never twice the same way.
            let (east, north) = (Double(step * 7 % 11) / 25 - 0.2, Double(step * 5 % 11) / 25 - 0.2)
            let seen = seen(-0.8 * now + east, north, score: 40)
            _ = tracker.update([seen], at: time(now)) { _ in true }
        }
        #expect(tracker.counters.confirmed == 1)
        let engine = try #require(tracker.tracks.first { $0.state == .confirmed })
        #expect(engine.doubts == .fast && engine.hits > 50)
        #expect((engine.velocity.east + 0.8).magnitude < 0.4, "\(engine.velocity)")
    }

    /// What stands is said to stand, and one coasting picture does not take that back.
    @Test func aDoubtStaysUntilTheOppositeIsSure() throws {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<40 {
            _ = tracker.update([seen(0, 0, score: 40)], at: time(Double(step) / 10)) { _ in true }
        }
        #expect(tracker.tracks.first?.doubts == .fixed)
        for step in 40..<80 { _ = tracker.update([], at: time(Double(step) / 10)) { _ in true } }
        #expect(tracker.tracks.first?.doubts == .fixed, "unseen for four seconds")
    }

    /// Somebody holds on to a buoy and lets go.
    @Test func whatStoodAndDriftsIsNoBuoyAnyMore() {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<450 {
            let now = Double(step) / 10
            _ = tracker.update([seen(max(0, 1.5 * (now - 30)), 0, score: 40)], at: time(now)) { _ in true }
            if step == 290 { #expect(tracker.tracks.first?.doubts == .fixed) }
        }
        #expect(tracker.tracks.map(\.number) == [0] && tracker.tracks.first?.doubts == [])
    }

    /// What stood somewhere is known there when it is found again; what drifts over the place is cleared by its own movement, and after ten
    /// minutes nobody remembers.
    @Test func whereSomethingStoodIsKnown() throws {
        for (gap, drifts, isKnown) in [(100.0, false, true), (100, true, true), (700, false, false)] {
            var tracker = WaterTracker(rules: Self.river)
            for step in 0..<60 { _ = tracker.update([seen(4, 2)], at: time(Double(step) / 10)) { _ in true } }
            #expect(tracker.tracks.first?.doubts == .fixed)
            var first: TrackReport.Doubts?
            for step in 0..<60 {
                let east = drifts ? 2.8 + 0.15 * Double(step) : 4.1
                _ = tracker.update([seen(east, 2)], at: time(6 + gap + Double(step) / 10)) { _ in true }
                let track = try #require(tracker.tracks.first)
                #expect(tracker.tracks.count == 1 && track.number == 1)
                if track.state == .confirmed, first == nil { first = track.doubts }
            }
            #expect((first == .fixed) == isKnown)
            #expect(tracker.tracks.first?.doubts == (drifts ? [] : .fixed))
        }
    }

    @Test func placesAreForgottenOldestFirst() {
        var places = FixedPlaces()
        for number in 0...FixedPlaces.limit {
            places.note(PlanePoint(east: 10 * Double(number), north: 0), at: time(Double(number)))
        }
        #expect(!places.holds(PlanePoint(east: 0, north: 0), at: time(70)))
        #expect(places.holds(PlanePoint(east: 10, north: 1), at: time(70)))
        #expect(!places.holds(PlanePoint(east: 10, north: 1), at: time(602)))
    }

    /// Noise near a place now and then does not keep a track alive.
    @Test func whatChanceFindsNowAndThenIsNotSeen() {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<100 {
            let now = Double(step) / 10
            let isThere = step < 20 || step % 10 == 0
            _ = tracker.update(isThere ? [seen(1.5 * now, 0, score: 8)] : [], at: time(now)) { _ in true }
        }
        #expect(tracker.tracks.allSatisfy { $0.state == .tentative })
    }

    /// It has drifted out of view and is flown over again: it gets its five seconds anew.
    @Test func backInViewItIsLookedForAnew() {
        var tracker = WaterTracker(rules: Self.river)
        for step in 0..<20 {
            _ = tracker.update([seen(0.15 * Double(step), 0)], at: time(Double(step) / 10)) { _ in true }
        }
        for step in 20..<200 { _ = tracker.update([], at: time(Double(step) / 10)) { _ in false } }
        for step in 200..<240 { _ = tracker.update([], at: time(Double(step) / 10)) { _ in true } }
        #expect(tracker.tracks.count == 1)
        for step in 240..<260 { _ = tracker.update([], at: time(Double(step) / 10)) { _ in true } }
        #expect(tracker.tracks.isEmpty)
    }
}
