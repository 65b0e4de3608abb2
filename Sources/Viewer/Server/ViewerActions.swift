import Accounts
import FlightTypes
import Situation

/// What a browser can make the Leitstelle do, and what it can ask. The composition fills it in; the viewer knows no other room.
public struct ViewerActions: Sendable {
    /// A wish that a browser sent.
    public enum Wish: Sendable {
        case openIncident(name: String)
        case closeIncident
        case replayPause, replayPlay
        case replaySeek(milliseconds: Double)
        case replayRate(Double)

        /// What somebody must be allowed to do for it.
        public var permission: Permission {
            switch self {
            case .openIncident: .openIncident
            case .closeIncident: .closeIncident
            case .replayPause, .replayPlay, .replaySeek, .replayRate: .controlReplay
            }
        }

        /// Whether it makes a file.
        var opensIncident: Bool {
            switch self {
            case .openIncident: true
            case .closeIncident, .replayPause, .replayPlay, .replaySeek, .replayRate: false
            }
        }
    }
    /// Whether this is a replay: the page says so unmistakably.
    public var isReplay: Bool
    /// The Lage as it is now.
    public var state: @Sendable () async -> StateMessage
    /// Carries out a wish of `user`.
    public var perform: @Sendable (Wish, SignedIn) async -> Void

    /// Actions of their parts.
    public init(
        isReplay: Bool, state: @escaping @Sendable () async -> StateMessage,
        perform: @escaping @Sendable (Wish, SignedIn) async -> Void
    ) {
        self.isReplay = isReplay
        self.state = state
        self.perform = perform
    }
}
