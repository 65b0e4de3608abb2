import FlightTypes
import Glibc
import Synchronization

@testable import Sensors

/// The camera is pulled out and plugged in again.
let returnChecks: [Check] = [
    Check("disconnect") { try disconnect(count: Probe.returns) }, Check("long-absence", longAbsence),
    Check("unbind", unbind), Check("busy", busy), Check("stop", stop),
]

/// What many returns did to the process.
private struct Ledger {
    var pauses: [Double] = []
    private let descriptors: Int
    private var memory = 0
    init() { descriptors = ThisProcess.openDescriptors }
    mutating func note(_ pause: Double) {
        pauses.append(pause)
        if pauses.count == 5 { memory = ThisProcess.residentKibibytes }
    }
    func summary(limit: Double) throws(Failure) -> String {
        let sorted = pauses.sorted()
        guard let longest = sorted.last else { throw Failure("no return") }
        let open = ThisProcess.openDescriptors
        try expect(open == descriptors, "\(descriptors) descriptors before, \(open) after")
        try expect(longest <= limit, "a return took \(longest.decimals(2)) s")
        let growth = sorted.count > 5 ? ThisProcess.residentKibibytes - memory : 0
        try expect(growth < 8192, "memory grew by \(growth) KiB")
        return
            "back after \(sorted[sorted.count / 2].decimals(2)) s (middle), \(longest.decimals(2)) s (longest); "
            + "\(descriptors) descriptors before and after"
            + (sorted.count > 5 ? ", memory \(growth >= 0 ? "+" : "")\(growth) KiB" : "")
    }
}

/// The driver takes the device away and gives it back once the camera has let go of it, `count` times.
private func disconnect(count: Int) throws -> String {
    let log = try KernelLog()
    return try withCamera(.quick(.yuyv)) { run in
        try run.awaitImages(5, seconds: 10)
        var ledger = Ledger()
        for _ in 0..<count {
            let first = run.stateCount
            try VideoNode(VideoNode.webcam).press(.disconnect)
            let pressed = Clock.now
            let gone = try run.awaitState(from: first, seconds: 5, "missing") { state, _ in state == .missing }
            let back = try run.awaitState(from: gone + 1, seconds: 6, "running") { state, _ in state == .running }
            try run.awaitImages(1, seconds: 10)
            ledger.note(run.seen.states[back].at - pressed)
        }
        let told = log.count(["disconnect", "reconnect"])
        try expect(
            told == [count, count], "the kernel tells of \(told[0]) disconnects and \(told[1]) reconnects, not \(count)"
        )
        return "\(count) times gone (the kernel's log counts as many), \(count) times \(try ledger.summary(limit: 2))"
    }
}

/// The device stays away while the camera tries again and again, then comes back.
private func longAbsence() throws -> String {
    try withCamera(.quick(.yuyv)) { run in
        try run.awaitImages(5, seconds: 10)
        var ledger = Ledger()
        var absences: [Double] = []
        // So many calls fail before it is given back: the one that shows it is gone, then each opening, ever less often.
        for tries in [3, 5] {
            let (first, failures) = (run.stateCount, run.failureCount)
            // While the probe holds the node open the driver does not give the device back.
            let holder = try VideoNode(VideoNode.webcam)
            try holder.press(.disconnect)
            let gone = try run.awaitState(from: first, seconds: 5, "missing") { state, _ in state == .missing }
            try run.awaitFailures(tries, from: failures, seconds: 10)
            try expect(run.seen.states.dropFirst(first).allSatisfy { $0.state == .missing }, "back too early")
            _ = consume holder
            let returned = Clock.now
            absences.append(returned - run.seen.states[gone].at)
            let back = try run.awaitState(from: gone + 1, seconds: 6, "running") { state, _ in state == .running }
            ledger.note(run.seen.states[back].at - returned)
        }
        let away = absences.map { "\($0.decimals(1)) s" }.joined(separator: " and ")
        return
            "away for \(away), \(run.failureCount) calls failed; \(try ledger.summary(limit: 2.5)) (longest pause 2 s)"
    }
}

/// The driver is taken from the device while it streams: the node vanishes from /dev and is made anew.
private func unbind() throws -> String {
    let driver = "/sys/bus/platform/drivers/vivid/"
    return try withCamera(.quick(.yuyv)) { run in
        try run.awaitImages(5, seconds: 10)
        var ledger = Ledger()
        for _ in 0..<5 {
            let (first, failures) = (run.stateCount, run.failureCount)
            try writeLine("vivid.0", to: driver + "unbind")
            try expect(Clock.wait(2) { access(VideoNode.webcam, F_OK) != 0 }, "the node is still there")
            let gone = try run.awaitState(from: first, seconds: 5, "missing") { state, _ in state == .missing }
            // The one that shows it is gone, and an opening without a node.
            try run.awaitFailures(2, from: failures, seconds: 5)
            try writeLine("vivid.0", to: driver + "bind")
            let returned = Clock.now
            let back = try run.awaitState(from: gone + 1, seconds: 6, "running") { state, _ in state == .running }
            try run.awaitImages(1, seconds: 10)
            ledger.note(run.seen.states[back].at - returned)
        }
        return "5 times without node in /dev; \(try ledger.summary(limit: 2.5))"
    }
}

/// Another program streams from the camera first, then lets go.
private func busy() throws -> String {
    let other = V4L2Device(path: VideoNode.webcam)
    try other.open()
    _ = try other.setFormat(.grey, width: 640, height: 360, converting: false)
    try other.start(bufferCount: 2)
    defer { other.close() }
    return try withCamera(.quick(.yuyv)) { run in
        let failed = try run.awaitState(from: 0, seconds: 5, "failing") { state, _ in state == .failing }
        try run.awaitFailures(3, from: 0, seconds: 5)
        try expect(run.imageCount == 0 && run.stateCount == failed + 1, "told \(run.seen.states.map(\.reason))")
        other.close()
        let free = Clock.now
        let back = try run.awaitState(from: failed + 1, seconds: 5, "running") { state, _ in state == .running }
        let states = run.seen.states
        return
            "\"\(states[failed].reason)\", told once; images \((states[back].at - free).decimals(2)) s after it was free"
    }
}

/// The agent is told to end: while frames come, while none come, and while the camera is away.
private func stop() throws -> String {
    var pauses: [Double] = []
    func timed(_ run: CameraRun) {
        let begin = Clock.now
        run.stop()
        pauses.append(Clock.now - begin)
    }
    let streaming = CameraRun(.quick(.yuyv))
    defer { streaming.stop() }
    try streaming.awaitImages(5, seconds: 10)
    timed(streaming)
    let silent = CameraRun(.quick(.yuyv))
    defer { silent.stop() }
    try withControl(.percentDropped, 100, of: VideoNode.webcam) {
        try expect(Clock.wait(5) { silent.tap.seen.withLock { $0.started == 1 } }, "does not stream")
        timed(silent)
    }
    let away = CameraRun(.quick(.yuyv))
    defer { away.stop() }
    try away.awaitImages(5, seconds: 10)
    let holder = try VideoNode(VideoNode.webcam)
    try holder.press(.disconnect)
    try away.awaitState(from: 1, seconds: 5, "missing") { state, _ in state == .missing }
    try away.awaitFailures(3, from: 0, seconds: 5)
    timed(away)
    _ = consume holder
    try expect(pauses.allSatisfy { $0 <= 0.25 }, "took \(pauses.map { $0.decimals(2) }) s")
    return "streaming, silent, away: at most \(((pauses.max() ?? 0) * 1000).decimals(0)) ms"
}
