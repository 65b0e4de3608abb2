import Sensors
import Synchronization

/// Our own pictures, written to the video output and read by the camera code, byte for byte.
let loopChecks: [Check] =
    [V4L2CameraConfiguration.Format.yuyv, .uyvy, .nv12, .grey].map { format in
        Check("loop-\(format)") {
            try loop(code("\(format)".uppercased())) { tap in
                CameraRun(
                    V4L2CameraConfiguration(
                        devicePath: VideoNode.loop, width: 640, height: 480, framesPerSecond: 60, format: format,
                        jpegQuality: 50), tap: tap)
            }
        }
    } + [
        Check("loop-thermal-y16") { try thermalLoop(.y16, "Y16 ", height: 480) { $0 } },
        Check("loop-thermal-two-halves") {
            // Values of 1/64 K in the lower half; 100/64 of that to the nearest.
            try thermalLoop(.twoHalves, "YUYV", height: 240) { values in
                values.dropFirst(values.count / 2).map { UInt16(clamping: Int((Double($0) * 100 / 64).rounded())) }
            }
        },
    ]

/// V4L2's code of a format: its letters, the first in the low byte.
private func code(_ letters: String) -> UInt32 { letters.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

/// Shows our pictures until 20 of them came through a camera, and compares; `verify` looks further, at what the camera made of them.
private func loop(
    _ fourCC: UInt32, _ makeRun: (DeviceTap) -> CameraRun,
    verify: (CameraRun, OwnFrameReader.Seen) throws -> String = { _, _ in "" }
) throws -> String {
    // Without text and with the same timing and pixels on both sides vivid copies byte for byte.
    let receiver = try VideoNode(VideoNode.loop)
    try receiver.setTimings()
    try receiver.set(.textMode, 2)
    try receiver.set(.loopVideo, 1)
    let output = try VideoNode(VideoNode.output)
    try output.setTimings()
    let writer = try OwnFrameWriter(output, width: 640, height: 480, fourCC: fourCC)
    let reader = OwnFrameReader(size: writer.size)
    let thread = Thread { writer.run() }
    defer {
        writer.stop()
        thread.join()
    }
    let run = makeRun(DeviceTap(inspect: { bytes, _ in reader.take(bytes) }))
    let enough: Bool
    do {
        defer { run.stop() }
        enough = Clock.wait(15) {
            reader.seen.withLock { $0.numbers.count >= 20 } || writer.failure.withLock { $0 != nil }
        }
    }
    let seen = reader.seen.withLock { $0 }
    if let failure = writer.failure.withLock({ $0 }) { throw Failure(failure) }
    try expect(
        enough, "\(seen.numbers.count) frames came through, \(seen.strangersBefore) strange ones; \(run.seen.states)")
    try expect(seen.differing.isEmpty, seen.differing.prefix(3).joined(separator: "; "))
    try expect(seen.strangersAfter == 0, "\(seen.strangersAfter) frames not ours among ours")
    let steps = zip(seen.numbers, seen.numbers.dropFirst()).map { Int($1) - Int($0) }
    try expect(steps.allSatisfy { $0 >= 0 }, "frames in disorder: \(seen.numbers)")
    try expect(steps.contains { $0 > 0 }, "one frame for ever: \(seen.numbers.prefix(5))")
    let repeats = steps.count { $0 == 0 }
    let skipped = steps.reduce(0) { $0 + max(0, $1 - 1) }
    return
        "\(seen.numbers.count) frames of \(writer.size) bytes, every byte right; \(repeats) repeated, \(skipped) skipped "
        + "(the ends run freely)" + (try verify(run, seen))
}

/// The same with a thermal camera: its values must be what `values` makes of the 16-bit words written.
private func thermalLoop(
    _ kind: V4L2ThermalConfiguration.Kind, _ letters: String, height: Int, values: ([UInt16]) -> [UInt16]
) throws -> String {
    try loop(code(letters)) { tap in
        CameraRun(
            thermal: V4L2ThermalConfiguration(
                devicePath: VideoNode.loop, kind: kind, width: 640, height: height, framesPerSecond: 60), tap: tap)
    } verify: { run, seen in
        // The run begins with frames that are not ours; from then on each buffer gives a picture.
        let pictures = run.seen.files.dropFirst(seen.strangersBefore)
        try expect(pictures.count == seen.numbers.count, "\(pictures.count) pictures of \(seen.numbers.count) frames")
        for (picture, number) in zip(pictures, seen.numbers) {
            let wanted = values(OwnFrame.words(count: 640 * 480, number: number))
            let got = stride(from: 0, to: picture.count - 1, by: 2).map {
                UInt16(picture[$0]) | UInt16(picture[$0 + 1]) << 8
            }
            try expect(got == wanted, "the values of frame \(number) are not those written")
        }
        return "; \(pictures.count) × \(640 * height) temperatures right"
    }
}
