import FlightTypes
import TestSupport
import Testing

@testable import Viewer

private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("[::1]", "::1"), ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"), ("[fe80::1%25eth0]", "fe80::1"),
    ])
    func oneFormForEach(written: String, text: String) { #expect(IPAddress(written)?.text == text) }

    @Test(arguments: [
        "", "1", "192.0.2", "192.0.2.1.", "192.0.2.256", "192.0.2.1%eth0", "localhost", "::1::", "[", "[]", "١.2.3.4",
    ])
    func whatIsNone(text: String) { #expect(IPAddress(text) == nil) }

    @Test func aNetworkOfIPv6CountsAsOne() throws {
        let first = try #require(IPAddress("2001:db8:0:1::1"))
        let second = try #require(IPAddress("2001:db8:0:1:ffff::2"))
        #expect(first != second)
        #expect(first.counted == second.counted)
        #expect(first.counted != IPAddress("2001:db8:0:2::1")?.counted)
        #expect(IPAddress("192.0.2.1")?.counted == IPAddress("192.0.2.1"))
        #expect(IPAddress("::")?.isUnspecified == true)
        #expect(IPAddress("0.0.0.0")?.isUnspecified == true)
        #expect(IPAddress("::1")?.isUnspecified == false)
    }
}

@Suite struct TrustedProxiesTests {
    private let proxies: TrustedProxies
    private let proxy = IPAddress("10.0.0.1")

    init() throws {
        proxies = TrustedProxies([try #require(IPAddress("10.0.0.1")), try #require(IPAddress("10.0.0.2"))])
    }

    @Test(arguments: [
        (["192.0.2.1"], "192.0.2.1"), (["198.51.100.9, 192.0.2.1"], "192.0.2.1"),
        (["198.51.100.9", "192.0.2.1 , 10.0.0.2"], "192.0.2.1"), (["192.0.2.1:4711"], "192.0.2.1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"), (["2001:db8::1"], "2001:db8::1"), ([], "10.0.0.1"),
        (["10.0.0.2"], "10.0.0.1"), (["192.0.2.1, unknown"], "10.0.0.1"), (["192.0.2.1, _x"], "10.0.0.1"),
        ([String(repeating: "192.0.2.1,", count: 200)], "10.0.0.1"),
    ])
    func whoStandsBehindIsWhoTheLastStrangerIs(headers: [String], client: String) {
        #expect(proxies.client(peer: proxy, forwardedFor: headers)?.text == client)
    }

    @Test func nobodyElseIsBelieved() throws {
        let stranger = try #require(IPAddress("192.0.2.7"))
        #expect(proxies.client(peer: stranger, forwardedFor: ["198.51.100.1"]) == stranger)
        #expect(!proxies.isSecure(peer: stranger, forwardedProto: "https"))
        #expect(proxies.isSecure(peer: proxy, forwardedProto: "HTTPS"))
        #expect(!proxies.isSecure(peer: proxy, forwardedProto: "http"))
        #expect(!proxies.isSecure(peer: nil, forwardedProto: "https"))
        #expect(TrustedProxies([]).client(peer: proxy, forwardedFor: ["198.51.100.1"]) == proxy)
    }
}

@Suite struct ConnectionLimitsTests {
    @Test func theReserveIsKept() {
        for descriptors in [0, 10, 64, 100, 128, 256, 1024, 20_000, 1 << 30] {
            for perAddress in [1, 4, 256, 1000] {
                let limits = ConnectionLimits(perAddress: perAddress, descriptors: descriptors)
                #expect(limits.total >= 8)
                #expect(limits.total <= ConnectionLimits.most)
                #expect(limits.perAddress < limits.total)
                #expect(limits.perAddress >= 1 && limits.perAddress <= perAddress)
                if descriptors >= 88 {
                    #expect(limits.total + ConnectionLimits.acceptedAtOnce + 64 <= descriptors)
                }
            }
        }
        #expect(
            ConnectionLimits(perAddress: 256, descriptors: 20_000)
                == ConnectionLimits(perAddress: 256, descriptors: 1 << 20))
        #expect(ConnectionLimits(perAddress: 256, descriptors: 128).total == 48)
    }

    @Test func anAddressHasItsShareAndAProxyHasNone() throws {
        let proxy = try #require(IPAddress("10.0.0.1"))
        var book = ConnectionBook(
            limits: ConnectionLimits(perAddress: 3, descriptors: 1000), proxies: TrustedProxies([proxy]))
        let mine = try #require(IPAddress("2001:db8::1"))
        let neighbour = try #require(IPAddress("2001:db8::2"))
        let other = try #require(IPAddress("192.0.2.1"))
        var admitted: [Bool] = []
        for address in [mine, neighbour, mine, neighbour, other] { admitted.append(book.enter(address, at: at(0))) }
        #expect(admitted == [true, true, true, false, true])
        #expect(book.refused == 1)
        book.leave(neighbour)
        let again = book.enter(mine, at: at(0))
        #expect(again)
        for _ in 0..<500 {
            let isIn = book.enter(proxy, at: at(0))
            #expect(isIn)
        }
        // Leaving more often than entering takes nothing from others.
        for _ in 0..<10 { book.leave(other) }
        let last = book.enter(mine, at: at(0))
        #expect(!last)
    }

    /// Who connects and goes again and again is turned away before anything is set up, and let in again as soon as it stops.
    @Test func comingAndGoingHasAPace() throws {
        var book = ConnectionBook(
            limits: ConnectionLimits(perAddress: 3, descriptors: 1000), proxies: TrustedProxies([]))
        let address = try #require(IPAddress("192.0.2.1"))
        var admitted = 0
        for number in 0..<2_000 {
            if book.enter(address, at: at(Double(number) / 1000)) {
                admitted += 1
                book.leave(address)
            }
        }
        #expect((795...801).contains(admitted))
        let afterwards = book.enter(address, at: at(2.02))
        #expect(afterwards)
    }

    @Test func acceptingPausesAndGoesOn() {
        var book = ConnectionBook(limits: ConnectionLimits(perAddress: 3, descriptors: 0), proxies: TrustedProxies([]))
        for _ in 0..<8 {
            #expect(book.mayAccept)
            book.accept()
        }
        #expect(!book.mayAccept)
        book.closed()
        #expect(book.mayAccept)
        for _ in 0..<20 { book.closed() }
        #expect(book.accepted == 0)
    }
}

@Suite struct RequestPaceTests {
    @Test func atOnceThenByTheSecond() {
        var pace = RequestPace()
        let one = IPAddress("192.0.2.1")
        var pauses: [Duration] = []
        for _ in 0..<302 { pauses.append(pace.take(one, at: at(0))) }
        #expect(pauses.prefix(300).allSatisfy { $0 == .zero })
        #expect(pauses[300] == .milliseconds(20))
        #expect(pauses[301] == .milliseconds(40))
        let other = pace.take(IPAddress("192.0.2.2"), at: at(0))
        #expect(other == .zero)
        // A second pays for fifty.
        let later = pace.take(one, at: at(1))
        #expect(later == .zero)
    }

    @Test func noPauseIsLongerThanARequestMayTake() {
        var pace = RequestPace()
        var longest = Duration.zero
        for _ in 0..<100_000 { longest = max(longest, pace.take(nil, at: at(0))) }
        #expect(longest == RequestPace.longestPause)
        let afterwards = pace.take(nil, at: at(2.1))
        #expect(afterwards == .zero)
    }

    @Test func addressesAreBounded() {
        var pace = RequestPace()
        for _ in 0..<400 { _ = pace.take(IPAddress("192.0.2.1"), at: at(0)) }
        for number in 0..<RequestPace.addressesLimit {
            _ = pace.take(IPAddress("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"), at: at(1))
        }
        // The one idle the longest was forgotten.
        let again = pace.take(IPAddress("192.0.2.1"), at: at(1))
        #expect(again == .zero)
    }
}

@Suite struct SocketBookTests {
    private let limits = SocketBook.Limits(total: 100, perAccount: 12, perAddress: 90)

    /// A hundred sockets of one account once took every place.
    @Test func anAccountHasItsShare() {
        var book = SocketBook(limits: limits)
        var decisions: [SocketBook.Decision] = []
        for _ in 0..<100 { decisions.append(book.enter(account: "anna", address: nil)) }
        #expect(decisions.count { $0 == .admitted } == 12)
        #expect(decisions.count { $0 == .accountFull } == 88)
        let other = book.enter(account: "bert", address: nil)
        #expect(other == .admitted)
        book.leave(account: "anna", address: nil)
        let again = book.enter(account: "anna", address: nil)
        #expect(again == .admitted)
    }

    @Test func theLastPlacesAreForThoseWhoHaveNone() {
        var book = SocketBook(limits: limits)
        for account in 0..<9 {
            for number in 0..<10 { _ = book.enter(account: "a\(account)", address: IPAddress("192.0.2.\(number)")) }
        }
        #expect(book.total == 90)
        let greedy = book.enter(account: "a0", address: IPAddress("198.51.100.1"))
        #expect(greedy == .full)
        var newcomers: [SocketBook.Decision] = []
        for number in 0..<11 { newcomers.append(book.enter(account: "n\(number)", address: IPAddress("198.51.100.1"))) }
        #expect(newcomers == Array(repeating: .admitted, count: 10) + [.full])
    }

    @Test func anAddressHasItsShare() {
        var book = SocketBook(limits: .init(total: 100, perAccount: 100, perAddress: 3))
        let here = IPAddress("2001:db8::1")
        var decisions: [SocketBook.Decision] = []
        for number in 0..<5 { decisions.append(book.enter(account: "a\(number)", address: here)) }
        #expect(decisions == [.admitted, .admitted, .admitted, .addressFull, .addressFull])
        let elsewhere = book.enter(account: "a9", address: IPAddress("2001:db8:1::1"))
        #expect(elsewhere == .admitted)
    }

    /// Sockets that nobody reads once kept everybody else out for minutes.
    @Test func whoDoesNotAnswerMakesRoom() {
        var book = SocketBook(limits: .init(total: 3, perAccount: 2, perAddress: 9))
        for account in ["anna", "anna", "bert"] { _ = book.enter(account: account, address: nil) }
        let hopeless = book.enter(account: "carl", address: nil, inPlaceOf: [])
        #expect(hopeless.decision == .full && hopeless.displaced == nil)
        let carl = book.enter(account: "carl", address: nil, inPlaceOf: [("bert", nil), ("anna", nil)])
        #expect(carl.decision == .admitted && carl.displaced == 0)
        // Another account's place is of no use to one that has its share; its own is.
        let anna = book.enter(account: "anna", address: nil, inPlaceOf: [("carl", nil), ("anna", nil)])
        #expect(anna.decision == .admitted && anna.displaced == 1)
        #expect(book.total == 3)
        // Where there is room nobody has to go.
        book.leave(account: "carl", address: nil)
        let bert = book.enter(account: "bert", address: nil, inPlaceOf: [("anna", nil)])
        #expect(bert.decision == .admitted && bert.displaced == nil)
    }

    /// Whatever comes and goes, the counts are those of who is there.
    @Test(arguments: UInt64(1)...20)
    func countsStayTrue(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var book = SocketBook(limits: .init(total: 20, perAccount: 6, perAddress: 9))
        var inside: [(String, IPAddress?)] = []
        for _ in 0..<2_000 {
            if Bool.random(using: &random), let index = inside.indices.randomElement(using: &random) {
                let gone = inside.remove(at: index)
                book.leave(account: gone.0, address: gone.1)
            } else {
                let guest = (
                    "a\(Int.random(in: 0..<5, using: &random))",
                    IPAddress("192.0.2.\(Int.random(in: 0..<4, using: &random))")
                )
                if book.enter(account: guest.0, address: guest.1) == .admitted { inside.append(guest) }
            }
            #expect(book.total == inside.count && inside.count <= 20)
            for account in 0..<5 { #expect(inside.count { $0.0 == "a\(account)" } <= 6) }
        }
    }
}

@Suite struct TokenBucketTests {
    @Test func atOnceThenByTheMinute() {
        var bucket = TokenBucket(capacity: 3, perMinute: 6, at: at(0))
        var taken: [Bool] = []
        for second in [0.0, 0, 0, 0, 9.9, 10, 20, -1000, 30, 10_000, 10_000, 10_000, 10_000] {
            taken.append(bucket.take(at: at(second)))
        }
        // Back in time gives nothing; and from there time is counted anew.
        #expect(taken == [true, true, true, false, false, true, true, false, true, true, true, true, false])
    }

    @Test func keysAreBounded() {
        var buckets = KeyedBuckets<Int>(capacity: 1, perMinute: 1, keysLimit: 10)
        for key in 0..<100 {
            let isFirst = buckets.take(key, at: at(Double(key) / 1000))
            #expect(isFirst)
        }
        let newest = buckets.take(99, at: at(0.2))
        #expect(!newest)
        // The one idle the longest was forgotten, and begins anew.
        let oldest = buckets.take(0, at: at(0.2))
        #expect(oldest)
    }
}

@Suite struct RefusalsTests {
    @Test func theFirstAtOnceThenCountedThenOver() {
        var refusals = Refusals()
        var told: [UInt64] = []
        for second in 0..<100 { if let tally = refusals.note("x", at: at(Double(second))) { told.append(tally.count) } }
        #expect(told == [1, 11, 71])
        let early = refusals.sweep(at: at(150))
        #expect(early.over.isEmpty)
        let over = refusals.sweep(at: at(160))
        #expect(over.over.map(\.tally.count) == [100])
        let again = refusals.sweep(at: at(161))
        #expect(again.over.isEmpty)
    }

    /// Whoever varies what is refused gets no more lines for it.
    @Test func linesAreFewWhateverComes() {
        var refusals = Refusals()
        var lines = 0
        for number in 0..<10_000 where refusals.note("host \(number)", at: at(Double(number) / 1000)) != nil {
            lines += 1
        }
        #expect(lines <= 20 + 4)
        let (_, untold) = refusals.sweep(at: at(10))
        #expect(untold == UInt64(10_000 - lines))
        #expect(refusals.untold == 0)
    }

    @Test func aSingleOneNeedsNoEnd() {
        var refusals = Refusals()
        _ = refusals.note("x", at: at(0))
        let swept = refusals.sweep(at: at(100))
        #expect(swept.over.isEmpty && swept.untold == 0)
    }

    @Test(
        arguments: [
            (nil, "(none)"), ("name:8420", "name:8420"), ("a\u{1B}[2J\r\n", "a\\u{1b}[2J\\u{d}\\u{a}"),
            ("ä", "\\u{e4}"),
            ("a\\b", "a\\u{5c}b"), ("abcdefghijk", "abcdefghij…"),
        ] as [(String?, String)])
    func textFromOutsideIsHarmless(text: String?, shown: String) {
        #expect(RefusalLog.harmless(text, limit: 10) == shown)
    }
}
