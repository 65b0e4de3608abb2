import Terminal
import ConfigurationFile
import FlightTypes
import Geodesy
import Lookout
import Recording

/// What a record holds of a hover: positions and reports of warm spots, by the drone's monotonic clock.
struct RecordedHover {
    /// In the order of time.
    let poses: PoseLog
    /// A report with at least one spot each.
    let candidates: [HoverCandidates]

    /// More objects of one kind are not taken: some 15 hours of positions at 10 a second.
    private static let limit = 500_000

    init(path: String, thermal: UInt8, flight wanted: UInt32?) throws {
        let reader = try IncidentReader(path: PathForms.existing(path))
        try complainIfIncomplete(reader)
        let reports = StreamID(.detections, thermal)
        var flights: [String: (poses: [TimedPose], candidates: [HoverCandidates])] = [:]
        var position: Int64 = 0
        var unreadable = 0
        while case let batch = try reader.objects(after: position, limit: 256), let last = batch.last {
            position = last.position
            for stored in batch {
                guard let object = try? FlightObject(decoding: stored.bytes) else {
                    unreadable += 1
                    continue
                }
                guard wanted.map({ $0 == object.id.flight }) ?? true else { continue }
                let flight = "\(stored.drone), flight \(object.id.flight)"
                guard flights[flight] != nil || flights.count < 64 else {
                    throw CommandFailure("\(path): holds more than 64 flights; name one with --flight")
                }
                switch object {
                case .telemetry(let sample):
                    // What nothing can be placed with calibrates nothing.
                    guard let pose = TimedPose(sample) else { continue }
                    guard flights[flight]?.poses.count ?? 0 < Self.limit else { throw Self.tooMany(path) }
                    flights[flight, default: ([], [])].poses.append(pose)
                case .detections(let report) where report.id.stream == reports && !report.detections.isEmpty:
                    guard flights[flight]?.candidates.count ?? 0 < Self.limit else { throw Self.tooMany(path) }
                    flights[flight, default: ([], [])].candidates.append(HoverCandidates(report))
                default: break
                }
            }
        }
        // A calibration from half a record would look like one from all of it.
        guard unreadable == 0 else {
            throw CommandFailure(
                "\(path): \(unreadable) objects are damaged; lagebild incidents verify says which; nothing was calculated"
            )
        }
        let useful = flights.filter { !$0.value.candidates.isEmpty && $0.value.poses.count >= 2 }
        guard useful.count <= 1 else {
            throw CommandFailure(
                "\(path): holds several flights (\(useful.keys.sorted().joined(separator: "; "))); name one with --flight"
            )
        }
        guard let only = useful.values.first, let log = PoseLog(Self.inOrder(only.poses)) else {
            throw CommandFailure("\(path): holds no flight with positions and reports of \(reports)")
        }
        poses = log
        candidates = only.candidates
    }

    private static func tooMany(_ path: String) -> CommandFailure {
        CommandFailure("\(path): more than \(limit) positions or reports of one flight; nothing was calculated")
    }

    /// By time; of equal times the first. Backfill brings objects late.
    private static func inOrder(_ poses: [TimedPose]) -> [TimedPose] {
        var ordered: [TimedPose] = []
        for pose in poses.sorted(by: { $0.seconds < $1.seconds })
        where ordered.last.map({ $0.seconds < pose.seconds }) ?? true { ordered.append(pose) }
        return ordered
    }
}

extension TimedPose {
    fileprivate init?(_ sample: TelemetrySample) {
        guard let sighting = Sighting(sample.pose) else { return nil }
        self.init(seconds: Double(sample.captureTime.monotonic.nanoseconds) / 1e9, pose: sighting.pose)
    }
}

extension HoverCandidates {
    fileprivate init(_ report: DetectionReport) {
        self.init(
            seconds: Double(report.captureTime.monotonic.nanoseconds) / 1e9,
            pixels: report.detections.map {
                ImagePoint(x: Double($0.centroidX) + 0.5, y: Double($0.centroidY) + 0.5)
            })
    }
}
