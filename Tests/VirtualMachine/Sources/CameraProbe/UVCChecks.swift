import FlightTypes
import Glibc
import ImageCoding
import Sensors
import Synchronization

/// A USB camera with Motion JPEG behind the kernel's uvcvideo.
let uvcChecks: [Check] = [
    Check("uvc-mjpg", uvcFiles), Check("uvc-faults", uvcFaults), Check("uvc-unplug", uvcUnplug),
]

private let node = "/dev/video3"

/// Pictures that differ, every second without Huffman tables, as the format allows.
private func pictures() throws -> [[UInt8]] {
    let encoder = try JPEGEncoder(quality: 70)
    let (width, height) = (UVCDevice.width, UVCDevice.height)
    return try (0..<8).map { number in
        let pixels = (0..<width * height).map { place in
            UInt8(truncatingIfNeeded: (place % width) * (number + 1) / 2 ^ (place / width))
        }
        let file = try pixels.withUnsafeBytes {
            try encoder.encode($0, layout: .grey, width: width, height: height, bytesPerRow: width, range: .full)
        }
        return number % 2 == 0 ? file : withoutHuffmanTables(file)
    }
}
private func withoutHuffmanTables(_ file: [UInt8]) -> [UInt8] {
    var (result, place) = (Array(file.prefix(2)), 2)
    while place + 4 <= file.count, file[place] == 0xFF, file[place + 1] != 0xDA {
        let end = place + 2 + Int(file[place + 2]) << 8 + Int(file[place + 3])
        if file[place + 1] != 0xC4 { result += file[place..<end] }
        place = end
    }
    return result + file[place...]
}

/// A camera that is plugged in and a thread that serves it.
private final class PluggedIn {
    let device: UVCDevice
    private let thread: Thread
    private let failure = FailureNote()
    private final class FailureNote: Sendable { let text = Mutex<String?>(nil) }

    init(_ files: [[UInt8]]) throws(Failure) {
        let (device, failure) = (UVCDevice(files: files), failure)
        self.device = device
        thread = Thread {
            do { try device.run() } catch { failure.text.withLock { $0 = "\(error)" } }
        }
        let isThere = Clock.wait(10) { access(node, R_OK | W_OK) == 0 || failure.text.withLock { $0 != nil } }
        if let text = failure.text.withLock({ $0 }) { throw Failure("USB: \(text)") }
        try expect(isThere, "\(node) does not come")
    }
    func unplug() {
        device.unplug()
        thread.join()
    }
    deinit { unplug() }
}

private let wanted = V4L2CameraConfiguration(
    devicePath: node, width: UVCDevice.width, height: UVCDevice.height, framesPerSecond: 30, format: .mjpg)

/// What the images of a run were.
private struct Truth {
    /// Frames sent from the first image to the last.
    var frames: Int
    var images: Int
    /// Images that got the Huffman tables their file had left out.
    var completed: Int
    var lost: Int
}

/// Every image is a file that was sent, in order, byte for byte but for added Huffman tables; what lies between two of them was
/// told as lost.
private func truth(_ run: CameraRun, _ device: UVCDevice) throws(Failure) -> Truth {
    let sent = device.seen.withLock { $0.files }
    let numbers = Dictionary(sent.map { ($1, $0) }, uniquingKeysWith: { one, _ in one })
    let seen = run.seen
    var (got, completed) = ([Int](), 0)
    for file in seen.files {
        if let number = numbers[file] {
            try expect(file != withoutHuffmanTables(file), "frame \(number) came without Huffman tables")
            got.append(number)
        } else if let number = numbers[withoutHuffmanTables(file)] {
            // Annex K's four tables are one segment of 420 bytes.
            try expect(file.count == (sent[number]?.count ?? 0) + 420, "frame \(number) got other tables")
            got.append(number)
            completed += 1
        } else {
            throw Failure("an image is no file that was sent")
        }
    }
    try expect(zip(got, got.dropFirst()).allSatisfy { $0 < $1 }, "files in disorder: \(got)")
    guard let first = got.first, let last = got.last else { throw Failure("no image") }
    let lost = seen.images.dropFirst().reduce(0) { $0 + $1.lostBefore }
    try expect(
        last - first + 1 == got.count + lost, "frames \(first)…\(last), but \(got.count) images and \(lost) lost")
    return Truth(frames: last - first + 1, images: got.count, completed: completed, lost: lost)
}

