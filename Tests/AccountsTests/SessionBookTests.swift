import FlightTypes
import TestSupport
import Testing

@testable import Accounts

@Suite struct SessionBookTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
    private func account(_ name: String, _ role: Role = .disponent) -> User {
        User(name: name, role: role, passwordHash: "")
    }

    @Test func theOldestOfAllGoesWhenAllPlacesAreTaken() {
        var book = SessionBook()
        for number in 0..<SessionBook.sessionsLimit {
            _ = book.open("t\(number)", for: account("a\(number)"), at: at(Double(number)))
        }
        let watch = book.watch("t0")
        #expect(watch != nil)
        let ended = book.open("new", for: account("new"), at: at(600))
        #expect(ended == [watch])
        #expect(book.count == SessionBook.sessionsLimit)
        #expect(book.user(of: "t0", among: nil, at: at(600)).user == nil)
        #expect(book.user(of: "t1", among: nil, at: at(600)).user != nil)
    }

    @Test func watchesAreLimited() {
        var book = SessionBook()
        _ = book.open("t", for: account("anna"), at: at(0))
        let watches = (0...SessionBook.watchesLimit).map { _ in book.watch("t") }
        #expect(watches.count { $0 != nil } == SessionBook.watchesLimit)
        #expect(watches.last == .some(nil))
        if let first = watches.first.flatMap({ $0 }) { book.unwatch(first) }
        #expect(book.watch("t") != nil)
    }

    /// Against a plain list of what should stand: every watch is told exactly once, at the very step its session ended.
    @Test(arguments: UInt64(1)...30)
    func watchesAreToldOnceAndInTime(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var book = SessionBook()
        var accounts = (0..<5).map { account("a\($0)") }
        var expected: [String: (account: User, began: MonotonicInstant, watches: Set<UInt64>)] = [:]
        var now = 0.0
        for step in 0..<400 {
            now += Double.random(in: 0...600, using: &random)
            var due: Set<UInt64> = []
            var told: [UInt64] = []
            func end(_ token: String) { due.formUnion(expected.removeValue(forKey: token)?.watches ?? []) }
            switch random.below(6) {
            case 0, 1:
                let user = accounts[random.below(accounts.count)]
                told = book.open("t\(step)", for: user, at: at(now))
                expected["t\(step)"] = (user, at(now), [])
            case 2:
                guard let token = expected.keys.sorted().randomElement(using: &random) else { continue }
                if let watch = book.watch(token) { expected[token]?.watches.insert(watch) }
            case 3:
                guard let token = expected.keys.sorted().randomElement(using: &random) else { continue }
                told = book.close(token)
                end(token)
            case 4:
                let place = random.below(accounts.count)
                accounts[place].role = Role.allCases[random.below(Role.allCases.count)]
            default:
                guard let (token, session) = expected.min(by: { $0.key < $1.key }),
                    let watch = session.watches.min()
                else { continue }
                book.unwatch(watch)
                expected[token]?.watches.remove(watch)
            }
            told += book.sweep(among: accounts, at: at(now))
            for (token, session) in expected
            where !accounts.contains(session.account) || at(now).since(session.began) >= SessionBook.lifetime {
                end(token)
            }
            #expect(told.count == Set(told).count && Set(told) == due)
            #expect(book.count == expected.count)
            #expect(book.isWatched == expected.values.contains { !$0.watches.isEmpty })
        }
    }
}

@Suite struct PermissionTests {
    /// What the accounts files of today name stays what it was.
    @Test func rolesAreWhatTheyWere() {
        #expect(Role.allCases.map(\.rawValue) == ["disponent", "ausbilder", "admin"])
        let operating: [Permission] = [.openIncident, .closeIncident, .judgeAlarms, .note]
        for permission in operating {
            #expect(SignedIn(name: "a", role: .disponent).may(permission))
            #expect(!SignedIn(name: "a", role: .ausbilder).may(permission))
        }
        for role in Role.allCases {
            #expect(role.permissions.isSuperset(of: [.watch, .controlReplay]))
            #expect(role.permissions.contains(.administer) == (role == .admin))
        }
        #expect(Role.admin.permissions == Set(Permission.allCases))
    }
}
