import NIOCore
import NIOWebSocket

/// Puts a browser's frames together into messages, by the rules of RFC 6455. A value.
///
/// Limit: `limit` bytes a message, whatever it is cut into. After a `close` nothing more is understood.
struct SocketMessages: Sendable {
    enum Event: Equatable, Sendable {
        /// A whole text message.
        case text([UInt8])
        /// A ping, to be answered with its own bytes.
        case ping([UInt8])
        /// A pong, with its bytes.
        case pong([UInt8])
        /// The browser closes, with this code where it named a proper one.
        case closing(UInt16?)
        /// The browser broke a rule: close with this code.
        case violation(WebSocketErrorCode)
    }
    let limit: Int
    private var parts: [UInt8]?
    private var isOver = false

    init(limit: Int) { self.limit = limit }

    /// What `frame` brings; nil where it is only a part, or too late.
    mutating func take(_ frame: WebSocketFrame) -> Event? {
        guard !isOver else { return nil }
        let event = understand(frame)
        switch event {
        case .violation, .closing:
            isOver = true
            parts = nil
        case .text, .ping, .pong, nil: break
        }
        return event
    }

    private mutating func understand(_ frame: WebSocketFrame) -> Event? {
        // A browser masks all it sends (§5.1), and no extension was agreed on (§5.2).
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return .violation(.protocolError) }
        let bytes = Array(frame.unmaskedData.readableBytesView)
        switch frame.opcode {
        case .text:
            guard parts == nil else { return .violation(.protocolError) }
            return append(bytes, isLast: frame.fin)
        case .continuation:
            guard parts != nil else { return .violation(.protocolError) }
            return append(bytes, isLast: frame.fin)
        case .binary: return .violation(parts == nil ? .unacceptableData : .protocolError)
        case .ping, .pong, .connectionClose:
            guard frame.fin, bytes.count <= 125 else { return .violation(.protocolError) }
            switch frame.opcode {
            case .ping: return .ping(bytes)
            case .pong: return .pong(bytes)
            default: return closing(bytes)
            }
        default: return .violation(.protocolError)
        }
    }

    private mutating func append(_ bytes: [UInt8], isLast: Bool) -> Event? {
        let whole = (parts ?? []) + bytes
        guard whole.count <= limit else { return .violation(.messageTooLarge) }
        guard isLast else {
            parts = whole
            return nil
        }
        parts = nil
        guard String(validating: whole, as: UTF8.self) != nil else { return .violation(.dataInconsistentWithMessage) }
        return .text(whole)
    }

    /// §5.5.1 and §7.4: no bytes, or a code that may stand there and a reason in UTF-8.
    private func closing(_ bytes: [UInt8]) -> Event {
        if bytes.isEmpty { return .closing(nil) }
        guard bytes.count >= 2 else { return .violation(.protocolError) }
        let code = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: return .violation(.protocolError)
        }
        guard String(validating: bytes.dropFirst(2), as: UTF8.self) != nil else {
            return .violation(.dataInconsistentWithMessage)
        }
        return .closing(code)
    }
}
