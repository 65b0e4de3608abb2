import FlightTypes

@testable import Sensors

/// Parsers of positions: whatever comes, what leaves them is bounded, and cutting the bytes elsewhere changes nothing.
enum PositionTargets {
    private static let time = CaptureTime(
        monotonic: MonotonicInstant(nanoseconds: 1_000_000_000), wall: WallTime(nanoseconds: 1_790_000_000_000_000_000))

    /// The bytes in pieces of a length that the first byte decides.
    private static func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        guard let first = bytes.first else { return [] }
        let size = Int(first) % 61 + 1
        return stride(from: 1, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
    }

    static func mavlink(_ bytes: [UInt8]) {
        var parser = MAVLinkParser()
        var telemetry = MAVLinkTelemetry()
        var check = PositionPlausibility()
        var timeline = PoseTimeline(limit: 8)
        for piece in pieces(bytes) {
            parser.handle(piece)
            while let packet = parser.next() {
                must(packet.payload.count <= 255, "a payload is bounded")
                if let layout = MAVLinkLayout.of(packet.messageID) {
                    must(layout.fullSize > 0, "a layout is not empty")
                }
                guard let sample = telemetry.handle(packet, at: time) else { continue }
                timeline.insert(check.marked(sample))
            }
        }
        must(timeline.count <= 8, "the timeline is bounded")
        _ = timeline.pose(at: time.monotonic)
    }

    static func tlog(_ bytes: [UInt8]) {
        var reader = TlogReader()
        var whole = 0
        for piece in pieces(bytes) {
            reader.handle(piece)
            while reader.next() != nil { whole += 1 }
        }
        reader.finish()
        while reader.next() != nil { whole += 1 }
        must(whole <= bytes.count / 8, "a record has at least a time")
    }

    static func nmea(_ bytes: [UInt8]) {
        var parser = NMEAParser()
        var check = PositionPlausibility()
        for piece in pieces(bytes) {
            parser.handle(piece)
            while let report = parser.nextReport() {
                let sample = check.marked(PositionSample(captureTime: time, pose: report.pose))
                must(sample.pose.latitude.isNaN == report.pose.latitude.isNaN, "a check hides nothing")
            }
        }
        parser.finish()
        while parser.nextReport() != nil {}
    }

    static func gpsd(_ bytes: [UInt8]) {
        var parser = GPSDParser()
        for piece in pieces(bytes) {
            parser.handle(piece)
            while parser.next() != nil {}
        }
        must(parser.counters.bytes == UInt64(max(0, bytes.count - 1)), "all bytes are counted")
    }
}
