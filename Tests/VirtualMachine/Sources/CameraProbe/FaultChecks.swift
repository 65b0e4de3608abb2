import FlightTypes
import Sensors
import Synchronization

/// What vivid injects into a running camera. Each check shows that the fault fired, and what the camera made of it.
let faultChecks: [Check] = [
    Check("sequence-wrap", sequenceWrap), Check("dropped-buffers", droppedBuffers),
    Check("slow-reader", slowReader), Check("damaged-buffers", damagedBuffers),
    Check("reqbufs-error") { try openingError(.requestBuffersError, "REQBUFS") },
    Check("qbuf-error") { try openingError(.queueBufferError, "QBUF") },
    Check("streamon-error") { try openingError(.streamOnError, "STREAMON") },
    Check("qbuf-error-streaming") { try streamingError(.queueBufferError, "QBUF") },
    Check("fatal-error") { try streamingError(.fatalError, nil) },
    Check("silence", silence),
]

/// Every number the driver gave out in one stretch of streaming is an image or told as lost, exactly once. On a slow machine vivid gives a
/// number twice now and then: that is a frame more.
/// Returns how many frames there were.
private func expectAccounted(_ run: CameraRun) throws(Failure) -> Int {
    let buffers = run.tap.buffers
    guard let first = buffers.first, let last = buffers.last else { throw Failure("no buffer") }
    try expect(run.tap.seen.withLock { $0.opened } == 1, "opened anew: \(run.seen.states.map(\.reason))")
    let repeated = zip(buffers, buffers.dropFirst()).count { $0.sequence == $1.sequence }
    let frames = Int(last.sequence &- first.sequence) + 1 + repeated
    try expect(
        run.imageCount + run.lost == frames,
        "\(frames) frames by the driver's numbers, \(repeated) of them repeated, but \(run.imageCount) images and "
            + "\(run.lost) lost")
    return frames
}

private func sequenceWrap() throws -> String {
    try withControl(.sequenceWrap, 1, of: VideoNode.webcam) {
        let run = CameraRun(.quick(.grey))
        do {
            defer { run.stop() }
            _ = Clock.wait(10) {
                run.tap.seen.withLock { seen in
                    seen.buffers.contains { $0.sequence > .max / 2 }
                        && (20..<(.max / 2)).contains(seen.buffers.last?.sequence ?? 0)
                }
            }
        }
        let numbers = run.tap.buffers.map(\.sequence)
        guard let first = numbers.first, let last = numbers.last, first > last else {
            throw Failure("no wrap: \(numbers.first ?? 0)…\(numbers.last ?? 0)")
        }
        let all = try expectAccounted(run)
        return "numbers \(first)…4294967295, 0…\(last): \(all) frames, \(run.imageCount) images, \(run.lost) lost"
    }
}

private func droppedBuffers() throws -> String {
    try withControl(.percentDropped, 40, of: VideoNode.webcam) {
        let run = CameraRun(.quick(.grey))
        do {
            defer { run.stop() }
            try run.awaitImages(100, seconds: 20)
        }
        let all = try expectAccounted(run)
        let percent = 100 * Double(run.lost) / Double(all)
        // More is no fault: a slow machine loses frames of its own.
        try expect(percent >= 25, "\(percent.decimals(1)) % lost of 40 % asked")
        return "40 % set and read back: of \(all) frames \(run.imageCount) images, \(run.lost) told as lost "
            + "(\(percent.decimals(1)) %)"
    }
}

private func slowReader() throws -> String {
    let run = CameraRun(.quick(.grey))
    do {
        defer { run.stop() }
        try run.awaitImages(5, seconds: 10)
        run.slowDown(seconds: 0.5)
        try run.awaitImages(3, seconds: 10)
        run.slowDown(seconds: 0)
        try run.awaitImages(30, seconds: 10)
    }
    let all = try expectAccounted(run)
    try expect(run.lost >= 20, "only \(run.lost) lost although nobody read for 1.5 s")
    return "held up for 1.5 s: of \(all) frames \(run.imageCount) images, \(run.lost) told as lost"
}

