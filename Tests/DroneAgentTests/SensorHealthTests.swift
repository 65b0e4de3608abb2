import FlightTypes
import Testing

@testable import DroneAgent

@Suite struct SensorHealthTests {
    private static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }
    private static func image(_ health: inout SensorHealth, _ milliseconds: Int64) -> String? {
        health.image(isFrozen: false, isBlind: false, at: at(milliseconds))
    }

    /// An open line and bytes are no pictures.
    @Test func runsOnlyWithPictures() {
        var health = SensorHealth()
        #expect(health.state == .missing)
        health.told(.running, at: Self.at(0))
        #expect(health.state == .missing && health.look(at: Self.at(2_999)) == nil)
        #expect(health.look(at: Self.at(3_000)) == "no picture for 3 s: nothing that is one came since")
        #expect(health.state == .failing && health.look(at: Self.at(9_000)) == nil)
        #expect(Self.image(&health, 10_000) == "gives pictures again" && health.state == .running)
    }

    /// A camera of which every frame is refused does not run, whatever it says and however often it loses.
    @Test func refusedFramesAreNoPictures() {
        var health = SensorHealth()
        health.told(.running, at: Self.at(0))
        for step in Int64(0)..<8 { _ = Self.image(&health, step * 100) }
        #expect(health.state == .running)
        for step in Int64(8)..<60 {
            health.lost(1)
            health.told(.running, at: Self.at(step * 100))
            _ = health.look(at: Self.at(step * 100))
        }
        #expect(health.state == .failing)
    }

    @Test func theReasonCountsWhatWasLost() {
        var health = SensorHealth()
        _ = Self.image(&health, 0)
        _ = Self.image(&health, 100)
        for _ in 0..<25 { health.lost(2) }
        #expect(health.look(at: Self.at(3_000)) == nil)
        #expect(
            health.look(at: Self.at(3_100))
                == "no picture for 3 s: 50 frames were lost or refused since, none understood")
    }

    @Test func slowSourcesHaveTheirOwnPatience() {
        var health = SensorHealth()
        _ = Self.image(&health, 0)
        #expect(health.look(at: Self.at(9_999)) == nil)
        _ = Self.image(&health, 8_000)
        #expect(health.look(at: Self.at(31_999)) == nil && health.state == .running)
        #expect(health.look(at: Self.at(32_000)) != nil && health.state == .failing)
    }

    @Test func whatTheSensorSaysOfTroubleStays() {
        var health = SensorHealth()
        _ = Self.image(&health, 0)
        health.told(.missing, at: Self.at(100))
        health.lost(3)
        #expect(health.look(at: Self.at(60_000)) == nil && health.state == .missing)
        health.told(.running, at: Self.at(61_000))
        #expect(health.state == .missing && health.look(at: Self.at(62_000)) == nil)
        #expect(Self.image(&health, 62_500) == nil && health.state == .running)
        health.told(.failing, at: Self.at(63_000))
        #expect(health.state == .failing)
        #expect(Self.image(&health, 64_000) == nil && health.state == .running)
    }

    @Test func frozenAndBlindAreToldOnce() {
        var health = SensorHealth()
        _ = Self.image(&health, 0)
        #expect(health.image(isFrozen: true, isBlind: true, at: Self.at(100)) == "repeats one picture")
        #expect(health.state == .frozen && health.image(isFrozen: true, isBlind: false, at: Self.at(200)) == nil)
        #expect(health.image(isFrozen: false, isBlind: true, at: Self.at(300)) != nil && health.state == .blind)
        #expect(Self.image(&health, 400) == "gives pictures again")
    }

    @Test func instantsMayBeAnything() {
        var health = SensorHealth()
        for instant in [Int64.max, .min, 0, .max, .min] {
            _ = health.image(isFrozen: false, isBlind: false, at: MonotonicInstant(nanoseconds: instant))
            health.told(.running, at: MonotonicInstant(nanoseconds: instant))
            _ = health.look(at: MonotonicInstant(nanoseconds: .max))
            health.lost(.max)
        }
    }
}
