import FlightTypes
import Lookout
import Testing

@testable import DroneAgent

@Suite struct DetectionStageTests {
    private let settings = LookSettings(horizontalFieldOfViewDegrees: 57)

    /// A warm spot in the middle of a 64 × 48 picture.
    private func frame(_ number: UInt64) -> ThermalFrame {
        var values = [UInt16](repeating: 29_300, count: 64 * 48)
        for index in values.indices { values[index] += UInt16(index * 7919 % 13) }
        for y in 23...24 { for x in 31...32 { values[y * 64 + x] = 31_000 } }
        return ThermalFrame(
            id: ObjectID(flight: 1, stream: StreamID(.thermal), sequence: number),
            captureTime: CaptureTime(monotonic: MonotonicInstant(nanoseconds: 1), wall: WallTime(nanoseconds: 1)),
            pose: .unknown, unit: .centikelvin, width: 64, height: 48, values: values)
    }

    /// Of five frames that come before the detector has begun two wait, and three go and are told of.
    @Test func theNewestAreLookedAtAndWhatIsLeftOutIsCounted() async throws {
        let (told, progress) = AsyncStream.makeStream(of: [UInt64].self)
        let (reports, reported) = AsyncStream.makeStream(of: DetectionReport.self)
        let stage = DetectionStage(
            settings, current: nil, index: 0, onReport: { reported.yield($0) },
            onProgress: { progress.yield([$0, $1]) })
        for number in 0..<5 { stage.append(frame(UInt64(number))) }
        stage.start()
        var (counts, looked) = (told.makeAsyncIterator(), reports.makeAsyncIterator())
        #expect(await counts.next() == [2, 3])
        stage.append(frame(5))
        #expect(await counts.next() == [1, 0])
        for (number, frame) in [UInt64(3), 4, 5].enumerated() {
            let report = try #require(await looked.next())
            #expect(report.id.sequence == UInt64(number) && report.sequence == frame && report.detections.count == 1)
        }
        stage.stop()
    }
}
