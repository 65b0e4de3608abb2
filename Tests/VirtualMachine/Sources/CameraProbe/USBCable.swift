import Glibc

/// A USB device emulated by this process, plugged into the kernel's virtual host controller (vhci_hcd) by the USB/IP protocol.
///
/// Source: Documentation/usb/usbip_protocol.rst (Linux 6.1). All fields are big-endian; a header has 48 bytes.
final class USBCable {
    /// What the host asks of the device.
    enum Request {
        /// On endpoint 0; `data` is what came with it, `length` how much may be answered.
        case control(sequence: UInt32, setup: [UInt8], data: [UInt8], length: Int)
        /// A buffer for an IN endpoint, to be answered when there is something.
        case input(sequence: UInt32, length: Int)
        /// A buffer taken back.
        case unlink(sequence: UInt32, target: UInt32)
    }
    private let socket: Int32
    private static let controller = "/sys/devices/platform/vhci_hcd.0/"

    /// Plugs in at high speed, into the first port.
    init() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Failure("no socket pair") }
        socket = ends[0]
        defer { close(ends[1]) }
        // Port, socket, device number, high speed. The kernel keeps the socket.
        try writeLine("0 \(ends[1]) 65538 3", to: Self.controller + "attach")
    }
    /// Pulls the plug.
    deinit { close(socket) }

    /// The next request, or nil when there is none in time. Throws when the host let go.
    func next(milliseconds: Int32) throws(Failure) -> Request? {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) == 1 else { return nil }
        let header = try read(48)
        let sequence = Self.word(header, 4)
        if Self.word(header, 0) == 2 { return .unlink(sequence: sequence, target: Self.word(header, 20)) }
        let (isInput, endpoint, length) = (
            Self.word(header, 12) == 1, Self.word(header, 16), Int(Self.word(header, 24))
        )
        let data = isInput ? [] : try read(length)
        if endpoint != 0 { return .input(sequence: sequence, length: length) }
        return .control(sequence: sequence, setup: Array(header[40..<48]), data: data, length: length)
    }
    /// Answers a control request or fills a buffer.
    func answer(_ sequence: UInt32, _ data: [UInt8], written: Int? = nil) throws(Failure) {
        try send(3, sequence, status: 0, length: written ?? data.count, data)
    }
    /// Refuses a control request.
    func stall(_ sequence: UInt32) throws(Failure) { try send(3, sequence, status: -EPIPE, length: 0, []) }
    /// Confirms that a buffer was taken back, before or after it was filled.
    func unlinked(_ sequence: UInt32, wasPending: Bool) throws(Failure) {
        try send(4, sequence, status: wasPending ? -ECONNRESET : 0, length: 0, [])
    }

    private func send(
        _ command: UInt32, _ sequence: UInt32, status: Int32, length: Int, _ data: [UInt8]
    ) throws(Failure) {
        var message: [UInt8] = []
        for value in [command, sequence, 0, 0, 0, UInt32(bitPattern: status), UInt32(length), 0, 0, 0, 0, 0] {
            message += stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
        }
        message += data
        var rest = message[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure("the host let go") }
            rest = rest.dropFirst(count)
        }
    }
    private func read(_ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(socket, $0.baseAddress.map { $0 + done }, count - done)
            }
            guard got > 0 else { throw Failure("the host let go") }
            done += got
        }
        return bytes
    }
    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
