import FlightTypes
import TestSupport
import Testing

@testable import Accounts

@Suite struct PasswordQueueTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

    /// 144 guesses from 12 addresses once made an honest sign-in wait for all of them.
    @Test func whoComesForTheFirstTimeWaitsForNobodysGuesses() {
        var queue = PasswordQueue()
        var number: UInt64 = 0
        // The addresses guess; each has had one checked.
        for address in 0..<12 {
            for _ in 0..<PasswordQueue.perAddress {
                number += 1
                _ = queue.add(number, from: "203.0.113.\(address)")
            }
        }
        for _ in 0..<12 { _ = queue.next(at: at(1)) }
        let admission = queue.add(1_000, from: "192.0.2.1")
        #expect(admission == .waits)
        let next = queue.next(at: at(2))
        #expect(next == 1_000)
    }

    /// Whose sign-ins were right does not wait for strangers' first guesses either, however often it signed in.
    @Test func whereSomebodySignedInGoesFirst() {
        var queue = PasswordQueue()
        for number in UInt64(1)...5 {
            _ = queue.add(number, from: "192.0.2.1")
            _ = queue.next(at: at(0))
            queue.succeeded("192.0.2.1", at: at(0))
        }
        for number in UInt64(10)...20 { _ = queue.add(number, from: "203.0.113.\(number)") }
        _ = queue.add(100, from: "192.0.2.1")
        let next = queue.next(at: at(30))
        #expect(next == 100)
        // A wrong guess from there is one like others'.
        _ = queue.add(101, from: "192.0.2.1")
        _ = queue.add(102, from: "192.0.2.1")
        var order: [UInt64] = []
        while let number = queue.next(at: at(30)) { order.append(number) }
        #expect(order.last == 102)
    }

    @Test func addressesTakeTurns() {
        var queue = PasswordQueue()
        for number in UInt64(1)...3 { _ = queue.add(number, from: "a") }
        for number in UInt64(11)...13 { _ = queue.add(number, from: "b") }
        var order: [UInt64] = []
        while let number = queue.next(at: at(0)) { order.append(number) }
        #expect(order == [1, 11, 2, 12, 3, 13])
    }

    @Test func placesAreFewAndANewcomerFindsOne() {
        var queue = PasswordQueue()
        var admissions: [PasswordQueue.Admission] = []
        for number in UInt64(1)...5 { admissions.append(queue.add(number, from: "a")) }
        #expect(admissions == [.waits, .waits, .waits, .waits, .refused])
        var number: UInt64 = 10
        while queue.count < PasswordQueue.limit {
            _ = queue.add(number, from: "x\(number / 4)")
            number += 1
        }
        let newcomer = queue.add(1_000, from: "new")
        guard case .waitsInPlaceOf(let pushed) = newcomer else {
            Issue.record("\(newcomer)")
            return
        }
        #expect(pushed != 1_000)
        #expect(queue.count == PasswordQueue.limit)
        // With one place each nobody has more than another.
        var full = PasswordQueue()
        for number in 0..<UInt64(PasswordQueue.limit) { _ = full.add(number, from: "y\(number)") }
        let late = full.add(1_000, from: "late")
        #expect(late == .refused)
    }

    /// Whatever comes, each number comes out once or is said to have lost its place.
    @Test(arguments: UInt64(1)...20)
    func nothingIsLost(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var queue = PasswordQueue()
        var inside: Set<UInt64> = []
        for number in UInt64(0)..<3_000 {
            switch queue.add(number, from: "a\(Int.random(in: 0..<30, using: &random))") {
            case .waits: inside.insert(number)
            case .waitsInPlaceOf(let pushed):
                #expect(inside.remove(pushed) != nil)
                inside.insert(number)
            case .refused: break
            }
            if Int.random(in: 0..<3, using: &random) == 0, let next = queue.next(at: at(Double(number) / 10)) {
                #expect(inside.remove(next) != nil)
            }
            #expect(queue.count == inside.count && inside.count <= PasswordQueue.limit)
        }
        while let next = queue.next(at: at(1_000)) { #expect(inside.remove(next) != nil) }
        #expect(inside.isEmpty)
    }
}
