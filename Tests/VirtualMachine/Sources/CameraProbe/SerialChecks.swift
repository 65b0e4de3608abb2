import CDevices
import FlightTypes
import Glibc
import Sensors
import Synchronization

/// A thermal sensor behind a USB serial gadget: what is written to /dev/ttyGS0 comes out of /dev/ttyACM0 through the kernel's
/// USB stack.
let serialChecks: [Check] = [
    Check("serial-frames", serialFrames), Check("serial-commands", serialCommands),
    Check("serial-sensor", serialSensor), Check("serial-unplug", serialUnplug),
    Check("serial-gadget-gone", serialGadgetGone),
    Check("serial-soft-connect", serialSoftConnect),
]

let hostNode = "/dev/ttyACM0"
let gadgetNode = "/dev/ttyGS0"

/// The sensor's side of the line.
final class Gadget {
    let descriptor: Int32
    init() throws(Failure) {
        descriptor = open(gadgetNode, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(gadgetNode): \(String(cString: strerror(errno)))") }
        _ = lb_serial_configure(descriptor, 460_800)
        tcflush(descriptor, TCIOFLUSH)
    }
    deinit { close(descriptor) }

    /// Writes as a sensor does: what the line does not take within a second is lost. False if so.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
                continue
            }
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard errno == EAGAIN, poll(&entry, 1, 1000) == 1, entry.revents == Int16(POLLOUT) else { return false }
        }
        return true
    }
    /// Waits until the kernel has hung this end up, which it does some time after the host has gone.
    func awaitHangUp() throws(Failure) {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        let found = poll(&entry, 1, 5000)
        try expect(found == 1 && entry.revents & Int16(POLLHUP) != 0, "the gadget's end is not hung up within 5 s")
    }
    /// What the agent wrote, as soon as there are `count` bytes, or in time.
    func receive(_ count: Int, seconds: Double = 1) -> [UInt8] {
        var bytes: [UInt8] = []
        _ = Clock.wait(seconds) {
            var buffer = [UInt8](repeating: 0, count: 64)
            let got = read(descriptor, &buffer, buffer.count)
            if got > 0 { bytes += buffer[..<got] }
            return bytes.count >= count
        }
        return bytes
    }
}

/// The frame with a number, different in every pixel from its neighbours.
private func thermalFrame(_ number: Int) -> GYMCU90640Frame? {
    let pixels = (0..<GYMCU90640Frame.width * GYMCU90640Frame.height).map { place in
        Int16(truncatingIfNeeded: number &* 7919 &+ place &* 31)
    }
    return GYMCU90640Frame(pixels: pixels, ambient: Int16(truncatingIfNeeded: number))
}

/// The agent's serial line and parser on a thread of their own, and what came of them.
private final class LineRun {
    struct Seen {
        var frames: [GYMCU90640Frame] = []
        var emissivities: [UInt8] = []
        var counters = GYMCU90640Parser().counters
        var states: [(at: Double, state: StatusReport.SensorState, reason: String)] = []
    }
    private final class Shared: Sendable { let seen = Mutex(Seen()) }
    let line = SerialLine(path: hostNode, baud: 460_800)
    private let shared = Shared()
    private let thread: Thread

    init() {
        let (line, shared) = (line, shared)
        thread = Thread {
            var parser = GYMCU90640Parser()
            line.run(
                onBytes: { bytes, _ in
                    parser.handle(bytes)
                    while let event = parser.next() {
                        shared.seen.withLock { seen in
                            switch event {
                            case .frame(let frame): seen.frames.append(frame)
                            case .emissivity(let percent): seen.emissivities.append(percent)
                            }
                        }
                    }
                    shared.seen.withLock { $0.counters = parser.counters }
                },
                onState: { state, reason in shared.seen.withLock { $0.states.append((Clock.now, state, reason)) } })
        }
    }
    var seen: Seen { shared.seen.withLock { $0 } }
    func await(_ seconds: Double, _ wanted: String, _ condition: (Seen) -> Bool) throws(Failure) {
        let holds = Clock.wait(seconds) { condition(seen) }
        let states = seen.states.suffix(4).map { "\($0.state) \($0.reason)" }.joined(separator: " | ")
        try expect(holds, "no \(wanted) within \(seconds) s; \(seen.frames.count) frames; \(states)")
    }
    /// Waits until the last state told, from the `first`-th on, is `state`; returns when it was told.
    func awaitState(_ state: StatusReport.SensorState, from first: Int, seconds: Double) throws(Failure) -> Double {
        try self.await(seconds, "\(state)") { $0.states.count > first && $0.states.last?.state == state }
        return seen.states.last?.at ?? 0
    }
    func stop() {
        line.stop()
        thread.join()
    }
}

private func withLine<Result>(_ body: (LineRun) throws -> Result) throws -> Result {
    try expect(Clock.wait(5) { access(hostNode, R_OK | W_OK) == 0 }, "\(hostNode) is not there")
    let run = LineRun()
    defer { run.stop() }
    _ = try run.awaitState(.running, from: 0, seconds: 5)
    return try body(run)
}

