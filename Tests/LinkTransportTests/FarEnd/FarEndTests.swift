import FlightTypes
import Testing

@testable import LinkTransport

private typealias End = FarEnd<String>
private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

/// A far end, its name server, and which addresses answer, on a virtual clock in steps of a tenth of a second.
private struct Rig {
    var end: End
    /// What the name server says; nil: nothing.
    var addresses: [String]?
    /// Where the station is heard; none: nowhere.
    var answering: Set<String> = []
    var now = 0.0
    private(set) var lookups: [Double] = []
    private(set) var used: [(at: Double, address: String)] = []
    private var isHeard = false

    init(_ end: End, addresses: [String]?) {
        self.end = end
        self.addresses = addresses
    }

    mutating func run(seconds: Double) {
        for _ in 0..<Int(seconds * 10) {
            while let action = end.next(at: at(now)) {
                switch action {
                case .use(let address): used.append((now, address))
                case .resolve:
                    lookups.append(now)
                    if let addresses { end.resolved(addresses, at: at(now)) } else { end.lookupFailed(at: at(now)) }
                }
            }
            let hears = end.current.map(answering.contains) ?? false
            if hears != isHeard {
                isHeard = hears
                if hears { end.heard(from: end.current, at: at(now)) } else { end.silent(at: at(now)) }
            }
            now += 0.1
        }
    }
}

@Suite struct FarEndTests {
    @Test func literalAddressIsNeverLookedUp() {
        var rig = Rig(End(literal: "192.0.2.1"), addresses: ["198.51.100.1"])
        rig.run(seconds: 60)
        #expect(rig.used.map(\.address) == ["192.0.2.1"])
        #expect(rig.lookups.isEmpty)
        rig.answering = ["192.0.2.1"]
        rig.run(seconds: 10)
        rig.answering = []
        rig.run(seconds: 60)
        #expect(rig.lookups.isEmpty)
        #expect(rig.end.due == nil)
    }

    /// The nightly change: the station is silent, its name means another address by then.
    @Test func newAddressOfANameIsTakenWithinSeconds() throws {
        var rig = Rig(End(nameAt: at(0)), addresses: ["a"])
        rig.answering = ["a"]
        rig.run(seconds: 3600)
        #expect(rig.used.map(\.address) == ["a"])
        #expect(rig.lookups.count == 1)
        rig.answering = ["b"]
        rig.run(seconds: 20)
        // The name server still has the old address; then the new one.
        #expect(rig.used.count == 1)
        #expect((2...4).contains(rig.lookups.count))
        rig.addresses = ["b"]
        rig.run(seconds: 11)
        #expect(rig.end.current == "b")
        let lookups = rig.lookups.count
        rig.run(seconds: 600)
        #expect(rig.lookups.count == lookups)
        #expect(rig.used.map(\.address) == ["a", "b"])
    }

    @Test func everyAddressHasItsTurnAndTheOneThatAnswersIsKept() {
        var rig = Rig(End(nameAt: at(0)), addresses: ["v6", "v4", "other"])
        rig.answering = ["other"]
        rig.run(seconds: 60)
        #expect(rig.used.map(\.address) == ["v6", "v4", "other"])
        #expect(zip(rig.used.dropFirst(), rig.used).allSatisfy { (2.9...3.2).contains($0.at - $1.at) })
        // What the name means meanwhile does not matter while it answers.
        rig.addresses = ["v6"]
        rig.run(seconds: 600)
        #expect(rig.end.current == "other")
    }

    @Test func provenAddressStaysAmongThemWhenTheNameServerIsWrong() {
        var rig = Rig(End(nameAt: at(0)), addresses: ["a"])
        rig.answering = ["a"]
        rig.run(seconds: 10)
        rig.answering = []
        rig.addresses = ["portal"]
        rig.run(seconds: 30)
        #expect(Set(rig.used.suffix(4).map(\.address)) == ["portal", "a"])
        rig.answering = ["a"]
        rig.run(seconds: 7)
        #expect(rig.end.current == "a")
    }

    @Test func nameThatCannotBeLookedUpIsAskedForAtGrowingPauses() {
        var rig = Rig(End(nameAt: at(0)), addresses: nil)
        rig.run(seconds: 120)
        let pauses = zip(rig.lookups.dropFirst(), rig.lookups).map { ($0 - $1).rounded() }
        #expect(rig.used.isEmpty)
        #expect(Array(pauses.prefix(4)) == [1, 1, 2, 4])
        #expect(pauses.dropFirst(5).allSatisfy { $0 == 10 })
        rig.addresses = ["a"]
        rig.run(seconds: 11)
        #expect(rig.end.current == "a")
    }

    @Test func onlyOneLookupIsUnderWay() {
        var end = End(nameAt: at(0))
        #expect(end.next(at: at(0)) == .resolve)
        for second in 1..<100 { #expect(end.next(at: at(Double(second))) == nil) }
        #expect(end.due == nil)
        end.resolved(["a"], at: at(100))
        #expect(end.next(at: at(100)) == .use("a"))
        #expect(end.next(at: at(100)) == nil)
        #expect(end.next(at: at(110)) == .resolve)
    }

    /// No route, or no such family on this machine: the next one at once, not after its turn.
    @Test func addressWithoutAWayIsLeftAtOnce() {
        var end = End(nameAt: at(0))
        _ = end.next(at: at(0))
        end.resolved(["v6", "v4"], at: at(0))
        #expect(end.next(at: at(0)) == .use("v6"))
        end.unreachable(at: at(0))
        #expect(end.next(at: at(0)) == .use("v4"))
        // A single one stays, whatever is said of it.
        var single = End(literal: "a")
        #expect(single.next(at: at(0)) == .use("a"))
        single.unreachable(at: at(0))
        #expect(single.next(at: at(0)) == nil)
    }

    @Test func answerFromAnotherOfItsAddressesIsFollowed() {
        var end = End(nameAt: at(0))
        _ = end.next(at: at(0))
        end.resolved(["a", "b"], at: at(0))
        _ = end.next(at: at(0))
        #expect(end.next(at: at(3)) == .use("b"))
        // The answer of the first came just after its turn.
        end.heard(from: "a", at: at(3.1))
        #expect(end.next(at: at(3.1)) == .use("a"))
        #expect(end.due == nil)
        // A sender that is none of its addresses is not sent to.
        end.silent(at: at(10))
        end.heard(from: "stranger", at: at(10.5))
        #expect(end.current == "a")
    }

    @Test func addressesAreBoundedAndDoublesAreLeftOut() {
        var rig = Rig(End(nameAt: at(0)), addresses: ["a", "a"] + (0..<100).map { "n\($0)" })
        rig.run(seconds: 120)
        #expect(Set(rig.used.map(\.address)).count == End.addressesLimit - 1)
        rig.addresses = []
        rig.run(seconds: 60)
        #expect(Set(rig.used.map(\.address)).count == End.addressesLimit - 1)
    }
}