private func damagedBuffers() throws -> String {
    let presses = 10
    let run = CameraRun(.quick(.grey))
    do {
        defer { run.stop() }
        try run.awaitImages(5, seconds: 10)
        for _ in 0..<presses {
            try VideoNode(VideoNode.webcam).press(.damagedBuffer)
            try run.awaitImages(6, seconds: 10)
        }
    }
    let damaged = run.tap.buffers.count { $0.isDamaged }
    try expect(damaged == presses, "\(presses) injected, \(damaged) buffers marked")
    let all = try expectAccounted(run)
    try expect(run.lost >= presses, "\(run.lost) lost")
    let images = run.imageCount
    try expect(images == run.tap.buffers.count - damaged, "\(images) images of \(run.tap.buffers.count) buffers")
    return "\(presses) injected, \(damaged) buffers marked, none delivered: of \(all) frames \(images) images, "
        + "\(run.lost) lost"
}

private func isRunning(_ state: StatusReport.SensorState, _ reason: String) -> Bool { state == .running }

/// A call that fails while the camera is being opened, three times.
private func openingError(_ fault: VideoNode.Control, _ call: String) throws -> String {
    var pauses: [Double] = []
    for _ in 0..<3 {
        try VideoNode(VideoNode.webcam).press(fault)
        try withCamera(.quick(.grey)) { run in
            let failed = try run.awaitState(from: 0, seconds: 5, "failing by \(call)") { state, reason in
                state == .failing && reason.contains(call)
            }
            let back = try run.awaitState(from: failed + 1, seconds: 5, "running", isRunning)
            try run.awaitImages(2, seconds: 10)
            pauses.append(run.seen.states[back].at - run.seen.states[failed].at)
        }
    }
    return "3 of 3 seen as failing \(call), images again after at most \((pauses.max() ?? 0).decimals(2)) s"
}

/// A fault in the midst of streaming, five times.
private func streamingError(_ fault: VideoNode.Control, _ call: String?) throws -> String {
    var pauses: [Double] = []
    var notices: [Double] = []
    var reasons: Set<String> = []
    try withCamera(.quick(.grey)) { run in
        for _ in 0..<5 {
            try run.awaitImages(10, seconds: 10)
            let first = run.stateCount
            let pressed = Clock.now
            try VideoNode(VideoNode.webcam).press(fault)
            let failed = try run.awaitState(from: first, seconds: 5, "failing") { state, reason in
                state == .failing && (call.map(reason.contains) ?? true)
            }
            let back = try run.awaitState(from: failed + 1, seconds: 5, "running", isRunning)
            let states = run.seen.states
            reasons.insert(states[failed].reason)
            notices.append(states[failed].at - pressed)
            pauses.append(states[back].at - states[failed].at)
        }
        try run.awaitImages(10, seconds: 10)
    }
    // Seen by what the driver said, not because no frame came for two seconds.
    let notice = notices.max() ?? 0
    try expect(notice < 1, "noticed after \(notice.decimals(2)) s only: \(reasons.sorted())")
    return
        "5 of 5 seen after at most \(notice.decimals(2)) s (\(reasons.sorted().joined(separator: "; "))), images again after "
        + "at most \((pauses.max() ?? 0).decimals(2)) s"
}

private func silence() throws -> String {
    try withCamera(.quick(.grey)) { run in
        try run.awaitImages(5, seconds: 10)
        let first = run.stateCount
        let (failed, begin) = try withControl(.percentDropped, 100, of: VideoNode.webcam) {
            let begin = Clock.now
            let failed = try run.awaitState(from: first, seconds: 6, "failing") { state, _ in state == .failing }
            return (failed, begin)
        }
        let end = Clock.now
        let back = try run.awaitState(from: failed + 1, seconds: 6, "running", isRunning)
        let states = run.seen.states
        let noticed = states[failed].at - begin
        try expect((1.5...3.5).contains(noticed), "noticed after \(noticed.decimals(2)) s")
        return "100 % dropped: \"\(states[failed].reason)\" after \(noticed.decimals(2)) s; images "
            + "\((states[back].at - end).decimals(2)) s after the end of it"
    }
}
