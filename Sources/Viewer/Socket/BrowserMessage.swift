import Accounts
import Foundation

/// What a browser may say; anything else is ignored.
struct BrowserMessage: Decodable {
    var type: String
    var b: Double?
    var action: String?
    var name: String?
    var value: Double?

    /// Nil when it is none of ours. Foundation refuses JSON that is nested deeper than 512 levels.
    init?(_ bytes: [UInt8]) {
        guard let message = try? JSONDecoder().decode(BrowserMessage.self, from: Data(bytes)) else { return nil }
        self = message
    }

    /// What `user` wishes with it; nil where it is no wish of ours, or not theirs to have.
    func wish(of user: SignedIn) -> ViewerActions.Wish? { wish.flatMap { user.may($0.permission) ? $0 : nil } }

    private var wish: ViewerActions.Wish? {
        switch (type, action) {
        case ("incident", "open"): .openIncident(name: name ?? "")
        case ("incident", "close"): .closeIncident
        case ("replay", "pause"): .replayPause
        case ("replay", "play"): .replayPlay
        case ("replay", "seek"): value.map { .replaySeek(milliseconds: $0) }
        case ("replay", "rate"): value.map { .replayRate($0) }
        default: nil
        }
    }
}

struct Hello: Encodable {
    let type = "hello"
    var mode: String
    var user: String
    var role: String
    /// What the user may do, as `Permission` names it.
    var permissions: [String]
    var tiles: Bool
    /// Why there are no tiles although some are configured: `vector` or `unusable`.
    var tilesFault: String?
    var stationMs: Double
}

struct ClockAnswer: Encodable {
    let type = "clock"
    var b: Double
    var s: Double
}

/// A wish that was understood and allowed, and not carried out.
struct RefusedWish: Encodable {
    let type = "refused"
    var action: String
    /// `rate`: too many in a short time.
    var reason: String
}
