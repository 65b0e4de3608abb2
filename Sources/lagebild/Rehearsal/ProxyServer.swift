import Terminal
import CDevices
import FlightTypes
import Glibc
import NetworkImpairment

/// Passes datagrams between agents and a Leitstelle through two impaired paths, on the thread that calls `run`.
///
/// Each agent has a socket of its own towards the Leitstelle, so that answers find back. What travels is limited by
/// `mostTravelling` and `mostTravellingBytes`, agents by `mostClients`; what goes beyond is dropped and counted.
final class ProxyServer {
    struct Settings: Sendable {
        var listen: ProxyEndpoint
        var target: ProxyEndpoint
        var forward: LinkConditions
        var back: LinkConditions
        var seed: UInt64
        /// Since the first datagram, in order.
        var rebinds: [Duration]
        /// Since `run` began.
        var length: Duration?
    }

    static let mostClients = 64
    static let mostTravelling = 200_000
    static let mostTravellingBytes = 256 << 20
    /// So that no socket keeps the others, or those whose time has come, waiting.
    private static let mostInARow = 64
    private static let largestDatagram = 65_535

    private struct Client {
        var address: ProxyEndpoint
        var upstream: ProxySocket
    }
    /// What the proxy itself did, as opposed to the link it plays.
    private struct Counters {
        var clientsRefused: UInt64 = 0
        var overflowed: UInt64 = 0
        var sendErrors: UInt64 = 0
        var receiveErrors: UInt64 = 0
        var kernelDrops: UInt64 = 0
        var rebinds: UInt64 = 0
        var latestSend: Int64 = 0
        var latenessSum: Int64 = 0
        var sentOnTime: UInt64 = 0
    }

