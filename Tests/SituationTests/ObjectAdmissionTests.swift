import FlightTypes
import Testing

@testable import Situation

@Suite struct ObjectAdmissionTests {
    private let alpha: DroneID
    private let bravo: DroneID
    init() throws {
        alpha = try #require(DroneID("alpha"))
        bravo = try #require(DroneID("bravo"))
    }

    private func time(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    private func picture(_ sequence: UInt64, flight: UInt32 = 7, content: UInt8 = 1, reduced: Bool = false)
        -> FlightObject
    {
        .frame(
            Frame(
                id: ObjectID(flight: flight, stream: StreamID(.visible), sequence: sequence),
                captureTime: CaptureTime(monotonic: time(1), wall: WallTime(nanoseconds: 2)), pose: .unknown,
                encoding: .jpeg, flags: reduced ? .reduced : [], width: 1, height: 1, payload: [content]))
    }
}

extension ObjectAdmissionTests {
    private struct Door {
        var admission = ObjectAdmission()
        var now = MonotonicInstant(nanoseconds: 0)
        let drone: DroneID
        mutating func passes(_ object: FlightObject, backfill: Bool = false, of other: DroneID? = nil) -> Bool {
            admission.refusal(
                of: object, bytes: object.encoded(), from: other ?? drone, isBackfill: backfill, at: now) == nil
        }
    }

