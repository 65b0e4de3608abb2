import Accounts
import FlightTypes
import Synchronization

/// The sockets that are open now. When all places are taken, who has not answered for longest makes room for a newcomer.
final class SocketRoom: Sendable {
    /// An answer may take this long on a bad line; whoever owes one for longer may lose its place to somebody else.
    static let patience: Duration = .seconds(5)

    private struct Place: Sendable {
        var guest: SocketGuest
        var life: SocketLife
    }
    private struct State: Sendable {
        var book: SocketBook
        var places: [ObjectIdentifier: Place] = [:]
    }
    private let state: Mutex<State>
    init(limits: SocketBook.Limits) { state = Mutex(State(book: SocketBook(limits: limits))) }

    /// Whether `guest` may watch over the socket of `life`; `leave` when it has gone. `displaced` is whose place it took.
    func enter(
        _ guest: SocketGuest, _ life: SocketLife, at now: MonotonicInstant
    ) -> (decision: SocketBook.Decision, displaced: SocketGuest?) {
        let (decision, displaced) = state.withLock { state -> (SocketBook.Decision, Place?) in
            let idle = state.places.values.map { (place: $0, overdue: $0.life.overdue(at: now)) }
                .filter { $0.overdue >= Self.patience }
                .sorted { $0.overdue > $1.overdue }
                .map(\.place)
            let answer = state.book.enter(
                account: guest.user.name, address: guest.address,
                inPlaceOf: idle.map { ($0.guest.user.name, $0.guest.address) })
            let displaced = answer.displaced.map { idle[$0] }
            if let displaced { state.places[ObjectIdentifier(displaced.life)] = nil }
            if answer.decision == .admitted {
                state.places[ObjectIdentifier(life)] = Place(guest: guest, life: life)
            }
            return (answer.decision, displaced)
        }
        displaced?.life.end(.lost)
        return (decision, displaced?.guest)
    }

    /// The socket of `life` has gone.
    func leave(_ life: SocketLife) {
        state.withLock { state in
            guard let place = state.places.removeValue(forKey: ObjectIdentifier(life)) else { return }
            state.book.leave(account: place.guest.user.name, address: place.guest.address)
        }
    }
}
