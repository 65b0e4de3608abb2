import FlightTypes
import Geodesy
import Testing

@testable import Situation

/// Reports of made-up drones, and what a book makes of them.
struct Watched {
    static let origin = GeodeticPosition(latitude: 51.44658, longitude: 6.71823)
    let alpha: DroneID, bravo: DroneID
    var book: AlarmBook
    private(set) var journal = Journal()
    private(set) var second = 0.0
    private var sequence: UInt64 = 0

    init(rules: AlarmRules = AlarmRules()) throws {
        alpha = try #require(DroneID("alpha"))
        bravo = try #require(DroneID("bravo"))
        book = AlarmBook(rules: rules, now: Journals.time().monotonic, wall: Journals.time().wall)
        _ = try journal.append(.incidentOpened(incident: Journals.incident()), by: .program, at: Journals.time())
    }

    var now: JournalTime {
        let nanoseconds = Int64(second * 1e9)
        return JournalTime(
            wall: WallTime(nanoseconds: Journals.time().wall.nanoseconds + nanoseconds),
            monotonic: MonotonicInstant(nanoseconds: nanoseconds), boot: "boot-1")
    }
    var alarms: [AlarmState] { journal.state.alarms }
    /// Alarms that stand for themselves.
    var standing: [AlarmState] { alarms.filter { $0.mergedInto == nil } }

    /// A place so many metres from the origin.
    static func place(_ east: Double, _ north: Double, radius: Float = 4) -> Detection.Place {
        let position = LocalPlane(origin: origin).position(east: east, north: north)
        return Detection.Place(latitude: position.latitude, longitude: position.longitude, radiusMetres: radius)
    }
    static func spot(
        celsius: Double, at place: Detection.Place?, x: UInt16 = 10, y: UInt16 = 10, edge: UInt16 = 3,
        score: Float = 40, kind: Detection.Kind = .spot
    ) -> Detection {
        var detection = Detection(
            x: x, y: y, width: edge, height: edge, centroidX: Float(x) + 1, centroidY: Float(y) + 1,
            peak: UInt16((celsius + 273.15) * 100), contrast: Int32((celsius - 12) * 100), score: score, place: place)
        detection.kind = kind
        return detection
    }
    static func track(
        _ number: UInt32, _ east: Double, _ north: Double, age: Double, doubts: TrackReport.Doubts = [],
        sense: TrackReport.Sense = .thermal, contrast: Float = 60, area: Float = 1
    ) -> TrackReport {
        let looks = UInt32(age * 8)
        let position = LocalPlane(origin: origin).position(east: east, north: north)
        var track = TrackReport(
            number: number, isSeen: true, ageMilliseconds: UInt32(age * 1_000), unseenMilliseconds: 0, hits: looks,
            looks: looks, bestScore: 9, areaSquareMetres: area, contrast: contrast, latitude: position.latitude,
            longitude: position.longitude,
            ellipse: .init(semiMajorMetres: 3.5, semiMinorMetres: 3, directionDegrees: 0), velocityEast: 0.5,
            velocityNorth: 1.4, velocitySigma: 0.3)
        track.doubts = doubts
        track.sense = sense
        return track
    }

