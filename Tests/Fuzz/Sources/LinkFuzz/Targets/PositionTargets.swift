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

    /// The session that drives a parser: samples are bounded by bytes, and a verdict has a sentence.
    private static func session(_ bytes: [UInt8], _ make: () -> some PositionSession) {
        var session = make()
        var samples = 0
        for (number, piece) in pieces(bytes).enumerated() {
            let now = CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: Int64(number) * 700_000_000), wall: time.wall)
            session.take(piece, at: now) { sample in
                samples += 1
                must(sample.pose.basis.positionMarginMetres >= 0, "a margin is an error")
            }
            if let verdict = session.verdict(at: now.monotonic) {
                must(!verdict.note.text.isEmpty, "a verdict says why")
            }
        }
        must(samples <= bytes.count, "samples are bounded")
        session.restart()
    }

    static func mavlink(_ bytes: [UInt8]) {
        session(bytes) { MAVLinkSession(baud: 57_600) }
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
        session(bytes) { NMEASession(baud: 9600) }
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
        session(bytes) { GPSDSession() }
        var parser = GPSDParser()
        for piece in pieces(bytes) {
            parser.handle(piece)
            while parser.next() != nil {}
        }
        must(parser.counters.bytes == UInt64(max(0, bytes.count - 1)), "all bytes are counted")
    }
}
