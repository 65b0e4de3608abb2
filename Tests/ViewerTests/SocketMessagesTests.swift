import FlightTypes
import NIOCore
import NIOWebSocket
import TestSupport
import Testing

@testable import Viewer

@Suite struct SocketMessagesTests {
    private func frame(
        _ opcode: WebSocketOpcode, _ bytes: [UInt8] = [], fin: Bool = true, masked: Bool = true, rsv1: Bool = false
    ) -> WebSocketFrame {
        let key: WebSocketMaskingKey? = masked ? [1, 2, 3, 4] : nil
        var data = ByteBuffer(bytes: bytes)
        if let key { data.webSocketMask(key) }
        return WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: key, data: data)
    }
    private func first(_ frame: WebSocketFrame) -> SocketMessages.Event? {
        var messages = SocketMessages(limit: 64)
        return messages.take(frame)
    }

    @Test func whole() {
        #expect(first(frame(.text, Array("ä".utf8))) == .text(Array("ä".utf8)))
        #expect(first(frame(.text)) == .text([]))
        #expect(first(frame(.ping, [7])) == .ping([7]))
        #expect(first(frame(.pong, [7])) == .pong([7]))
    }

    /// Parts were once taken for whole messages, and dropped.
    @Test(arguments: UInt64(1)...50)
    func cutAnywhereItIsTheSame(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let whole = Array("{\"type\":\"clock\",\"b\":1,\"name\":\"Düssel\"}".utf8)
        var messages = SocketMessages(limit: 64)
        var events: [SocketMessages.Event] = []
        var rest = whole[...]
        var isFirst = true
        while true {
            let count = Int.random(in: 0...rest.count, using: &random)
            let part = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            let isLast = rest.isEmpty && Bool.random(using: &random)
            if let event = messages.take(frame(isFirst ? .text : .continuation, part, fin: isLast)) {
                events.append(event)
            }
            isFirst = false
            // Control frames may stand between the parts.
            if Bool.random(using: &random), let event = messages.take(frame(.ping, [1])), event != .ping([1]) {
                events.append(event)
            }
            if isLast { break }
        }
        #expect(events == [.text(whole)])
    }

    @Test func theLimitIsForTheWhole() {
        var messages = SocketMessages(limit: 64)
        let half = [UInt8](repeating: 32, count: 32)
        var events: [SocketMessages.Event?] = []
        for fin in [false, false, true] {
            events.append(messages.take(frame(events.isEmpty ? .text : .continuation, half, fin: fin)))
        }
        #expect(events == [nil, nil, .violation(.messageTooLarge)])
    }

    @Test(arguments: [
        (1002, "unmasked"), (1002, "reserved"), (1002, "unknown"), (1002, "continuation"), (1002, "long ping"),
        (1002, "cut ping"), (1003, "binary"), (1007, "UTF-8"), (1002, "short close"), (1002, "close 1005"),
        (1002, "close 999"), (1002, "close 5000"), (1007, "close text"), (1002, "text in text"),
    ])
    func violations(code: UInt16, what: String) {
        var messages = SocketMessages(limit: 64)
        let bad: WebSocketFrame
        switch what {
        case "unmasked": bad = frame(.text, [65], masked: false)
        case "reserved": bad = frame(.text, [65], rsv1: true)
        case "unknown": bad = frame(WebSocketOpcode(encodedWebSocketOpcode: 0x3) ?? .text, [65])
        case "continuation": bad = frame(.continuation, [65])
        case "long ping": bad = frame(.ping, [UInt8](repeating: 0, count: 126))
        case "cut ping": bad = frame(.ping, fin: false)
        case "binary": bad = frame(.binary, [1])
        case "UTF-8": bad = frame(.text, [0xC3])
        case "short close": bad = frame(.connectionClose, [3])
        case "close 1005": bad = frame(.connectionClose, [0x03, 0xED])
        case "close 999": bad = frame(.connectionClose, [0x03, 0xE7])
        case "close 5000": bad = frame(.connectionClose, [0x13, 0x88])
        case "close text": bad = frame(.connectionClose, [0x03, 0xE8, 0xFF])
        default:
            let opening = messages.take(frame(.text, [65], fin: false))
            #expect(opening == nil)
            bad = frame(.text, [65])
        }
        let event = messages.take(bad)
        guard case .violation(let found)? = event else {
            return #expect(Bool(false), "\(what): \(String(describing: event))")
        }
        #expect(UInt16(webSocketErrorCode: found) == code)
        // After that nothing is understood any more.
        let later = messages.take(frame(.text, [65]))
        #expect(later == nil)
    }

    @Test func closing() {
        #expect(first(frame(.connectionClose)) == .closing(nil))
        #expect(first(frame(.connectionClose, [0x03, 0xE9] + Array("tschüss".utf8))) == .closing(1001))
        #expect(first(frame(.connectionClose, [0x11, 0x31])) == .closing(4401))
    }

    @Test(
        arguments: [
            (SocketEnding.answered(nil), 1000), (.answered(1001), 1001), (.violation(.unacceptableData), 1003),
            (.flood, 1008),
            (.sessionOver, 4401), (.refused(.accountFull), 4429), (.refused(.addressFull), 4430),
            (.refused(.full), 4503),
            (.lost, nil),
        ] as [(SocketEnding, UInt16?)])
    func codes(ending: SocketEnding, code: UInt16?) {
        #expect(ending.code == code)
        #expect((ending.frame == nil) == (code == nil))
    }
}