    /// An eighth of a second passes, and a report comes.
    @discardableResult mutating func see(
        _ detections: [Detection] = [], _ tracks: [TrackReport] = [], by drone: DroneID? = nil,
        stream: StreamID = StreamID(.thermal), unit: ThermalUnit = .centikelvin, crop: [UInt8] = []
    ) throws -> [AlarmBook.Decision] {
        second += 0.125
        sequence += 1
        var report = DetectionReport(
            id: ObjectID(flight: 1, stream: StreamID(.detections), sequence: sequence),
            captureTime: CaptureTime(monotonic: now.monotonic, wall: now.wall), stream: stream, sequence: sequence,
            detections: detections, crop: crop, tracks: tracks)
        report.unit = unit
        let decisions = book.take(report, of: drone ?? alpha, at: now.monotonic)
        try note(decisions)
        return decisions
    }
    mutating func wait(_ seconds: Double) throws {
        second += seconds
        try note(book.tick(at: now.monotonic))
    }
    /// As the Lage does it.
    private mutating func note(_ decisions: [AlarmBook.Decision]) throws {
        for decision in decisions {
            let event: JournalEvent
            switch decision {
            case .raise(let thing, let alarm):
                let id = journal.state.nextAlarm
                book.raised(thing, as: id)
                event = .alarmRaised(alarm: id, details: alarm)
            case .change(let id, let alarm): event = .alarmChanged(alarm: id, details: alarm)
            case .gone(let id): event = .alarmGone(alarm: id)
            case .back(let id, let alarm): event = .alarmReturned(alarm: id, details: alarm)
            case .merge(let id, let into): event = .alarmMerged(alarm: id, into: into)
            case .picture(let id, let jpeg): event = .alarmPictured(alarm: id, jpeg: jpeg)
            }
            _ = try journal.append(event, by: .program, at: now)
        }
    }
    /// The station is started anew: what the journal says is all that is known.
    mutating func restart() {
        book = AlarmBook(rules: book.rules, resuming: journal.state, now: now.monotonic, wall: now.wall)
    }
}

@Suite struct AlarmBookTests {
    private var watched: Watched

    init() throws { watched = try Watched() }

    /// The demo: a fire of 187 °C among twenty spots of 11 to 16 °C.
    @Test mutating func oneFireAmongManySpots() throws {
        let spots = (0..<20).map {
            Watched.spot(
                celsius: 11 + Double($0) / 4, at: Watched.place(Double($0) * 20, 50), x: UInt16($0), y: 2, score: 6)
        }
        for _ in 0..<40 { try watched.see([Watched.spot(celsius: 187, at: Watched.place(0, 0))] + spots) }
        #expect(watched.alarms.map(\.details.kind) == [.fire])
        let raised = try #require(watched.alarms.first)
        #expect(raised.raisedAt.nanoseconds - Journals.time().wall.nanoseconds < 2_000_000_000)
        #expect(raised.details.evidence.celsius.map { abs($0 - 187) < 0.1 } == true)
        #expect(watched.book.anomalies.map(\.count) == [20])
    }

    @Test mutating func flamesOfOneFireAreOneAlarm() throws {
        for number in 0..<40 {
            let flames = (0..<4).map { (flame: Int) -> Detection in
                let celsius = Double(200 + (number * 7 + flame * 13) % 90)
                let place = Watched.place(Double(flame) * 4, Double(number % 3))
                return Watched.spot(celsius: celsius, at: place, x: UInt16(8 + flame * 5), y: 9)
            }
            try watched.see(flames)
        }
        #expect(watched.alarms.count == 1)
    }

    @Test mutating func twoFiresAreTwo() throws {
        for _ in 0..<20 {
            try watched.see([
                Watched.spot(celsius: 200, at: Watched.place(0, 0)),
                Watched.spot(celsius: 300, at: Watched.place(120, 0), x: 25),
            ])
        }
        #expect(watched.alarms.count == 2)
    }

    /// Without temperatures: only what stands out far from all else.
    @Test mutating func aCameraWithoutTemperatures() throws {
        let other = Watched.spot(celsius: 30, at: nil, x: 25, y: 20, score: 8)
        for _ in 0..<20 {
            try watched.see([Watched.spot(celsius: 50, at: nil, score: 90), other], unit: .counts)
        }
        #expect(watched.alarms.isEmpty)
        watched = try Watched()
        for _ in 0..<20 {
            try watched.see([Watched.spot(celsius: 150, at: nil, score: 90), other], unit: .counts)
        }
        #expect(watched.alarms.map(\.details.kind) == [.fire])
        #expect(watched.alarms.first?.details.place == nil)
        #expect(watched.alarms.first?.details.evidence.celsius == nil)
    }

    @Test mutating func aHotPixelIsNoFire() throws {
        for _ in 0..<40 { try watched.see([Watched.spot(celsius: 250, at: Watched.place(0, 0), edge: 1)]) }
        #expect(watched.alarms.isEmpty)
    }