/// Sends frames with the numbers and waits until all have come, equal in every pixel.
private func exchange(_ run: LineRun, _ gadget: Gadget, _ numbers: Range<Int>) throws {
    let before = run.seen.frames.count
    let frames = numbers.compactMap(thermalFrame)
    for frame in frames { try expect(gadget.send(frame.encoded()), "the line takes no bytes") }
    try run.await(5, "\(frames.count) frames") { $0.frames.count >= before + frames.count }
    try expect(Array(run.seen.frames.dropFirst(before)) == frames, "frames differ from those sent")
}

private func serialFrames() throws -> String {
    try withLine { run in
        let gadget = try Gadget()
        let begin = Clock.now
        try exchange(run, gadget, 0..<200)
        let seconds = Clock.now - begin
        let counters = run.seen.counters
        try expect(counters.bytesSkipped == 0 && counters.badChecksums == 0, "\(counters)")
        return
            "200 frames through the USB stack, every pixel right, 0 bytes skipped, \((200 / seconds).decimals(0)) a second"
    }
}

private func serialCommands() throws -> String {
    try withLine { run in
        let gadget = try Gadget()
        let commands: [GYMCU90640Command] = [
            .rate(.eightHertz), .emissivity(percent: 95), .queryEmissivity, .output(isAutomatic: true),
        ]
        for command in commands {
            try expect(run.line.write(command.encoded), "cannot write")
            let got = gadget.receive(4)
            try expect(GYMCU90640Command(encoded: got) == command, "\(command) arrives as \(got)")
            if command == .queryEmissivity { gadget.send(GYMCU90640Command.emissivityReply(percent: 95)) }
        }
        try run.await(2, "reply") { $0.emissivities == [95] }
        return "\(commands.count) commands arrive, the reply comes back"
    }
}

/// Repeats a way of unplugging `count` times amid a frame; every frame after the return must come.
private func unplugged(
    _ run: LineRun, count: Int, limit: Double, away: () throws -> Void, back: () throws -> Void
) throws -> String {
    var pauses: [Double] = []
    let descriptors = ThisProcess.openDescriptors
    for round in 0..<count {
        do {
            let gadget = try Gadget()
            try exchange(run, gadget, (round * 10)..<(round * 10 + 10))
            gadget.send(Array(thermalFrame(round)?.encoded().prefix(700) ?? []))
            _ = try? run.await(0.1, "nothing") { _ in false }
        }
        let first = run.seen.states.count
        try away()
        var isAway = true
        defer { if isAway { try? back() } }
        _ = try run.awaitState(.missing, from: first, seconds: 5)
        try expect(Clock.wait(2) { access(hostNode, F_OK) != 0 }, "the node is still there")
        let second = run.seen.states.count
        isAway = false
        try back()
        let returned = Clock.now
        pauses.append(try run.awaitState(.running, from: second, seconds: 8) - returned)
    }
    try exchange(run, try Gadget(), 1000..<1010)
    try expect(
        ThisProcess.openDescriptors == descriptors,
        "\(descriptors) descriptors before, \(ThisProcess.openDescriptors) after")
    let longest = pauses.max() ?? 0
    try expect(longest <= limit, "a return took \(longest.decimals(2)) s")
    let counters = run.seen.counters
    return "\(count) times gone amid a frame, \(count) times open again, after at most \(longest.decimals(2)) s; "
        + "\(counters.frames) whole frames, \(counters.bytesSkipped) bytes of cut ones skipped, "
        + "\(descriptors) descriptors before and after"
}

/// The host's switch for the USB device behind the line.
func authorization() throws(Failure) -> String {
    let link = "/sys/class/tty/ttyACM0/device/../authorized"
    guard Clock.wait(3, until: { access(link, W_OK) == 0 }), let path = realpath(link, nil) else {
        throw Failure("no USB device behind \(hostNode)")
    }
    defer { free(path) }
    return String(cString: path)
}

private func serialUnplug() throws -> String {
    let authorized = try authorization()
    return try withLine { run in
        try unplugged(
            run, count: 10, limit: 2.5, away: { try writeLine("0", to: authorized) },
            back: { try writeLine("1", to: authorized) })
    }
}

private func serialGadgetGone() throws -> String {
    let driver = "/sys/bus/gadget/drivers/g_serial/"
    return try withLine { run in
        try unplugged(
            run, count: 5, limit: 4, away: { try writeLine("gadget.0", to: driver + "unbind") },
            back: { try writeLine("gadget.0", to: driver + "bind") })
    }
}

/// Pulled by the gadget's own switch. This kernel (6.1) leaves the gadget deaf after switching on again; binding it anew helps.
private func serialSoftConnect() throws -> String {
    let control = "/sys/class/udc/dummy_udc.0/soft_connect"
    let driver = "/sys/bus/gadget/drivers/g_serial/"
    return try withLine { run in
        let first = run.seen.states.count
        try writeLine("disconnect", to: control)
        _ = try run.awaitState(.missing, from: first, seconds: 5)
        try writeLine("connect", to: control)
        let returns = Clock.wait(2) { run.seen.states.last?.state == .running }
        if !returns {
            try writeLine("gadget.0", to: driver + "unbind")
            try writeLine("gadget.0", to: driver + "bind")
        }
        _ = try run.awaitState(.running, from: first + 1, seconds: 12)
        try exchange(run, try Gadget(), 0..<10)
        return "gone and reported; switched on again it "
            + (returns ? "comes back" : "is not recognised by this kernel (error -71), bound anew it is")
            + "; 10 frames right"
    }
}
