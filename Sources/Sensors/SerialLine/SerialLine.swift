import CDevices
import FlightTypes
import Glibc
import Synchronization

// The order of things: run() opens the line, reads until it breaks, closes it, says why, pauses and tries again.

/// A serial line (a UART or a USB adapter) that comes back by itself after it was unplugged.
public final class SerialLine: Sendable {
    /// What to do with bytes read and with the moment they were read at.
    public typealias BytesHandler = (ArraySlice<UInt8>, CaptureTime) -> Void
    /// What to do with a change of state.
    public typealias StateHandler = (StatusReport.SensorState, String) -> Void

    private let path: String
    private let baud: UInt32
    private let silenceLimit: Duration
    private let clocks: any Clocks
    private let backOff: BackOff
    private let stopSignal = StopSignal()
    /// The open descriptor, or −1. Held while writing, so that the line is not closed under a write.
    private let descriptor = Mutex<Int32>(-1)

    /// - Parameters:
    ///   - path: such as `/dev/ttyUSB0` or, better, a link under `/dev/serial/by-id`.
    ///   - baud: bits a second, any the hardware can do.
    ///   - silenceLimit: after this long without a byte the line is reported as failing (it stays open).
    public convenience init(
        path: String, baud: UInt32, silenceLimit: Duration = .seconds(2), clocks: any Clocks = SystemClocks()
    ) {
        self.init(path: path, baud: baud, silenceLimit: silenceLimit, clocks: clocks, backOff: .standard)
    }
    init(path: String, baud: UInt32, silenceLimit: Duration, clocks: any Clocks, backOff: BackOff) {
        self.path = path
        self.baud = baud
        self.silenceLimit = silenceLimit
        self.clocks = clocks
        self.backOff = backOff
    }

    /// Makes ``run(onBytes:onState:)`` return soon, for good.
    public func stop() { stopSignal.request() }

    /// Reads until ``stop()``. Blocks: give it a thread of its own; all handlers are called on it.
    /// - Parameter onSilence: called each time the line was silent for `silenceLimit` (again), so that whoever speaks
    ///   here can ask.
    public func run(onBytes: BytesHandler, onState: @escaping StateHandler, onSilence: () -> Void = {}) {
        var reporter = StateReporter(onState)
        var backOff = backOff
        while !stopSignal.isRequested {
            do throws(SensorError) {
                let line = try open()
                defer { close() }
                backOff.reset()
                reporter.report(.running, "\(path): open at \(baud) baud")
                try read(line, onBytes, onSilence, &reporter)
            } catch {
                reporter.report(.missing, error.description)
                stopSignal.wait(backOff.next(), clocks: clocks)
            }
        }
    }

    /// Writes all of `bytes`, from any thread; false when the line is not open or takes no bytes for a second.
    public func write(_ bytes: [UInt8]) -> Bool {
        descriptor.withLock { line in
            guard line >= 0 else { return false }
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(line, $0.baseAddress, $0.count) }
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if written < 0, errno == EINTR {
                    continue
                } else {
                    guard written == 0 || errno == EAGAIN, !stopSignal.isRequested else { return false }
                    let events = stopSignal.poll(line, for: Int16(POLLOUT), timeout: .seconds(1))
                    guard events == Int16(POLLOUT) else { return false }
                }
            }
            return true
        }
    }

    private func open() throws(SensorError) -> Int32 {
        let line = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard line >= 0 else { throw SensorError(path, "open", errno: errno) }
        let status = lb_serial_configure(line, baud)
        guard status == 0 else {
            Glibc.close(line)
            throw SensorError(path, "set to \(baud) baud", errno: -status)
        }
        descriptor.withLock { $0 = line }
        return line
    }
    private func close() {
        descriptor.withLock { line in
            if line >= 0 { Glibc.close(line) }
            line = -1
        }
    }

    private func read(
        _ line: Int32, _ onBytes: BytesHandler, _ onSilence: () -> Void, _ reporter: inout StateReporter
    ) throws(SensorError) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var lastByte = clocks.monotonicNow()
        var emptyReads = 0
        while !stopSignal.isRequested {
            let events = stopSignal.poll(line, for: Int16(POLLIN), timeout: silenceLimit)
            let time = clocks.captureTimeNow()
            if events == 0 {
                if !stopSignal.isRequested, time.monotonic.since(lastByte) >= silenceLimit {
                    reporter.report(.failing, "\(path): no byte for \(silenceLimit)")
                    onSilence()
                }
                continue
            }
            let count = Glibc.read(line, &buffer, buffer.count)
            if count > 0 {
                lastByte = time.monotonic
                emptyReads = 0
                reporter.report(.running, "\(path): open at \(baud) baud")
                onBytes(buffer[..<count], time)
                continue
            }
            if count < 0, errno == EINTR || errno == EAGAIN, events == Int16(POLLIN) { continue }
            guard count == 0 else { throw SensorError(path, "read", errno: errno) }
            // A line set to return at once may be empty after all; hung up, it is empty for ever.
            emptyReads += 1
            guard events == Int16(POLLIN), emptyReads < 16 else { throw SensorError(path, "read", errno: EIO) }
        }
    }
}

/// Passes a state on when it differs from the one before.
struct StateReporter {
    private let handler: SerialLine.StateHandler
    private var last: (StatusReport.SensorState, String)?
    init(_ handler: @escaping SerialLine.StateHandler) { self.handler = handler }

    mutating func report(_ state: StatusReport.SensorState, _ reason: String) {
        if let last, last == (state, reason) { return }
        last = (state, reason)
        handler(state, reason)
    }
}