    @Test mutating func aSwimmerThatDrifts() throws {
        for number in 0..<80 {
            let seconds = Double(number) / 8
            try watched.see([], [Watched.track(7, 0.5 * seconds, 1.4 * seconds, age: 1 + seconds)])
        }
        #expect(watched.alarms.map(\.details.kind) == [.personInWater])
        let raised = try #require(watched.alarms.first)
        #expect(raised.raisedAt.nanoseconds - Journals.time().wall.nanoseconds < 3_000_000_000)
        // Told again while it drifts, and not for every picture.
        #expect((3...6).contains(watched.journal.state.position - 2))
        // The drone loses it, and follows it under another number.
        try watched.wait(12)
        #expect(watched.alarms.map(\.isPresent) == [false])
        for number in 0..<20 {
            let seconds = 22 + Double(number) / 8
            try watched.see([], [Watched.track(8, 0.5 * seconds, 1.4 * seconds, age: 1 + Double(number) / 8)])
        }
        #expect(watched.alarms.map(\.isPresent) == [true])
        #expect(watched.alarms.first?.details.sources.compactMap(\.track) == [7, 8])
    }

    @Test mutating func onlyTheVisibleCameraFollowsIt() throws {
        for number in 0..<30 {
            try watched.see(
                [], [Watched.track(1 << 31, 0, 0, age: 1 + Double(number) / 8, sense: .visible, contrast: 20)])
        }
        #expect(watched.alarms.map(\.details.evidence.isVisibleOnly) == [true])
        #expect(watched.alarms.first?.details.evidence.contrastKelvin == nil)
    }

    @Test(arguments: [TrackReport.Doubts.large, .fast, .fixed, .hot])
    mutating func aDoubtRaisesNothing(doubt: TrackReport.Doubts) throws {
        for number in 0..<60 {
            try watched.see([], [Watched.track(3, 0, 0, age: 1 + Double(number) / 8, doubts: doubt)])
        }
        #expect(watched.alarms.isEmpty)
        #expect(watched.book.anomalies.map(\.count) == [1])
    }

    /// A hull at a distance gives off more than a person can.
    @Test mutating func aHullIsNoSwimmer() throws {
        for number in 0..<60 {
            try watched.see([], [Watched.track(3, 0, 0, age: 1 + Double(number) / 8, contrast: 500, area: 7)])
        }
        #expect(watched.alarms.isEmpty)
    }

    /// What speaks against it later is told, and the alarm stays.
    @Test mutating func aDoubtThatComesLater() throws {
        for number in 0..<20 { try watched.see([], [Watched.track(3, 0, 0, age: 1 + Double(number) / 8)]) }
        for number in 0..<30 {
            try watched.see([], [Watched.track(3, 0, 0, age: 4 + Double(number) / 8, doubts: [.fixed])])
        }
        #expect(watched.alarms.map(\.details.evidence.doubts) == [["fixed"]])
    }

    @Test mutating func twoSwimmersSideBySide() throws {
        for number in 0..<40 {
            let age = 1 + Double(number) / 8
            try watched.see([], [Watched.track(1, 0, 0, age: age), Watched.track(2, 2, 0, age: age)])
        }
        #expect(watched.standing.count == 2)
    }

    @Test mutating func twoDronesAndOneSwimmer() throws {
        for number in 0..<60 {
            let age = 1 + Double(number) / 8
            try watched.see([], [Watched.track(1, 0, 0, age: age)])
            try watched.see([], [Watched.track(40, 2, 1, age: age)], by: watched.bravo)
        }
        #expect(watched.standing.count == 1)
        #expect(Set(watched.standing[0].details.sources.map(\.drone.name)) == ["alpha", "bravo"])
    }

