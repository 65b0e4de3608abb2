import Sensors
import Synchronization

/// What a healthy camera offers and gives: nodes, formats, sizes, rates, colours.
let formatChecks: [Check] =
    [Check("enumerate", enumerate)] + rows.map { row in Check(row.name) { try row.run() } }
    + [Check("colours", colours), Check("controls", controls), Check("blind", blind)]

private func enumerate() throws -> String {
    let found = V4L2Camera.enumerate()
    let told = found.map { "\($0.path) \($0.name), \($0.modes.count) modes" }.joined(separator: "; ")
    try expect(found.map(\.path) == [VideoNode.loop, VideoNode.webcam], "found \(told)")
    for format in ["YUYV", "UYVY", "NV12", "GREY"] {
        try expect(
            found.allSatisfy { camera in camera.modes.contains { $0.format == format && !$0.rates.isEmpty } },
            "\(format) is not offered: \(told)")
    }
    return told + "; \(VideoNode.output) is an output and left out"
}

/// A format, size and rate that are asked of the webcam input, and what is to come of them.
private struct Row {
    var format: V4L2CameraConfiguration.Format
    var asked: (width: Int, height: Int, rate: Int)
    var wanted: (width: Int, height: Int, rate: Double)
    var name: String { "\(format)-\(asked.width)x\(asked.height)-\(asked.rate)" }

    init(
        _ format: V4L2CameraConfiguration.Format, _ width: Int, _ height: Int, _ rate: Int,
        gets: (Int, Int, Double)? = nil
    ) {
        self.format = format
        asked = (width, height, rate)
        wanted = gets ?? (width, height, Double(rate))
    }

    func run() throws -> String {
        try withCamera(
            V4L2CameraConfiguration(
                devicePath: VideoNode.webcam, width: asked.width, height: asked.height, framesPerSecond: asked.rate,
                format: format)
        ) { run in
            // A second, because vivid stamps frames when it gets round to them: some hundredths late on a busy machine.
            try run.awaitImages(max(2, Int(wanted.rate)), seconds: 20)
            let (seen, buffers) = (run.seen, run.tap.buffers)
            let rate = try frameRate(buffers)
            guard let image = seen.images.last, let set = run.tap.seen.withLock({ $0.format }) else {
                throw Failure("no image")
            }
            let told =
                "asked \(asked.width)×\(asked.height) at \(asked.rate)/s; got \(image.width)×\(image.height) "
                + "\(set.pixelFormat) at \(rate.decimals(2))/s"
            try expect(set.pixelFormat.description == "\(format)".uppercased(), told)
            try expect((image.width, image.height) == (wanted.width, wanted.height), told)
            try expect((set.width, set.height) == (image.width, image.height), told)
            let reason = run.seen.states.first?.reason ?? ""
            let answer = "got \(image.width)×\(image.height) \(set.pixelFormat) \(wanted.rate.decimals(1))/s"
            try expect(reason.contains(answer), "tells \"\(reason)\", not \"\(answer)\"")
            try expect(abs(rate / wanted.rate - 1) < 0.08, told + ", not \(wanted.rate.decimals(1))")
            return told
        }
    }
}
private let rows = [
    Row(.yuyv, 320, 180, 60), Row(.uyvy, 640, 360, 30), Row(.nv12, 640, 480, 25), Row(.grey, 1280, 720, 10),
    Row(.yuyv, 1920, 1080, 5), Row(.nv12, 320, 180, 1), Row(.uyvy, 320, 180, 15),
    Row(.grey, 640, 360, 40), Row(.yuyv, 500, 300, 240, gets: (640, 360, 40)),
]

private func colours() throws -> String {
    try withControl(.textMode, 2, of: VideoNode.webcam) {
        var distances: [String] = []
        for format in [V4L2CameraConfiguration.Format.yuyv, .uyvy, .nv12, .grey] {
            try withCamera(
                V4L2CameraConfiguration(
                    devicePath: VideoNode.webcam, width: 640, height: 360, framesPerSecond: 40, format: format)
            ) { run in
                try run.awaitImages(2, seconds: 10)
                let picture = try Picture(run.seen.lastFile, width: 640, height: 360)
                let distance = ColourBars.distance(picture, isGray: format == .grey)
                distances.append("\(format) \(distance)")
                try expect(distance <= 8, "bars are off by \(distances.joined(separator: ", ")) of 255")
            }
        }
        return "eight bars; greatest error of 255: \(distances.joined(separator: ", "))"
    }
}

private func controls() throws -> String {
    var configuration = V4L2CameraConfiguration.quick(.yuyv)
    configuration.controls = [.brightness: 77, .mainsFrequency: 1]
    return try withCamera(configuration) { run in
        try run.awaitImages(2, seconds: 10)
        let brightness = try VideoNode(VideoNode.webcam).read(brightnessNumber)
        let reason = run.seen.states.first?.reason ?? ""
        try expect(brightness == 77, "brightness reads back \(brightness)")
        try expect(reason.contains("brightness 77") && reason.contains("mainsFrequency 1: refused"), reason)
        try VideoNode(VideoNode.webcam).set(brightnessNumber, 128)
        return "brightness set and read back; \(reason)"
    }
}
private let brightnessNumber: UInt32 = 0x0098_0900

private func blind() throws -> String {
    try withControl(.textMode, 2, of: VideoNode.webcam) {
        for (pattern, isBlack) in [(Int32(5), true), (0, false)] {
            try withControl(.testPattern, pattern, of: VideoNode.webcam) {
                try withCamera(.quick(.yuyv)) { run in
                    try run.awaitImages(5, seconds: 10)
                    let marked = run.seen.images.count { $0.isBlind }
                    let count = run.seen.images.count
                    try expect(
                        marked == (isBlack ? count : 0), "pattern \(pattern): \(marked) of \(count) marked blind")
                }
            }
        }
        return "a black picture is marked, colour bars are not"
    }
}