    private let settings: Settings
    private let stop: ProxyStopSignal
    private let listener: ProxySocket
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: largestDatagram, alignment: 16)
    private var clients: [Client] = []
    private var travelling = TravellingDatagrams()
    private var forward: ImpairedPath?
    private var back: ImpairedPath?
    private var firstDatagram: MonotonicInstant?
    private var rebindsDone = 0
    private var counters = Counters()

    init(_ settings: Settings, stop: ProxyStopSignal) throws {
        self.settings = settings
        self.stop = stop
        listener = try ProxySocket(like: settings.listen)
        try listener.bind(settings.listen)
        if listener.receiveBufferBytes < 8 << 20 {
            complain(
                "proxy: the kernel grants a receive buffer of \(listener.receiveBufferBytes >> 10) KiB; a larger burst may be "
                    + "lost before the proxy sees it (sysctl net.core.rmem_max raises the limit)")
        }
    }
    deinit {
        while let datagram = travelling.popFirst() { datagram.bytes.deallocate() }
        buffer.deallocate()
    }

    private func now() -> MonotonicInstant { MonotonicInstant(nanoseconds: lb_clock_nanoseconds(0)) }

    /// Works until stopped or until the time is over.
    func run() throws {
        let end = settings.length.map { now().advanced(by: $0) }
        var wait = ProxyWait()
        while true {
            let current = now()
            if let end, current >= end { return }
            rebindIfDue(current)
            sendDue()
            wait.clear()
            wait.add(stop.descriptor)
            wait.add(listener.descriptor)
            for client in clients { wait.add(client.upstream.descriptor) }
            let wake = [travelling.nextRelease, end, nextRebind].reduce(nil) { earlier($0, $1) }
            try wait.wait(nanoseconds: wake?.since(now()).nanosecondsClamped)
            if wait.isReady(stop.descriptor) { return }
            if wait.isReady(listener.descriptor) { receive(listener, from: nil) }
            for index in clients.indices where wait.isReady(clients[index].upstream.descriptor) {
                receive(clients[index].upstream, from: index)
            }
        }
    }
    private func earlier(_ a: MonotonicInstant?, _ b: MonotonicInstant?) -> MonotonicInstant? {
        guard let a, let b else { return a ?? b }
        return min(a, b)
    }

    private var nextRebind: MonotonicInstant? {
        guard let firstDatagram, rebindsDone < settings.rebinds.count else { return nil }
        return firstDatagram.advanced(by: settings.rebinds[rebindsDone])
    }
    /// Gives each agent a new port towards the Leitstelle; what comes for the old one is lost, as behind a real NAT.
    private func rebindIfDue(_ now: MonotonicInstant) {
        while let next = nextRebind, next <= now {
            rebindsDone += 1
            for index in clients.indices {
                // The new one is opened before the old one is closed, so that the port differs.
                guard let socket = try? connectedSocket() else {
                    complain("proxy: no new socket; agent \(index + 1) of \(clients.count) keeps its port")
                    continue
                }
                counters.kernelDrops += clients[index].upstream.kernelDrops
                clients[index].upstream = socket
                counters.rebinds += 1
            }
        }
    }
    private func connectedSocket() throws -> ProxySocket {
        let socket = try ProxySocket(like: settings.target)
        try socket.connect(settings.target)
        return socket
    }

    /// Takes what `socket` has: from agents, or from the Leitstelle for the agent of number `client`.
    private func receive(_ socket: ProxySocket, from client: Int?) {
        for _ in 0..<Self.mostInARow {
            var sender = ProxyEndpoint()
            let count =
                client == nil
                ? socket.receive(into: buffer, limit: Self.largestDatagram, sender: &sender)
                : socket.receive(into: buffer, limit: Self.largestDatagram)
            guard let count else {
                // The other side is not there (yet): not an end for a proxy. Anything else means: nothing more to read.
                if errno != EAGAIN { counters.receiveErrors += 1 }
                break
            }
            if let client {
                admit(count, client: client, isForward: false)
            } else if let number = number(of: sender) {
                admit(count, client: number, isForward: true)
            }
        }
        sendDue()
    }
    private func number(of sender: ProxyEndpoint) -> Int? {
        for index in clients.indices where clients[index].address == sender { return index }
        guard clients.count < Self.mostClients, let upstream = try? connectedSocket() else {
            counters.clientsRefused += 1
            return nil
        }
        clients.append(Client(address: sender, upstream: upstream))
        return clients.count - 1
    }

    private func admit(_ count: Int, client: Int, isForward: Bool) {
        let current = now()
        if firstDatagram == nil {
            firstDatagram = current
            forward = ImpairedPath(settings.forward, seed: settings.seed, start: current)
            back = ImpairedPath(settings.back, seed: ~settings.seed, start: current)
        }
        let passage = isForward ? forward?.pass(bytes: count, at: current) : back?.pass(bytes: count, at: current)
        guard let passage else { return }
        if let bit = passage.flippedBit, bit / 8 < count {
            let wrong = buffer.load(fromByteOffset: bit / 8, as: UInt8.self) ^ (1 << UInt8(bit % 8))
            buffer.storeBytes(of: wrong, toByteOffset: bit / 8, as: UInt8.self)
        }
        for release in [passage.first, passage.second] {
            guard let release else { continue }
            guard travelling.count < Self.mostTravelling, travelling.bytes + count <= Self.mostTravellingBytes else {
                counters.overflowed += 1
                continue
            }
            let copy = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
            copy.copyMemory(from: buffer, byteCount: count)
            travelling.insert(release: release, bytes: copy, count: count, client: client, isForward: isForward)
        }
    }

    private func sendDue() {
        while let release = travelling.nextRelease {
            let lateness = now().since(release).nanosecondsClamped
            guard lateness >= 0, let datagram = travelling.popFirst() else { return }
            counters.latestSend = max(counters.latestSend, lateness)
            counters.latenessSum += min(lateness, 1_000_000_000)
            counters.sentOnTime += 1
            let bytes = UnsafeRawBufferPointer(start: datagram.bytes, count: datagram.count)
            let client = clients[datagram.client]
            let isSent = datagram.isForward ? client.upstream.send(bytes) : listener.send(bytes, to: client.address)
            if !isSent { counters.sendErrors += 1 }
            datagram.bytes.deallocate()
        }
    }

    /// The counters as one line of JSON.
    func report() -> String {
        let drops = clients.reduce(counters.kernelDrops + listener.kernelDrops) { $0 + $1.upstream.kernelDrops }
        let mean = Double(counters.latenessSum) / Double(max(counters.sentOnTime, 1)) / 1e6
        return "{\"forward\":\(json(forward?.counters)),\"back\":\(json(back?.counters)),"
            + "\"proxy\":{\"clients\":\(clients.count),\"clientsRefused\":\(counters.clientsRefused),"
            + "\"rebinds\":\(counters.rebinds),\"overflowed\":\(counters.overflowed),\"kernelDrops\":\(drops),"
            + "\"receiveErrors\":\(counters.receiveErrors),\"sendErrors\":\(counters.sendErrors),"
            + "\"stillTravelling\":\(travelling.count),\"meanLatenessMilliseconds\":\(rounded(mean)),"
            + "\"longestLatenessMilliseconds\":\(rounded(Double(counters.latestSend) / 1e6))}}"
    }
    private func json(_ path: ImpairedPath.Counters?) -> String {
        let path = path ?? ImpairedPath.Counters()
        return "{\"offered\":\(path.offered),\"offeredBytes\":\(path.offeredBytes),\"lost\":\(path.lost),"
            + "\"queueDropped\":\(path.queueDropped),\"outageDropped\":\(path.outageDropped),"
            + "\"tooLarge\":\(path.tooLarge),\"duplicated\":\(path.duplicated),\"corrupted\":\(path.corrupted),"
            + "\"delivered\":\(path.delivered),\"deliveredBytes\":\(path.deliveredBytes),"
            + "\"longestQueueMilliseconds\":\(rounded(path.longestQueue.milliseconds))}"
    }
    private func rounded(_ milliseconds: Double) -> Double { (milliseconds * 1000).rounded() / 1000 }
}

/// Datagrams on their way, the next to arrive first and of equal ones the earlier sent: a binary heap. Whoever takes one
/// out owns its bytes.
struct TravellingDatagrams {
    struct Datagram {
        var release: MonotonicInstant
        var sequence: UInt64
        var bytes: UnsafeMutableRawPointer
        var count: Int
        var client: Int
        var isForward: Bool

        func isBefore(_ other: Datagram) -> Bool {
            release == other.release ? sequence < other.sequence : release < other.release
        }
    }
    private var heap: [Datagram] = []
    private var sequence: UInt64 = 0
    /// The payload of all.
    private(set) var bytes = 0

    var count: Int { heap.count }
    var nextRelease: MonotonicInstant? { heap.first?.release }

    mutating func insert(
        release: MonotonicInstant, bytes: UnsafeMutableRawPointer, count: Int, client: Int, isForward: Bool
    ) {
        heap.append(
            Datagram(
                release: release, sequence: sequence, bytes: bytes, count: count, client: client, isForward: isForward))
        sequence += 1
        self.bytes += count
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }
    mutating func popFirst() -> Datagram? {
        guard let last = heap.popLast() else { return nil }
        guard let first = heap.first else {
            bytes -= last.count
            return last
        }
        heap[0] = last
        bytes -= first.count
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return first }
            let right = left + 1
            let child = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
            guard heap[child].isBefore(heap[parent]) else { return first }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
