import FlightTypes
import Sensors
import Synchronization

/// When frames were exposed.
let timeChecks: [Check] = [Check("capture-time", captureTime), Check("implausible-time", implausibleTime)]

/// Frames a second by the driver's own times and numbers, so that a slow reader does not count.
func frameRate(_ buffers: [VideoBuffer]) throws(Failure) -> Double {
    guard let first = buffers.first, let last = buffers.last, let begin = first.timestamp, let end = last.timestamp,
        last.sequence > first.sequence
    else { throw Failure("\(buffers.count) buffers without times or numbers") }
    return Double(last.sequence - first.sequence) / (Double(end.nanoseconds - begin.nanoseconds) / 1e9)
}

private func captureTime() throws -> String {
    // Stamped at the start of exposure, as UVC cameras do; vivid's stamps of the end are ahead of the frame.
    try withControl(.timestampSource, 1, of: VideoNode.webcam) { try stampedFrames() }
}
private func stampedFrames() throws -> String {
    let run = CameraRun(
        V4L2CameraConfiguration(
            devicePath: VideoNode.webcam, width: 320, height: 180, framesPerSecond: 30, format: .yuyv))
    do {
        defer { run.stop() }
        try run.awaitImages(90, seconds: 15)
    }
    let (images, buffers) = (run.seen.images, run.tap.buffers)
    let stamps = buffers.compactMap(\.timestamp).prefix(images.count)
    let own = zip(images, stamps).count { $0.captureTime.monotonic != $1 }
    try expect(stamps.count == images.count && own == 0, "\(own) of \(images.count) capture times are not the driver's")
    let steps = zip(images, images.dropFirst()).map { milliseconds($1.captureTime) - milliseconds($0.captureTime) }
    try expect(steps.allSatisfy { $0 > 0 }, "a step back or none: \(steps.min() ?? 0) ms")
    let rate = try frameRate(buffers)
    try expect(abs(rate / 30 - 1) < 0.01, "advances by \(rate.decimals(3)) frames a second")
    let ages = images.map { $0.arrival * 1e3 - milliseconds($0.captureTime) }
    try expect(ages.allSatisfy { $0 >= 0 }, "exposed after it arrived")
    let wall = images.map { Double($0.captureTime.wall.nanoseconds &- $0.captureTime.monotonic.nanoseconds) / 1e6 }
    let drift = (wall.max() ?? 0) - (wall.min() ?? 0)
    return
        "\(images.count) frames, \(rate.decimals(3))/s, steps \((steps.min() ?? 0).decimals(1))…"
        + "\((steps.max() ?? 0).decimals(1)) ms, coded and delivered after at most \((ages.max() ?? 0).decimals(0)) ms; wall and "
        + "monotonic agree to \(drift.decimals(2)) ms"
}
private func milliseconds(_ time: CaptureTime) -> Double { Double(time.monotonic.nanoseconds) / 1e6 }

private func implausibleTime() throws -> String {
    var told: [String] = []
    for value in [Int32(1), 2] {
        try withControl(.timeWrap, value, of: VideoNode.webcam) {
            try withCamera(
                V4L2CameraConfiguration(
                    devicePath: VideoNode.webcam, width: 320, height: 180, framesPerSecond: 60, format: .grey)
            ) { run in
                try run.awaitImages(10, seconds: 10)
                let (images, buffers) = (run.seen.images, run.tap.buffers)
                guard let stamp = buffers.first?.timestamp, let image = images.first else { throw Failure("no image") }
                let offset = Double(stamp.nanoseconds) / 1e9 - image.arrival
                try expect(abs(offset) > 2, "the driver's time is off by \(offset) s only: the fault did not fire")
                let ages = images.map { $0.arrival - Double($0.captureTime.monotonic.nanoseconds) / 1e9 }
                try expect(
                    ages.allSatisfy { (0...1).contains($0) }, "frames \(ages.max() ?? 0) s old by our clock")
                told.append("the driver's clock \(offset.decimals(0)) s off")
            }
        }
    }
    return told.joined(separator: ", ") + ": this machine's is taken"
}