    /// Live is now: what names another flight would be filed, and its track numbers read, under that one.
    @Test func whatIsLiveIsOfTheSessionsFlight() {
        var door = Door(drone: alpha)
        door.admission.established(alpha, flight: 7)
        #expect(door.passes(picture(0)) == true)
        for flight in [0, 6, 8, UInt32.max] { #expect(door.passes(picture(1, flight: flight)) == false) }
        #expect(door.passes(picture(1)) == true)
        // The agent's next run.
        door.admission.established(alpha, flight: 8)
        #expect(door.passes(picture(2)) == false)
        #expect(door.passes(picture(2, flight: 8)) == true)
        #expect(door.passes(picture(0, flight: 3), of: bravo) == true)
    }

    @Test func withoutAHandshakeTheFirstLiveObjectNamesTheFlight() {
        var door = Door(drone: alpha)
        #expect(door.passes(picture(0, flight: 3), backfill: true) == true)
        #expect(door.passes(picture(0)) == true)
        #expect(door.passes(picture(1, flight: 8)) == false)
        #expect(door.passes(picture(1)) == true)
    }

    /// A card that could not be written had its agent choose the flight by chance; a later one of the counter may be smaller.
    @Test func backfillOfAFlightChosenByChance() {
        var door = Door(drone: alpha)
        door.admission.established(alpha, flight: 7)
        #expect(door.passes(picture(0, flight: 1 << 31), backfill: true) == true)
        #expect(door.passes(picture(0, flight: .max), backfill: true) == true)
        #expect(door.passes(picture(1, flight: 1 << 31)) == false)
        #expect(door.passes(picture(0, flight: (1 << 31) - 1), backfill: true) == false)
    }

    /// A card holds this flight and those before it.
    @Test func backfillIsOfNoLaterFlight() {
        var door = Door(drone: alpha)
        door.admission.established(alpha, flight: 7)
        for (flight, isAdmitted) in [(7, true), (6, true), (1, true), (8, false), ((1 << 31) - 1, false)]
            as [(UInt32, Bool)]
        {
            #expect(door.passes(picture(5, flight: flight), backfill: true) == isAdmitted, "flight \(flight)")
        }
    }

    /// 4,200 invented flights once pushed those of other drones out of the station's index.
    @Test func inventedFlightsEndAtALimit() {
        var door = Door(drone: alpha)
        door.admission.established(alpha, flight: 10_000)
        let admitted = (0..<4_200).count { door.passes(picture(0, flight: UInt32($0)), backfill: true) }
        #expect(admitted == ObjectAdmission.flightsLimit)
        // What was let in goes on, live goes on, and so do the others.
        #expect(door.passes(picture(1, flight: 0), backfill: true) == true)
        #expect(door.passes(picture(0, flight: 10_000)) == true)
        #expect(door.passes(picture(0, flight: 4_000), backfill: true, of: bravo) == true)
        // After an hour there is room again, for flights that rest.
        door.now = time(3_600)
        #expect(door.passes(picture(0, flight: 4_000), backfill: true) == true)
    }

    /// Each costs a handshake, and an agent that keeps starting anew shall be seen.
    @Test func flightsOfSessionsEndLater() {
        var door = Door(drone: alpha)
        var admitted = 0
        for flight in UInt32(1)...4_200 {
            door.admission.established(alpha, flight: flight)
            if door.passes(picture(0, flight: flight)) { admitted += 1 }
            door.now = door.now.advanced(by: .milliseconds(100))
        }
        #expect(admitted == ObjectAdmission.sessionsLimit)
    }

    /// Of two pictures with one identity both were shown, and one was recorded.
    @Test func anIdentityStandsForTheFirstBytes() {
        var door = Door(drone: alpha)
        #expect(door.passes(picture(0, content: 1)) == true)
        #expect(door.passes(picture(0, content: 2)) == false)
        #expect(door.passes(picture(0, content: 2), backfill: true) == false)
        #expect(door.passes(picture(0, content: 1), backfill: true) == true, "the same again is no second one")
        #expect(door.passes(picture(0, content: 3, reduced: true)) == true, "the smaller copy stands beside it")
        #expect(door.passes(picture(0, content: 4, reduced: true)) == false)
        #expect(door.passes(picture(0, content: 2), of: bravo) == true)
        #expect(door.passes(picture(1, content: 2)) == true)
    }

    /// Refused objects take no memory: nobody pushes an identity out with what is not let in.
    @Test func whatIsRefusedIsForgotten() {
        var door = Door(drone: alpha)
        door.admission.established(alpha, flight: 7)
        #expect(door.passes(picture(0, content: 1)) == true)
        for number in 0..<UInt64(ObjectAdmission.identitiesLimit) { _ = door.passes(picture(number, flight: 9)) }
        #expect(door.passes(picture(0, content: 2)) == false)
    }

    /// Against the rules written down once more, plainly, with limits that are met often.
    @Test(arguments: UInt64(1)...60) func model(seed: UInt64) {
        var random = SplitMix(state: seed)
        var door = Door(drone: alpha)
        door.admission = ObjectAdmission(flightsLimit: 3, sessionsLimit: 5, identitiesLimit: 4)
        var session: UInt32?
        var flights: [UInt32: MonotonicInstant] = [:]
        var first: [(id: ObjectID, reduced: Bool, content: UInt8)] = []
        var outcomes: Set<Bool> = []
        for step in 0..<400 {
            door.now = door.now.advanced(by: .seconds(Int64.random(in: 0...300, using: &random)))
            if Int.random(in: 0..<20, using: &random) == 0 {
                session = .random(in: 1...12, using: &random)
                door.admission.established(alpha, flight: session ?? 0)
            }
            let flight = Bool.random(using: &random) ? session ?? 5 : .random(in: 1...12, using: &random)
            let (content, reduced) = (UInt8.random(in: 1...2, using: &random), Bool.random(using: &random))
            let isBackfill = Bool.random(using: &random)
            let object = picture(
                .random(in: 0...1, using: &random), flight: flight, content: content, reduced: reduced)

            var isExpected = session.map { isBackfill ? flight <= $0 : flight == $0 } ?? true
            if isExpected, flights[flight] == nil {
                let limit = flight == session ? 5 : 3
                let recent = flights.filter { door.now.since($0.value) < .seconds(3600) }
                if flights.count >= limit { flights = recent }
                isExpected = flights.count < limit
            }
            if isExpected {
                if let known = first.first(where: { $0.id == object.id && $0.reduced == reduced }) {
                    isExpected = known.content == content
                } else {
                    first.append((object.id, reduced, content))
                    if first.count > 4 { first.removeFirst() }
                }
            }
            if isExpected {
                flights[flight] = door.now
                if !isBackfill { session = flight }
            }
            let isAdmitted = door.passes(object, backfill: isBackfill)
            outcomes.insert(isAdmitted)
            if isAdmitted != isExpected {
                Issue.record("seed \(seed), step \(step): \(isAdmitted) for \(object.id)")
                return
            }
        }
        #expect(outcomes.count == 2)
    }
}

/// Steele, Lea and Flood's SplitMix64.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
