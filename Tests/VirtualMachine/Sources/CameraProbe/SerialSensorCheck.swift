import FlightTypes
import Glibc
import Sensors

/// The whole thermal sensor, as the agent runs it: set up when the line opens, pictures, and set up again after it was pulled.
func serialSensor() throws -> String {
    let authorized = try authorization()
    let driver = GYMCU90640Driver(rate: .eightHertz, emissivityPercent: 95)
    let setUp = Array(driver.setUp.joined())
    var gadget = try Gadget()
    let run = CameraRun(SerialThermalSensor(path: hostNode, baud: 460_800, driver: driver))
    defer { run.stop() }
    for round in 0..<3 {
        let got = gadget.receive(setUp.count, seconds: 5)
        try expect(got == setUp, "set up with \(got), not \(setUp), in round \(round)")
        let before = run.seen.files.count
        let frames = (0..<20).compactMap { roomTemperature(round * 20 + $0) }
        for frame in frames { try expect(gadget.send(frame.encoded()), "the line takes no bytes") }
        // Counted from before the first was sent: a count taken now may be one image old when it is used.
        try run.awaitImages(frames.count, after: before, seconds: 5)
        let images = Array(run.seen.files.dropFirst(before))
        let wanted = frames.map { frame in
            Gray16.payload(frame.centikelvin)
        }
        try expect(images == wanted, "pictures differ from those sent in round \(round)")
        // Cut off amid a frame.
        gadget.send(Array(frames.first?.encoded().prefix(900) ?? []))
        let first = run.stateCount
        try writeLine("0", to: authorized)
        try run.awaitState(from: first, seconds: 5, "missing") { state, _ in state == .missing }
        // Opened sooner, the gadget's new end would be hung up together with the old one, and never hear the set-up.
        try gadget.awaitHangUp()
        gadget = try Gadget()
        try writeLine("1", to: authorized)
    }
    try expect(run.lost == 0, "\(run.lost) told as lost")
    return "3 times opened, set up and pulled amid a frame; 60 pictures, every value right, none told as lost"
}

/// A frame of some 20 to 30 °C, different in every pixel from its neighbours.
private func roomTemperature(_ number: Int) -> GYMCU90640Frame? {
    let pixels = (0..<GYMCU90640Frame.width * GYMCU90640Frame.height).map { place in
        Int16(truncatingIfNeeded: 2000 + (number * 7 + place * 31) % 1000)
    }
    return GYMCU90640Frame(pixels: pixels, ambient: 2500)
}
