import Terminal
import Glibc

/// A UDP address: IPv4 or IPv6, with a port.
struct ProxyEndpoint: Equatable, Sendable {
    fileprivate var storage = sockaddr_storage()
    fileprivate var length: socklen_t = 0
    /// As it was given, or numbers.
    private(set) var text = ""

    /// None yet, to be filled by the kernel.
    init() {}
    /// `address:port`; an IPv6 address stands in brackets, a host name is looked up.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return nil }
        let portText = text[text.index(after: colon)...]
        guard let port = UInt16(portText), port > 0 else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard !host.isEmpty, getaddrinfo(String(host), String(port), &hints, &list) == 0, let list else { return nil }
        defer { freeaddrinfo(list) }
        guard let address = list.pointee.ai_addr, Int(list.pointee.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size
        else { return nil }
        length = list.pointee.ai_addrlen
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(list.pointee.ai_addrlen)))
        }
        self.text = text
    }
    fileprivate var family: Int32 { Int32(storage.ss_family) }

    static func == (a: ProxyEndpoint, b: ProxyEndpoint) -> Bool {
        guard a.length == b.length else { return false }
        return withUnsafeBytes(of: a.storage) { first in
            withUnsafeBytes(of: b.storage) { second in
                guard let one = first.baseAddress, let other = second.baseAddress else { return false }
                return memcmp(one, other, Int(a.length)) == 0
            }
        }
    }
}

/// A non-blocking UDP socket that closes itself.
final class ProxySocket {
    let descriptor: Int32
    private static let wantedBufferBytes: Int32 = 16 << 20

    /// A socket of the family of `endpoint`.
    init(like endpoint: ProxyEndpoint) throws {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(endpoint.family, kind, 0)
        guard descriptor >= 0 else { throw failure("no socket for \(endpoint.text)") }
        guard descriptor < FD_SETSIZE else { throw CommandFailure("too many open files for a socket; see ulimit -n") }
        for (force, plain) in [(SO_RCVBUFFORCE, SO_RCVBUF), (SO_SNDBUFFORCE, SO_SNDBUF)] where !set(force) {
            _ = set(plain)  // Only root may force; then the system's limit counts.
        }
    }
    deinit { if descriptor >= 0 { close(descriptor) } }

    private func set(_ option: Int32) -> Bool {
        var bytes = Self.wantedBufferBytes
        return setsockopt(descriptor, SOL_SOCKET, option, &bytes, socklen_t(MemoryLayout<Int32>.size)) == 0
    }
    /// What the kernel granted; it counts its own overhead too.
    var receiveBufferBytes: Int {
        var bytes: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0 ? Int(bytes) : 0
    }
    /// Datagrams the kernel has dropped because the proxy did not read them in time.
    var kernelDrops: UInt64 {
        var words = [UInt32](repeating: 0, count: 16)
        var size = socklen_t(words.count * 4)
        let drops = 8  // SK_MEMINFO_DROPS of linux/sock_diag.h.
        guard getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, &words, &size) == 0, size > drops * 4 else { return 0 }
        return UInt64(words[drops])
    }

    func bind(_ endpoint: ProxyEndpoint) throws {
        guard endpoint.withAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else {
            throw failure("cannot listen on \(endpoint.text)")
        }
    }
    func connect(_ endpoint: ProxyEndpoint) throws {
        guard endpoint.withAddress({ Glibc.connect(descriptor, $0, $1) }) == 0 else {
            throw failure("cannot reach \(endpoint.text)")
        }
    }
    /// Bytes of the next datagram; `nil` if there is none or on an error (`errno`).
    func receive(into buffer: UnsafeMutableRawPointer, limit: Int) -> Int? {
        let count = recv(descriptor, buffer, limit, 0)
        return count < 0 ? nil : count
    }
    /// The same, and who sent it.
    func receive(into buffer: UnsafeMutableRawPointer, limit: Int, sender: inout ProxyEndpoint) -> Int? {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &sender.storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, buffer, limit, 0, $0, &length)
            }
        }
        sender.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
        return count < 0 ? nil : count
    }
    /// Sends to where the socket is connected.
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0) >= 0 { return true }
        // The error belongs to an earlier datagram, to which nobody listened; this one has not been sent.
        guard errno == ECONNREFUSED else { return false }
        return Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0) >= 0
    }
    func send(_ bytes: UnsafeRawBufferPointer, to endpoint: ProxyEndpoint) -> Bool {
        endpoint.withAddress { sendto(descriptor, bytes.baseAddress, bytes.count, 0, $0, $1) } >= 0
    }
}

extension ProxyEndpoint {
    fileprivate func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

/// Waits for descriptors until a moment, to a fraction of a millisecond: `pselect`, because Glibc's Swift module has neither
/// `ppoll` nor timer descriptors, and the timeout of `poll` is in milliseconds.
struct ProxyWait {
    private static let wordBits = UInt.bitWidth
    private var words = [UInt](repeating: 0, count: MemoryLayout<fd_set>.size / MemoryLayout<UInt>.size)
    private var highest: Int32 = -1

    mutating func clear() {
        for index in words.indices { words[index] = 0 }
        highest = -1
    }
    mutating func add(_ descriptor: Int32) {
        guard descriptor >= 0, Int(descriptor) / Self.wordBits < words.count else { return }
        words[Int(descriptor) / Self.wordBits] |= 1 << (UInt(descriptor) % UInt(Self.wordBits))
        highest = max(highest, descriptor)
    }
    /// Whether `descriptor` had something to read when `wait` returned.
    func isReady(_ descriptor: Int32) -> Bool {
        guard descriptor >= 0, Int(descriptor) / Self.wordBits < words.count else { return false }
        return words[Int(descriptor) / Self.wordBits] & (1 << (UInt(descriptor) % UInt(Self.wordBits))) != 0
    }
    /// Waits until one of those added is ready, for at most `nanoseconds` (without end for `nil`).
    mutating func wait(nanoseconds: Int64?) throws {
        // Words instead of a `timespec`, which belongs to another module in debug builds than in release builds.
        let rest = max(nanoseconds ?? 0, 0)
        let limit: [Int] = [Int(rest / 1_000_000_000), Int(rest % 1_000_000_000)]
        let result = limit.withUnsafeBytes { limit in
            words.withUnsafeMutableBytes { words in
                pselect(
                    highest + 1, words.baseAddress?.assumingMemoryBound(to: fd_set.self), nil, nil,
                    nanoseconds == nil ? nil : limit.baseAddress?.assumingMemoryBound(to: timespec.self), nil)
            }
        }
        if result > 0 { return }
        guard result == 0 || errno == EINTR else { throw failure("cannot wait for datagrams") }
        clear()
    }
}

/// Ends a proxy from another thread: a pipe.
final class ProxyStopSignal: Sendable {
    let descriptor: Int32
    private let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure("no pipe to stop by") }
        (descriptor, writing) = (ends[0], ends[1])
    }
    deinit {
        close(descriptor)
        close(writing)
    }
    /// To be called once.
    func raise() {
        var one: UInt8 = 1
        _ = write(writing, &one, 1)
    }
}

private func failure(_ what: String) -> CommandFailure {
    CommandFailure("\(what): \(String(cString: strerror(errno))); the proxy does not run")
}
