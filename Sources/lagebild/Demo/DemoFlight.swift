import Terminal
import CDevices
import FlightTypes
import Foundation
import Geodesy
import ImageCoding
import Scenario
import Sensors
import Synchronization

// A synthetic flight through real interfaces: a pseudo-terminal that speaks the thermal sensor's protocol, MAVLink over UDP,
// JPEGs through a named pipe. The agent at the other end cannot tell it from devices.

/// Plays the scenario into the devices of a demo until told to stop.
final class DemoFlight: Sendable {
    /// Path of the pseudo-terminal that the agent opens as its thermal sensor.
    let thermalPath: String
    /// The named pipe that the agent reads as its camera.
    let cameraPath: String
    private let master: Int32
    private let slave: Int32
    private let positionPort: Int
    private let scenario: Scenario
    private let stopSignal = StopSignal()
    private let pipe = Mutex<Int32>(-1)
    private let sequence = Atomic<UInt8>(0)
    private let clocks = SystemClocks()
    private let began: MonotonicInstant
    /// The scenario begins where fire, boat and swimmer come into view soon.
    private let lead: Duration

    init(folder: String, positionPort: Int, seed: UInt64, lead: Duration) throws {
        var master: Int32 = -1
        var slave: Int32 = -1
        var name = [CChar](repeating: 0, count: 64)
        let status = lb_open_pty(&master, &slave, &name)
        guard status == 0 else { throw CommandFailure("no pseudo-terminal: \(String(cString: strerror(-status)))") }
        self.master = master
        self.slave = slave  // Kept open: a terminal whose last user closes it hangs up.
        thermalPath = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        cameraPath = folder + "/camera.mjpeg"
        guard mkfifo(cameraPath, 0o600) == 0 else { throw CommandFailure("no named pipe at \(cameraPath)") }
        self.positionPort = positionPort
        scenario = Scenario(seed: seed)
        began = clocks.monotonicNow()
        self.lead = lead
    }

    func start() {
        _ = fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK)
        run(named: "demo-thermal", every: .milliseconds(125)) { self.sendThermal() }
        run(named: "demo-camera", every: .nanoseconds(66_666_667)) { self.sendPicture() }
        run(named: "demo-position", every: .milliseconds(100)) { self.sendPosition() }
    }

    func stop() { stopSignal.request() }

    private var now: Duration { clocks.monotonicNow().since(began) + lead }

    private func run(named name: String, every interval: Duration, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread { [self] in
            var next = clocks.monotonicNow()
            while !stopSignal.isRequested {
                body()
                next = next.advanced(by: interval)
                let wait = next.since(clocks.monotonicNow())
                if wait > .zero { _ = stopSignal.wait(wait, clocks: clocks) } else { next = clocks.monotonicNow() }
            }
        }
        thread.name = name
        thread.start()
    }

    private func sendThermal() {
        var commands = [UInt8](repeating: 0, count: 256)
        while read(master, &commands, commands.count) > 0 {}  // The sensor is set up; ours runs at 8 Hz from the start.
        let picture = scenario.thermal(at: now, width: 32, height: 24, horizontalFieldOfViewDegrees: 55)
        var pixels = [Int16](repeating: 0, count: 32 * 24)
        for row in 0..<24 {
            // The sensor sends each row from the right.
            for column in 0..<32 {
                pixels[row * 32 + 31 - column] = Int16(clamping: Int(picture.values[row * 32 + column]) - 27_315)
            }
        }
        guard let frame = GYMCU90640Frame(pixels: pixels, ambient: 1800) else { return }
        let bytes = frame.encoded()
        _ = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
    }

    private func sendPicture() {
        // Non-blocking until there is a reader: without one there is nobody to send to. Held open from then on.
        let open = pipe.withLock { pipe -> Int32 in
            if pipe < 0 {
                pipe = Foundation.open(cameraPath, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                if pipe >= 0 { _ = fcntl(pipe, F_SETFL, 0) }
            }
            return pipe
        }
        guard open >= 0 else { return }
        let picture = scenario.visible(at: now, width: 1280, height: 720)
        guard let jpeg = try? JPEGEncoder(quality: 80).encode(picture.rgb, layout: .rgb, width: 1280, height: 720)
        else { return }
        jpeg.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count, !stopSignal.isRequested {
                let written = write(open, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                guard written > 0 else {
                    // The reader went away: wait for the next one.
                    pipe.withLock { pipe in
                        close(pipe)
                        pipe = -1
                    }
                    return
                }
                offset += written
            }
        }
    }

    private func sendPosition() {
        let pose = scenario.pose(at: now)
        let milliseconds = UInt32(truncatingIfNeeded: Int64(now.milliseconds))
        var position = ByteWriter()
        position.write(milliseconds)
        position.write(Int32(pose.latitude * 1e7))
        position.write(Int32(pose.longitude * 1e7))
        position.write(Int32(pose.altitudeMSLMetres * 1000))
        position.write(Int32(pose.heightMetres * 1000))
        let course = Double(pose.courseDegrees.isFinite ? pose.courseDegrees : 0) * .pi / 180
        let speed = Double(pose.groundSpeed.isFinite ? pose.groundSpeed : 0) * 100
        position.write(Int16(cos(course) * speed))
        position.write(Int16(sin(course) * speed))
        position.write(Int16(0))
        position.write(UInt16(pose.yawDegrees.isFinite ? pose.yawDegrees * 100 : 0))
        var attitude = ByteWriter()
        attitude.write(milliseconds)
        for degrees in [pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees] {
            attitude.write(degrees.isFinite ? degrees * .pi / 180 : 0)
        }
        for _ in 0..<3 { attitude.write(Float(0)) }
        var heartbeat = ByteWriter()
        heartbeat.write(UInt32(0))
        for byte in [2, 3, 0x81, 4, 3] as [UInt8] { heartbeat.write(byte) }
        let packets: [(UInt32, [UInt8])] = [
            (0, heartbeat.bytes), (24, receiver(pose)), (30, attitude.bytes), (33, position.bytes),
        ]
        for (id, payload) in packets {
            let number = sequence.wrappingAdd(1, ordering: .relaxed).oldValue
            let packet = MAVLinkPacket(
                version: 2, sequence: number, system: 1, component: 1, messageID: id, payload: payload)
            if let bytes = packet.encoded() { sendDatagram(bytes) }
        }
    }

    /// GPS_RAW_INT of a receiver with fourteen satellites: without it nobody knows what the position rests on.
    private func receiver(_ pose: Pose) -> [UInt8] {
        var fix = ByteWriter()
        fix.write(UInt64(0))
        fix.write(Int32(pose.latitude * 1e7))
        fix.write(Int32(pose.longitude * 1e7))
        fix.write(Int32(pose.altitudeMSLMetres * 1000))
        for _ in 0..<4 { fix.write(UInt16.max) }
        fix.write(UInt8(3))
        fix.write(UInt8(14))
        fix.write(Int32(0))
        fix.write(UInt32(1000))
        return fix.bytes
    }

    private func sendDatagram(_ bytes: [UInt8]) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(positionPort).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