private func uvcFiles() throws -> String {
    let camera = try PluggedIn(try pictures())
    // uvcvideo makes a second node, for metadata only.
    try expect(Clock.wait(3) { access("/dev/video4", F_OK) == 0 }, "no second node")
    let found = V4L2Camera.enumerate().filter { $0.path != VideoNode.loop && $0.path != VideoNode.webcam }
    try expect(found.map(\.path) == [node] && found.first?.modes.map(\.format) == ["MJPG"], "found \(found)")
    let run = CameraRun(wanted, keepsFiles: true)
    do {
        defer { run.stop() }
        try run.awaitImages(90, seconds: 20)
    }
    let truth = try truth(run, camera.device)
    try expect(truth.completed > 0, "no file without Huffman tables")
    let rate = try frameRate(run.tap.buffers)
    try expect(abs(rate / 30 - 1) < 0.1, "\(rate.decimals(2)) frames a second")
    let stamps = run.tap.buffers.compactMap(\.timestamp)
    let own = zip(run.seen.images, stamps).count { $0.captureTime.monotonic != $1 }
    try expect(stamps.count >= truth.images && own == 0, "\(own) capture times are not the driver's")
    return
        "\(found.first?.name ?? "") found, its metadata node left out; \(truth.images) files byte for byte, "
        + "\(truth.completed) of them completed by Huffman tables, \(truth.lost) lost, \(rate.decimals(2))/s"
}

private func uvcFaults() throws -> String {
    let camera = try PluggedIn(try pictures())
    let run = CameraRun(wanted, keepsFiles: true)
    do {
        defer { run.stop() }
        try run.awaitImages(10, seconds: 10)
        for act in [UVCDevice.Act.damage, .garble] {
            camera.device.plan((0..<10).flatMap { _ in [act, .send, .send] })
            try run.awaitImages(25, seconds: 20)
        }
    }
    let truth = try truth(run, camera.device)
    try expect(camera.device.seen.withLock { $0.acts.isEmpty }, "not all faults fired")
    try expect(truth.lost >= 20, "\(truth.lost) lost")
    return
        "10 frames marked damaged, 10 that are no JPEG: of \(truth.frames) frames \(truth.images) images byte for byte, "
        + "\(truth.lost) told as lost"
}

private func uvcUnplug() throws -> String {
    let files = try pictures()
    var camera = try PluggedIn(files)
    var pauses: [Double] = []
    let count = 10
    return try withCamera(wanted) { run in
        try run.awaitImages(5, seconds: 10)
        let descriptors = ThisProcess.openDescriptors
        for _ in 0..<count {
            let first = run.stateCount
            camera.unplug()
            let gone = try run.awaitState(from: first, seconds: 5, "missing") { state, _ in state == .missing }
            try expect(Clock.wait(2) { access(node, F_OK) != 0 }, "the node is still there")
            camera = try PluggedIn(files)
            let returned = Clock.now
            let back = try run.awaitState(from: gone + 1, seconds: 6, "running") { state, _ in state == .running }
            try run.awaitImages(3, seconds: 5)
            pauses.append(run.seen.states[back].at - returned)
        }
        try expect(
            ThisProcess.openDescriptors == descriptors,
            "\(descriptors) descriptors before, \(ThisProcess.openDescriptors) after")
        let longest = pauses.max() ?? 0
        try expect(longest <= 2, "a return took \(longest.decimals(2)) s")
        return
            "\(count) times pulled while streaming, \(count) times back within \(longest.decimals(2)) s of the node; "
            + "\(descriptors) descriptors before and after"
    }
}
