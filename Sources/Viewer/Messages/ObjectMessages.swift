import FlightTypes
import Foundation
import ImageCoding
import Situation

/// The JSON that goes before a frame's payload in a binary message.
struct FrameHeaderMessage: Encodable {
    var drone: String
    var stream: String
    var sequence: UInt64
    var captureMs: Double
    var captureWallMs: Double
    var encoding: String
    var unit: String
    var width: UInt16
    var height: UInt16
    var frozen: Bool
    var blind: Bool
    /// The sensor corrects itself (flat field).
    var correcting: Bool
    /// Values that the sensor cannot measure.
    var implausible: Bool
    /// How far a thermal value may be off, in its unit; only where it may.
    var bound: Int?
    var pose: PoseMessage?
}

/// A detection report as JSON.
struct DetectionsMessage: Encodable {
    struct Place: Encodable {
        var latitude: Double
        var longitude: Double
        var radius: Double
        var utmref: String?
    }
    struct Item: Encodable {
        var x: UInt16, y: UInt16, width: UInt16, height: UInt16
        var centroidX: Float, centroidY: Float
        var peak: UInt16
        var contrast: Int32
        var score: Float
        var temperature: Double?
        var place: Place?
    }
    let type = "detections"
    var drone: String
    /// Tells the runs of the agent apart: numbers of tracks begin anew with each.
    var flight: UInt32
    var stream: String
    var sequence: UInt64
    var atMs: Double
    var detections: [Item]
    var tracks: [TrackMessage]
    /// A JPEG of the pictured track's, else the strongest one's surroundings in base 64, where the drone sent one.
    var crop: String?
}

/// Turns hub objects into what the socket carries. `units` remembers each stream's unit, so that peaks of
/// reports that do not tell theirs become °C.
struct MessageEncoder {
    enum Message {
        case text([UInt8])
        case binary([UInt8])
    }
    /// Largest thermal picture that is unpacked for a browser, pixels: no sensor has a quarter of that, and each slow browser
    /// may hold one.
    static let pixelsLimit = 1 << 22
    private let json = JSONEncoder()
    private var units: [String: ThermalUnit] = [:]

    mutating func encode(_ arrival: HubObject) -> Message? {
        switch arrival.object {
        case .frame(let frame): return encode(frame, arrival)
        case .detections(let report): return encode(report, arrival)
        case .telemetry, .status: return nil  // They reach the page with the next state message.
        case .camera, .unknown: return nil  // The page needs none of it.
        }
    }

    func text(_ value: some Encodable) -> [UInt8]? { (try? json.encode(value)).map { Array($0) } }

    private mutating func encode(_ frame: Frame, _ arrival: HubObject) -> Message? {
        let key = "\(arrival.drone) \(frame.id.stream)"
        if units.count < 256 || units[key] != nil { units[key] = frame.unit }
        guard let (payload, bound) = pixels(of: frame) else { return nil }
        let header = FrameHeaderMessage(
            drone: arrival.drone.name, stream: frame.id.stream.description, sequence: frame.id.sequence,
            captureMs: Double(arrival.shownTime.nanoseconds) / 1e6,
            captureWallMs: Double(frame.captureTime.wall.nanoseconds) / 1e6,
            encoding: frame.encoding == .jpeg ? "jpeg" : "gray16", unit: "\(frame.unit)", width: frame.width,
            height: frame.height,
            frozen: frame.flags.contains(.frozen), blind: frame.flags.contains(.blind),
            correcting: frame.flags.contains(.flatField), implausible: frame.flags.contains(.implausible),
            bound: bound > 0 ? bound : nil, pose: PoseMessage(frame.pose))
        guard let bytes = text(header) else { return nil }
        var writer = ByteWriter(capacity: 4 + bytes.count + payload.count)
        writer.write(UInt32(bytes.count))
        writer.write(bytes: bytes)
        writer.write(bytes: payload)
        return .binary(writer.bytes)
    }

    /// What the page draws: a JPEG file, or 16-bit values. Nil when a coded picture is damaged or of another size than stated.
    private func pixels(of frame: Frame) -> (payload: [UInt8], bound: Int)? {
        guard frame.encoding == .codedGray16 else { return (frame.payload, 0) }
        // What the head says is looked at before anything is unpacked: a few bytes can stand for many.
        guard Int(frame.width) * Int(frame.height) <= Self.pixelsLimit,
            let stated = ThermalCoder.Header(frame.payload), stated.width == Int(frame.width),
            stated.height == Int(frame.height), let (header, values) = try? ThermalCoder.decode(frame.payload)
        else { return nil }
        return (Gray16.payload(values), header.bound)
    }

    private func encode(_ report: DetectionReport, _ arrival: HubObject) -> Message? {
        // Reports of older agents do not say it; then it is that of the stream's pictures.
        let unit = report.unit != .none ? report.unit : units["\(arrival.drone) \(report.stream)"] ?? .none
        let items = report.detections.filter { $0.centroidX.isFinite && $0.centroidY.isFinite && $0.score.isFinite }.map
        { item in
            DetectionsMessage.Item(
                x: item.x, y: item.y, width: item.width, height: item.height, centroidX: item.centroidX,
                centroidY: item.centroidY, peak: item.peak, contrast: item.contrast, score: item.score,
                temperature: celsius(item.peak, unit),
                place: item.place.flatMap { place in
                    guard place.radiusMetres.isFinite, place.latitude.isFinite, place.longitude.isFinite else {
                        return nil
                    }
                    return DetectionsMessage.Place(
                        latitude: place.latitude, longitude: place.longitude, radius: Double(place.radiusMetres),
                        utmref: utmrefText(
                            latitude: place.latitude, longitude: place.longitude,
                            errorMetres: Double(place.radiusMetres)))
                })
        }
        let message = DetectionsMessage(
            drone: arrival.drone.name, flight: report.id.flight, stream: report.stream.description,
            sequence: report.sequence, atMs: Double(arrival.shownTime.nanoseconds) / 1e6, detections: items,
            tracks: report.tracks.compactMap { TrackMessage($0, unit: unit) },
            crop: report.crop.isEmpty ? nil : Data(report.crop).base64EncodedString())
        return text(message).map { .text($0) }
    }

    private func celsius(_ value: UInt16, _ unit: ThermalUnit) -> Double? {
        switch unit {
        case .centikelvin: Double(value) / 100 - 273.15
        case .decikelvin: Double(value) / 10 - 273.15
        case .counts, .none: nil
        }
    }
}
