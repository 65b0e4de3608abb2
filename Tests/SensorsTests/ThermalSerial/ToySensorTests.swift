import TestSupport
import CDevices
import FlightTypes
import Foundation
import Testing

@testable import Sensors

/// Follows docs/guides/add-a-sensor.md literally: the driver in it is the one tested, the log in it gives what it says.
@Suite(.timeLimit(.minutes(1))) struct ToySensorTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../..")

    private static func guide() throws -> String {
        try String(contentsOf: root.appendingPathComponent("docs/guides/add-a-sensor.md"), encoding: .utf8)
    }
    private static func log() throws -> [UInt8] {
        let block = try #require(try guide().components(separatedBy: "```\n").first { $0.hasPrefix("00ff") })
        let digits = Array(block.filter(\.isHexDigit))
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    @Test func theGuideShowsTheDriverThatIsTested() throws {
        let file = Self.root.appendingPathComponent("Tests/SensorsTests/ThermalSerial/ToyDriver.swift")
        #expect(try Self.guide().contains(String(contentsOf: file, encoding: .utf8)))
    }

    @Test(arguments: [1, 5, 1000])
    func theGoldenLogGivesWhatTheGuideSays(pieces: Int) throws {
        var driver = ToyDriver()
        let frames = events(of: &driver, try Self.log(), pieces: pieces).compactMap(\.frame)
        #expect(frames.map(\.values.first) == [2900, 2920, 2930])
        #expect(driver.counters.frames == 3 && driver.counters.badChecksums >= 1)
    }

    /// On a real line: set up when it opens, pictures out, set up again when it comes back.
    @Test func onAPseudoTerminal() async throws {
        let folder = try TemporaryFolder()
        let port = try FakePort(link: "\(folder.path)/port")
        let line = SerialLineTests.line("\(folder.path)/port")
        let sensor = SerialThermalSensor(
            line: line, driver: ToyDriver(), correction: ThermalCorrection(rotation: .half), clocks: SystemClocks())
        var images: [CapturedImage] = []
        var isBack = false
        for await event in events(of: sensor) {
            switch event {
            case .state(.running, _):
                #expect(port.receive(6) == Array("START\n".utf8))
                port.send(try Self.log())
            case .image(let image):
                images.append(image)
                if images.count == 3, !isBack {
                    isBack = true
                    port.unplug()
                    try port.plugIn()
                }
                if images.count == 6 { sensor.stop() }
            default: break
            }
        }
        #expect(images.count == 6)
        #expect(images.allSatisfy { $0.width == 4 && $0.height == 2 && $0.unit == .decikelvin })
        // Turned by half: the last value comes first.
        #expect(images.map { $0.values?.first } == [2907, 2927, 2937, 2907, 2927, 2937])
    }
}
