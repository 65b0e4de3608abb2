import FlightTypes
import LinkProtocol
import NIOCore
import NIOPosix

// What comes in at the port:   type 4 ─▶ lane 1 + (session index & 7)     a drone's own queue, while there are at most eight
//                              else   ─▶ lane 0                            handshakes, and whatever is no datagram of ours

/// Several sockets of one port, so that the kernel keeps several queues: who floods fills his own. When more comes than can be
/// read, the kernel drops from that queue, and the others' datagrams wait no longer than one turn of the loop.
///
/// The kernel steers by a small program (classic BPF, Linux `SO_ATTACH_REUSEPORT_CBPF`) that looks at the first two bytes. Where it
/// does not take it, it spreads senders over the sockets, which does no harm: all of them are read alike.
struct DatagramLanes: Sendable {
    /// Sockets: lane 0, and the drones'.
    static let count = 1 + Int(LinkLimits.lanes)
    /// The first one sends.
    let channels: [any Channel]

    /// Binds all of them on one loop. Fails when the port cannot be had, also when another program of this user has it.
    static func bind(
        host: String, port: Int, on loop: any EventLoop, onDatagram: @escaping @Sendable (ReceivedDatagram) -> Void,
        onPause: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<DatagramLanes> {
        @Sendable func another(_ port: Int, _ channels: [any Channel]) -> EventLoopFuture<[any Channel]> {
            guard channels.count < count else { return loop.makeSucceededFuture(channels) }
            return DatagramSocket.bind(
                host: host, port: port, isShared: true, on: loop, onDatagram: onDatagram, onPause: onPause
            ).flatMap { channel in another(channel.localAddress?.port ?? port, channels + [channel]) }
                .flatMapError { error in
                    // Fewer queues are better than none.
                    channels.isEmpty ? loop.makeFailedFuture(error) : loop.makeSucceededFuture(channels)
                }
        }
        return probe(host: host, port: port, on: loop).flatMap { another(port, []) }.flatMap { channels in
            guard channels.count == count, let first = channels.first else {
                return loop.makeSucceededFuture(DatagramLanes(channels: channels))
            }
            return steer(first).map { DatagramLanes(channels: channels) }
        }
    }

    /// A port that is shared would be shared with a second Leitstelle as well: whether it is free is tried without that first.
    private static func probe(host: String, port: Int, on loop: any EventLoop) -> EventLoopFuture<Void> {
        guard port > 0 else { return loop.makeSucceededVoidFuture() }
        return DatagramBootstrap(group: loop).bind(host: host, port: port).flatMap { $0.close() }
    }

    func close() { for channel in channels { channel.close(promise: nil) } }

    // MARK: - The kernel's program

    /// `struct sock_filter` and `struct sock_fprog` of linux/filter.h.
    private struct Instruction {
        var code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        var value: UInt32
    }
    private struct Program: @unchecked Sendable {
        // @unchecked: the instructions are made once and never changed or freed.
        var count: UInt16
        var instructions: UnsafeMutablePointer<Instruction>
    }
    private static let loadByte: UInt16 = 0x30
    private static let jumpIfEqual: UInt16 = 0x15
    private static let and: UInt16 = 0x54
    private static let add: UInt16 = 0x04
    private static let returnValue: UInt16 = 0x06
    private static let returnResult: UInt16 = 0x16
    private static let attachProgram = NIOBSDSocket.Option(rawValue: 51)

    private static let program: Program = {
        let instructions = [
            Instruction(code: loadByte, value: 0),
            Instruction(code: jumpIfEqual, ifFalse: 4, value: UInt32(DatagramType.data.rawValue)),
            Instruction(code: loadByte, value: 1),
            Instruction(code: and, value: LinkLimits.lanes - 1),
            Instruction(code: add, value: 1),
            Instruction(code: returnResult, value: 0),
            Instruction(code: returnValue, value: 0),
        ]
        let memory = UnsafeMutablePointer<Instruction>.allocate(capacity: instructions.count)
        memory.initialize(from: instructions, count: instructions.count)
        return Program(count: UInt16(instructions.count), instructions: memory)
    }()

    private static func steer(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return provider.unsafeSetSocketOption(level: .socket, name: attachProgram, value: program)
            .flatMapError { _ in channel.eventLoop.makeSucceededVoidFuture() }
    }
}
