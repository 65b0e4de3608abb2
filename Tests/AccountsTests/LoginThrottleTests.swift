import FlightTypes
import TestSupport
import Testing

@testable import Accounts

/// A throttle by reference: an expectation cannot call what changes a value.
private final class Guesses {
    private var throttle = LoginThrottle()
    func allow(account: String, address: String, at now: MonotonicInstant) -> Bool {
        throttle.allow(account: account, address: address, at: now)
    }
    func succeeded(account: String, address: String, at now: MonotonicInstant) {
        throttle.succeeded(account: account, address: address, at: now)
    }
}

@Suite struct LoginThrottleTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func tenAMinuteForAnAccountFromAnAddress() {
        let throttle = Guesses()
        let allowed = (0..<20).count { _ in throttle.allow(account: "anna", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 10)
        #expect(throttle.allow(account: "bert", address: "192.0.2.1", at: at(0)))
        // One more every six seconds.
        #expect(!throttle.allow(account: "anna", address: "192.0.2.1", at: at(5.9)))
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(12)))
    }

    @Test func thirtyAMinuteForAnAddress() {
        let throttle = Guesses()
        let allowed = (0..<100).count { throttle.allow(account: "user\($0)", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 30)
        #expect(throttle.allow(account: "anna", address: "192.0.2.2", at: at(0)))
    }

    /// However many strangers guess, an account sees no more than 90 guesses and 90 a minute.
    @Test(arguments: UInt64(1)...10)
    func anHourOfGuesses(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let throttle = Guesses()
        var seconds = 0.0
        var allowed = 0
        while seconds < 3600 {
            if throttle.allow(account: "anna", address: "host\(random.next() % 3000)", at: at(seconds)) { allowed += 1 }
            seconds += Double.random(in: 0...0.5, using: &random)
        }
        #expect(allowed <= 90 + 60 * 90)
        #expect(allowed > 3_000)
    }

    /// Who knew a name could once keep its owner out by using the account's ten attempts up.
    @Test func fewStrangersCannotKeepTheOwnerOut() {
        let throttle = Guesses()
        for second in 0..<600 {
            for stranger in 0..<12 {
                _ = throttle.allow(account: "anna", address: "203.0.113.\(stranger)", at: at(Double(second)))
            }
        }
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(600)))
    }

    /// Nor can many, where the owner has signed in before.
    @Test func whereTheOwnerSignedInBeforeStrangersDoNotCount() {
        let throttle = Guesses()
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(0)))
        throttle.succeeded(account: "anna", address: "192.0.2.1", at: at(0))
        for stranger in 0..<1_000 { _ = throttle.allow(account: "anna", address: "host\(stranger)", at: at(1)) }
        #expect(!throttle.allow(account: "anna", address: "198.51.100.1", at: at(1)))
        #expect(throttle.allow(account: "anna", address: "192.0.2.1", at: at(1)))
        // Its own ten a minute count there too.
        let more = (0..<20).count { _ in throttle.allow(account: "anna", address: "192.0.2.1", at: at(1)) }
        #expect(more == 8)  // Two of ten were used.
    }

    /// One address with names it makes up can neither lock out an account nor free one that is being guessed at.
    @Test func madeUpNamesPushNobodyOut() {
        let throttle = Guesses()
        for _ in 0..<10 { _ = throttle.allow(account: "anna", address: "192.0.2.1", at: at(0)) }
        #expect(!throttle.allow(account: "anna", address: "192.0.2.1", at: at(0.001)))
        for number in 0..<10_000 { _ = throttle.allow(account: "x\(number)", address: "203.0.113.1", at: at(0.002)) }
        #expect(!throttle.allow(account: "anna", address: "192.0.2.1", at: at(0.003)))
        #expect(throttle.allow(account: "bert", address: "192.0.2.102", at: at(0.003)))
    }

    /// A name as long as one likes counts as its first bytes, and a clock that steps back gives nothing away.
    @Test func oddInput() {
        let throttle = Guesses()
        let long = "e" + String(repeating: "\u{301}", count: 2_000)
        let allowed = (0..<20).count { throttle.allow(account: long + "\($0)", address: "192.0.2.1", at: at(0)) }
        #expect(allowed == 10)
        #expect(!throttle.allow(account: long, address: "192.0.2.1", at: at(-1_000)))
    }
}
