import CVideoNode
import Glibc

/// A video node held open by the probe, to turn vivid's controls and to feed its output.
final class VideoNode {
    static let loop = "/dev/video0"
    static let output = "/dev/video1"
    static let webcam = "/dev/video2"

    let path: String
    let descriptor: Int32
    init(_ path: String) throws(Failure) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(path): open: \(String(cString: strerror(errno)))") }
    }
    deinit { close(descriptor) }

    /// Vivid's own controls, by their numbers in drivers/media/test-drivers/vivid/vivid-ctrls.c (Linux 6.1).
    enum Control: UInt32 {
        case testPattern = 0
        case textMode = 1
        case timestampSource = 24
        case loopVideo = 37
        case sequenceWrap = 38
        case timeWrap = 39
        case percentDropped = 64
        case disconnect = 65
        case damagedBuffer = 66
        case requestBuffersError = 67
        case queueBufferError = 68
        case streamOnError = 69
        case fatalError = 70
        var id: UInt32 { 0x00F0_F000 + rawValue }
    }

    /// Sets a control and reads it back.
    func set(_ control: Control, _ value: Int32) throws(Failure) { try set(control.id, value) }
    /// The same by V4L2's number for it.
    func set(_ number: UInt32, _ value: Int32) throws(Failure) {
        try check("set control", lb_control_set(descriptor, number, value))
        let got = try read(number)
        try expect(got == value, "\(path): control \(String(number, radix: 16)) reads back \(got), not \(value)")
    }
    func read(_ number: UInt32) throws(Failure) -> Int32 {
        var value: Int32 = -1
        try check("read control", lb_control_get(descriptor, number, &value))
        return value
    }
    /// Presses a button; buttons cannot be read back.
    func press(_ control: Control) throws(Failure) {
        try check("press \(control)", lb_control_set(descriptor, control.id, 1))
    }
    /// Sets the first digital timing of the node, 640×480 at 59.94 Hz.
    func setTimings() throws(Failure) {
        var (width, height) = (UInt32(0), UInt32(0))
        try check("set timings", lb_timings_set(descriptor, 0, &width, &height))
        try expect((width, height) == (640, 480), "\(path): first timing is \(width)×\(height)")
    }

    @discardableResult
    private func check(_ call: String, _ result: Int32) throws(Failure) -> Int32 {
        guard result >= 0 else { throw Failure("\(path): \(call): \(String(cString: strerror(-result)))") }
        return result
    }
}

/// Turns a control of a node and back again afterwards, whatever happens.
func withControl<Result>(
    _ control: VideoNode.Control, _ value: Int32, of path: String, _ body: () throws -> Result
) throws -> Result {
    try VideoNode(path).set(control, value)
    defer { try? VideoNode(path).set(control, 0) }
    return try body()
}