    /// Told of at first as two, because the places differed, and then found to be one.
    @Test mutating func placesThatComeTogether() throws {
        for number in 0..<90 {
            let seconds = Double(number) / 8
            let apart = max(0, 30 - 6 * seconds)
            try watched.see([], [Watched.track(1, 0, 0, age: 1 + seconds)])
            try watched.see([], [Watched.track(2, apart, 0, age: 1 + seconds)], by: watched.bravo)
        }
        #expect(watched.alarms.map(\.mergedInto) == [nil, AlarmID(1)])
        #expect(watched.standing[0].details.sources.count == 2)
    }

    @Test mutating func aPersonOnLand() throws {
        for _ in 0..<4 {
            try watched.see([Watched.spot(celsius: 30, at: Watched.place(0, 0), kind: .person)], unit: .none)
        }
        #expect(watched.alarms.isEmpty)
        for number in 0..<8 {
            try watched.see(
                [Watched.spot(celsius: 30, at: Watched.place(Double(number) * 0.2, 0), kind: .person)], unit: .none)
        }
        #expect(watched.alarms.map(\.details.kind) == [.personOnLand])
    }

    @Test mutating func aRestartKeepsNumbers() throws {
        for number in 0..<30 {
            try watched.see(
                [Watched.spot(celsius: 200, at: Watched.place(-80, 0))],
                [Watched.track(7, 0, 0, age: 1 + Double(number) / 8)])
        }
        let before = watched.journal.state
        #expect(before.alarms.count == 2)
        watched.restart()
        for number in 0..<30 {
            try watched.see(
                [Watched.spot(celsius: 200, at: Watched.place(-80, 0))],
                [Watched.track(7, 0, 0, age: 5 + Double(number) / 8)])
        }
        #expect(watched.alarms.map(\.id) == before.alarms.map(\.id))
    }

    @Test mutating func aCropBecomesItsPicture() throws {
        for number in 0..<30 {
            try watched.see(
                [Watched.spot(celsius: 200, at: Watched.place(0, 0))], crop: number == 1 ? [1, 2, 3] : [])
        }
        #expect(watched.journal.state.pictures[1]?.jpeg == "AQID")
    }

    /// Whatever drones say: numbers stay bounded and nothing traps.
    @Test mutating func anyReports() throws {
        let seed: UInt64 = 2_026
        var generator = Seeded(state: seed)
        for _ in 0..<3_000 {
            let detections = (0..<Int(generator.next() % 6)).map { _ -> Detection in
                var detection = Watched.spot(
                    celsius: Double(generator.next() % 300), at: generator.place(), x: generator.small(),
                    y: generator.small(), edge: 1 + generator.small() % 4, score: generator.number())
                detection.kind = generator.next() % 2 == 0 ? .spot : .person
                return detection
            }
            let tracks = (0..<Int(generator.next() % 4)).map { _ -> TrackReport in
                var track = Watched.track(UInt32(generator.next() % 9), 0, 0, age: Double(generator.next() % 90))
                track.latitude = Double(bitPattern: generator.next())
                track.velocityEast = generator.number()
                track.detection = UInt8(truncatingIfNeeded: generator.next())
                track.ellipse.semiMajorMetres = generator.number()
                return track
            }
            try watched.see(detections, tracks, unit: generator.next() % 2 == 0 ? .centikelvin : .none)
            if generator.next() % 50 == 0 { try watched.wait(Double(generator.next() % 30)) }
            guard watched.alarms.count < LageState.alarmsLimit - 10 else { break }
        }
        #expect(watched.alarms.count <= LageState.alarmsLimit, "seed \(seed)")
    }
}

private struct Seeded {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 16 | state << 48
    }
    mutating func small() -> UInt16 { UInt16(next() % 30) }
    mutating func number() -> Float { next() % 9 == 0 ? .nan : Float(next() % 1_000) }
    mutating func place() -> Detection.Place? {
        switch next() % 4 {
        case 0: nil
        case 1:
            Detection.Place(
                latitude: Double(bitPattern: next()), longitude: Double(bitPattern: next()), radiusMetres: number())
        default: Watched.place(Double(next() % 500), Double(next() % 500), radius: 1 + number())
        }
    }
}
