import Dispatch
import FlightTypes
import Synchronization

/// Checks passwords one at a time: 64 MiB each, and guesses must not take the second core. ``PasswordQueue`` says whose is next.
final class PasswordChecker: Sendable {
    private struct Check: Sendable {
        var password: String
        var hash: String
        var address: String
        var continuation: CheckedContinuation<Bool?, Never>
    }
    private struct State {
        var queue = PasswordQueue()
        var checks: [UInt64: Check] = [:]
        var lastNumber: UInt64 = 0
        var isRunning = false
    }
    private let clocks: any Clocks
    private let state = Mutex(State())
    private let hashing = DispatchQueue(label: "lagebild.password")

    init(clocks: any Clocks) { self.clocks = clocks }

    /// Whether `password` made `hash`; nil when there was no place to wait.
    func check(_ password: String, against hash: String, from address: String) async -> Bool? {
        await withCheckedContinuation { continuation in
            let (refused, starts) = state.withLock { state -> ([CheckedContinuation<Bool?, Never>], Bool) in
                state.lastNumber &+= 1
                let check = Check(
                    password: password, hash: hash, address: address, continuation: continuation)
                var refused: [CheckedContinuation<Bool?, Never>] = []
                switch state.queue.add(state.lastNumber, from: address) {
                case .refused: return ([continuation], false)
                case .waitsInPlaceOf(let number):
                    if let pushed = state.checks.removeValue(forKey: number) { refused.append(pushed.continuation) }
                case .waits: break
                }
                state.checks[state.lastNumber] = check
                defer { state.isRunning = true }
                return (refused, !state.isRunning)
            }
            for continuation in refused { continuation.resume(returning: nil) }
            if starts { hashing.async { self.run() } }
        }
    }

    private func run() {
        while let check = next() {
            let matches = PasswordHash.verify(check.password, against: check.hash)
            let now = clocks.monotonicNow()
            if matches { state.withLock { $0.queue.succeeded(check.address, at: now) } }
            check.continuation.resume(returning: matches)
        }
    }

    private func next() -> Check? {
        let now = clocks.monotonicNow()
        return state.withLock { state in
            while let number = state.queue.next(at: now) {
                if let check = state.checks.removeValue(forKey: number) { return check }
            }
            state.isRunning = false
            return nil
        }
    }
}
