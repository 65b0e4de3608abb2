import Sensors
import Synchronization

/// Our own pictures, written to the video output and read by the camera code, byte for byte.
let loopChecks: [Check] = [V4L2CameraConfiguration.Format.yuyv, .uyvy, .nv12, .grey].map { format in
    Check("loop-\(format)") { try loop(format) }
}

/// V4L2's code of a format: its letters, the first in the low byte.
private func code(of format: V4L2CameraConfiguration.Format) -> UInt32 {
    "\(format)".uppercased().utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
}

private func loop(_ format: V4L2CameraConfiguration.Format) throws -> String {
    // Without text and with the same timing and pixels on both sides vivid copies byte for byte.
    let receiver = try VideoNode(VideoNode.loop)
    try receiver.setTimings()
    try receiver.set(.textMode, 2)
    try receiver.set(.loopVideo, 1)
    let output = try VideoNode(VideoNode.output)
    try output.setTimings()
    let writer = try OwnFrameWriter(output, width: 640, height: 480, fourCC: code(of: format))
    let size = writer.size
    let reader = OwnFrameReader(size: size)
    let thread = Thread { writer.run() }
    defer {
        writer.stop()
        thread.join()
    }
    return try withCamera(
        V4L2CameraConfiguration(
            devicePath: VideoNode.loop, width: 640, height: 480, framesPerSecond: 60, format: format, jpegQuality: 50),
        tap: DeviceTap(inspect: { bytes, _ in reader.take(bytes) })
    ) { run in
        let enough = Clock.wait(15) {
            reader.seen.withLock { $0.numbers.count >= 20 } || writer.failure.withLock { $0 != nil }
        }
        let seen = reader.seen.withLock { $0 }
        if let failure = writer.failure.withLock({ $0 }) { throw Failure(failure) }
        try expect(
            enough,
            "\(seen.numbers.count) frames came through, \(seen.strangersBefore) strange ones; \(run.seen.states)")
        try expect(seen.differing.isEmpty, seen.differing.prefix(3).joined(separator: "; "))
        try expect(seen.strangersAfter == 0, "\(seen.strangersAfter) frames not ours among ours")
        let steps = zip(seen.numbers, seen.numbers.dropFirst()).map { Int($1) - Int($0) }
        try expect(steps.allSatisfy { $0 >= 0 }, "frames in disorder: \(seen.numbers)")
        try expect(steps.contains { $0 > 0 }, "one frame for ever: \(seen.numbers.prefix(5))")
        let repeats = steps.count { $0 == 0 }
        let skipped = steps.reduce(0) { $0 + max(0, $1 - 1) }
        return
            "\(seen.numbers.count) frames of \(size) bytes, every byte right; \(repeats) repeated, \(skipped) skipped "
            + "(the ends run freely), \(writer.written.load(ordering: .relaxed)) written"
    }
}
