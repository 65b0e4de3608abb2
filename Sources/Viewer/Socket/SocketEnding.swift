import NIOCore
import NIOWebSocket

/// Why a socket ends, and what the browser is told: docs/guides/viewer-protocol.md lists the codes.
enum SocketEnding: Equatable, Sendable {
    /// The browser closed; it is answered with its own code.
    case answered(UInt16?)
    /// The browser broke a rule of RFC 6455.
    case violation(WebSocketErrorCode)
    /// More messages than any page sends.
    case flood
    /// Signed out, the account gone or changed, or twelve hours over: the page goes to /login.
    case sessionOver
    /// This account, this address, or all accounts together have as many sockets as they may.
    case refused(SocketBook.Decision)
    /// Silent, or too slow to answer, or displaced because of that: nothing is said.
    case lost

    /// The code on the wire; nil where no close frame is sent.
    var code: UInt16? {
        switch self {
        case .answered(let code): code ?? 1000
        case .violation(let code): UInt16(webSocketErrorCode: code)
        case .flood: 1008
        case .sessionOver: 4401
        case .refused(.accountFull): 4429
        case .refused(.addressFull): 4430
        case .refused: 4503
        case .lost: nil
        }
    }

    /// The close frame; nil where none is sent.
    var frame: WebSocketFrame? {
        guard let code else { return nil }
        var data = ByteBuffer()
        if case .answered(nil) = self {} else { data.writeInteger(code) }
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }
}
