import DurableFiles
import FlightTypes
import Logging
import Synchronization

/// The accounts as the file has them now, read only when it has changed: who watches is looked up several times a second.
final class AccountList: Sendable {
    private struct State {
        var stamp: FileStamp?
        var result: Result<[User], UserFile.Failure>?
        var troubles = Troubles<String>()
    }
    private let file: UserFile
    private let clocks: any Clocks
    private let logger: Logger?
    private let state = Mutex(State())

    init(file: UserFile, clocks: any Clocks, logger: Logger?) {
        self.file = file
        self.clocks = clocks
        self.logger = logger
    }

    /// Reads the file once; says so when it holds nobody.
    func check() {
        if let users = try? users(), users.isEmpty {
            logger?.warning(
                """
                \(file.path) holds no accounts; nobody can sign in. To mend it: lagebild users set \(file.path) NAME \
                --role disponent
                """
            )
        }
    }

    /// All accounts; an error while the file cannot be used. It is told once, and again when it is over.
    func users() throws(UserFile.Failure) -> [User] {
        let now = clocks.monotonicNow()
        return try state.withLock { state -> Result<[User], UserFile.Failure> in
            let stamp = FileStamp.now(of: file.path)
            // What could not be read is tried again: what was in the way need not have changed the file.
            if case .success(let users)? = state.result, stamp == state.stamp { return .success(users) }
            let result: Result<[User], UserFile.Failure>
            do {
                let loaded = try file.loadStamped()
                state.stamp = loaded?.stamp
                result = .success(loaded?.users ?? [])
                if state.troubles.worked(file.path, at: now) != nil { logger?.notice("\(file.path) is read again") }
            } catch {
                let failure =
                    error as? UserFile.Failure
                    ?? UserFile.Failure(fact: "\(file.path): \(error)", effect: "nobody can sign in")
                result = .failure(failure)
                if let tally = state.troubles.failed(file.path, failure.fact, at: now) {
                    logger?.error("\(failure)\(tally.times)")
                }
            }
            state.result = result
            return result
        }.get()
    }
}
