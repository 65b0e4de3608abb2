import FlightTypes
import Foundation
import HotspotDetection
import Testing

/// Recordings of other people, outside the repository; where they are missing the test is skipped.
private let recordings: URL = {
    let root =
        ProcessInfo.processInfo.environment["LAGEBILD_DATA"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().appending(path: "../../../../shared/data")
    return root.standardizedFileURL.appending(path: "lepton-16bit")
}()

struct RecordedQuietTests {
    /// Still rooms and a skyline: nothing in them is a hot spot that anybody would want to be told of.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: recordings.path), "recordings are not on this machine"),
        arguments: ["noise_02", "noise_05", "skyline"])
    func staysQuiet(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: recordings.appending(path: "\(name).u16le")))
        let frameSize = 160 * 120 * 2
        var detector = HotspotDetector(configuration: .init(unit: .counts))
        var alarms = 0, frames = 0
        for start in stride(from: 0, to: bytes.count - frameSize + 1, by: frameSize * 10) {
            let pixels = Array(bytes[start..<(start + frameSize)])
            let image = try #require(ThermalImage(width: 160, height: 120, littleEndian: pixels))
            alarms += detector.detect(image).count
            frames += 1
        }
        #expect(frames >= 9 && alarms * 10 <= frames)
    }
}
