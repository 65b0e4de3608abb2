import ArgumentParser
import DroneAgent
import FlightTypes
import Foundation
import Lookout
import Sensors
import Terminal

struct BenchThermalPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thermal-path",
        abstract: "Count what a thermal frame asks for on its way from the serial line to record, link and detector.",
        discussion: """
            Frames of noise go the agent's way on one thread: bytes of a line to an image (GY-MCU90640 only; a camera's image is there \
            already), number and marks, coding for record and link, both looks. Printed for each step is the median frame of the second \
            half: how often memory is asked for, and bytes asked for and copied, counted in pictures of two bytes a pixel. \
            scripts/bench thermal-path counts.

            Example: lagebild bench thermal-path --frames 200
            """)
    @Option(help: "Frames of each size.") var frames = 200

    func validate() throws {
        guard (10...10_000).contains(frames) else { throw ValidationError("frames from 10 to 10000") }
    }

    func run() throws {
        guard let counter = AllocationCounter() else {
            throw CommandFailure("nothing counts here: scripts/bench thermal-path loads the library that does")
        }
        serial(counter)
        for (width, height) in [(160, 120), (640, 512)] {
            var path = ThermalPath(counter, width: width, height: height)
            for number in 0..<frames {
                path.take(
                    CapturedImage(
                        captureTime: Self.time(number),
                        picture: .thermal(Self.noise(number, width * height), .centikelvin), width: UInt16(width),
                        height: UInt16(height)))
            }
            path.tell("\(width)×\(height)")
        }
    }

    private func serial(_ counter: AllocationCounter) {
        let (width, height) = (GYMCU90640Frame.width, GYMCU90640Frame.height)
        var path = ThermalPath(counter, width: width, height: height)
        var session = ThermalSerialSession(
            driver: GYMCU90640Driver(), correction: ThermalCorrection(mirror: .horizontal))
        for number in 0..<frames {
            let pixels = Self.noise(number, width * height).map { Int16(clamping: Int($0) - 27_315) }
            guard let sent = GYMCU90640Frame(pixels: pixels, ambient: 2500)?.encoded() else { continue }
            var image: CapturedImage?
            path.count("line") {
                // In pieces, as a line is read.
                for start in stride(from: 0, to: sent.count, by: 256) {
                    session.handle(sent[start..<min(start + 256, sent.count)], at: Self.time(number))
                    while let output = session.next() { if case .image(let taken) = output { image = taken } }
                }
            }
            if let image { path.take(image) }
        }
        path.tell("GY-MCU90640, 32×24")
    }

    private static func time(_ number: Int) -> CaptureTime {
        CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: Int64(number) * 125_000_000 + 1), wall: WallTime(nanoseconds: 1))
    }
    /// Water of 16 °C with noise of some 50 mK.
    private static func noise(_ number: Int, _ count: Int) -> [UInt16] {
        var state = UInt64(number) &* 0x9E37_79B9 &+ 17
        return (0..<count).map { _ -> UInt16 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var value: UInt16 = 28_900
            for shift in [UInt64(32), 40, 48, 56] { value += UInt16(state >> shift & 7) }
            return value
        }
    }
}

/// One sensor's frames on their way, and what each step of it asks for.
private struct ThermalPath {
    private static let steps = ["line", "stamp", "record and link", "looks"]
    private let counter: AllocationCounter
    private let pictureBytes: Double
    private var counts: [String: [AllocationCounter.Count]] = [:]
    private var stamper = FrameStamper(flight: 1, stream: StreamID(.thermal))
    private var look = ThermalLook(
        LookSettings(horizontalFieldOfViewDegrees: 57), current: nil, id: StreamID(.detections))

    init(_ counter: AllocationCounter, width: Int, height: Int) {
        self.counter = counter
        pictureBytes = Double(2 * width * height)
    }

    mutating func count<Result>(_ step: String, _ body: () -> Result) -> Result {
        let before = counter.now
        let result = body()
        counts[step, default: []].append(counter.now - before)
        return result
    }

    mutating func take(_ image: CapturedImage) {
        var pose = Pose(latitude: 51.4565, longitude: 6.7330)
        pose.heightMetres = 40
        (pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees) = (0, 0, 0)
        pose.quality = .interpolated
        var before = counter.now
        guard case .thermal(let frame) = stamper.stamp(image, pose: pose) else { return }
        let evidence = stamper.evidence(of: frame)
        counts["stamp", default: []].append(counter.now - before)
        let bytes = count("record and link") { FlightObject.frame(ThermalCopy.lossless(frame)).parts() }
        guard let evidence, bytes.count > 0 else { return }
        before = counter.now
        _ = FlightObject.detections(look.report(on: evidence)).parts()
        counts["looks", default: []].append(counter.now - before)
    }

    func tell(_ title: String) {
        var all = AllocationCounter.Count()
        for step in Self.steps {
            guard let median = counts[step].map(Self.median) else { continue }
            all = all + median
            tell(title, step, median)
        }
        tell(title, "all", all)
    }
    private func tell(_ title: String, _ step: String, _ count: AllocationCounter.Count) {
        print(
            String(
                format: "%@: %@ %3d allocations, %5.2f pictures asked for, %5.2f copied", title as NSString,
                step.padding(toLength: 16, withPad: " ", startingAt: 0) as NSString, Int(count.calls),
                Double(count.bytes) / pictureBytes, Double(count.copied) / pictureBytes))
    }
    /// Of the second half, each number by itself.
    private static func median(_ counts: [AllocationCounter.Count]) -> AllocationCounter.Count {
        let settled = counts.dropFirst(counts.count / 2)
        func middle(_ part: (AllocationCounter.Count) -> UInt64) -> UInt64 {
            let sorted = settled.map(part).sorted()
            return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        }
        return AllocationCounter.Count(calls: middle(\.calls), bytes: middle(\.bytes), copied: middle(\.copied))
    }
}
