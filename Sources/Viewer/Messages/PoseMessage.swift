import FlightTypes
import Geodesy
import Situation

/// A pose as JSON; unknown values are left out.
public struct PoseMessage: Encodable, Sendable {
    var latitude: Double
    var longitude: Double
    var altitudeMSL: Double?
    var height: Double?
    var yaw: Double?
    var speed: Double?
    var course: Double?
    var fix: Int
    var satellites: Int?
    var battery: Int?
    var quality: String
    var ageMs: Int
    var atMs: Double?
    var utmref: String?
    /// What is doubtful about it; left out when nothing is.
    var doubts: [String]?
    /// Why nothing is placed with it; left out where nothing speaks against it.
    var obstacle: String?
    /// Position error beside the usual one, one sigma, metres; left out where there is none or nobody can say.
    var marginMetres: Double?

    /// Nil when the pose has no position.
    public init?(_ pose: Pose, batteryPercent: UInt8 = 255, atMs: Double? = nil) {
        guard pose.hasPosition, pose.latitude.isFinite, pose.longitude.isFinite else { return nil }
        func known(_ value: Float) -> Double? { value.isFinite ? Double(value) : nil }
        latitude = pose.latitude
        longitude = pose.longitude
        altitudeMSL = known(pose.altitudeMSLMetres)
        height = known(pose.heightMetres)
        yaw = known(pose.yawDegrees)
        speed = known(pose.groundSpeed)
        course = known(pose.courseDegrees)
        fix = Int(pose.fix)
        satellites = pose.satellites == 255 ? nil : Int(pose.satellites)
        battery = batteryPercent == 255 ? nil : Int(batteryPercent)
        quality = "\(pose.quality)"
        ageMs = Int(pose.ageMilliseconds)
        self.atMs = atMs
        utmref = utmrefText(latitude: pose.latitude, longitude: pose.longitude)
        let names = Self.names.filter { pose.remarks.contains($0.remark) }.map(\.name) + Self.doubts(pose.basis)
        doubts = names.isEmpty ? nil : names
        obstacle = pose.obstacle.map { "\($0)" }
        let margin = pose.basis.positionMarginMetres
        marginMetres = margin > 0 ? known(margin) : nil
    }

    /// A part and what it rests on, such as `positionEstimated`; what is merely carried on the quality tells already.
    private static func doubts(_ basis: PoseBasis) -> [String] {
        let parts = [
            ("position", basis.position), ("height", basis.height), ("attitude", basis.attitude),
            ("direction", basis.direction),
        ]
        return parts.filter { $0.1 != .measured && $0.1 != .carried }.map { part, basis in
            part + "\(basis)".prefix(1).uppercased() + "\(basis)".dropFirst()
        } + (basis.yawMarginDegrees >= 15 ? ["yawDoubtful"] : [])
    }

    private static let names: [(remark: Pose.Remarks, name: String)] = [
        (.jump, "jump"), (.outOfRange, "outOfRange"), (.motion, "motion"), (.sourceTime, "sourceTime"),
        (.nullIsland, "nullIsland"),
    ]
}

extension StateMessage.Drone {
    /// A drone of the board, with what its link says.
    public init(_ drone: SituationBoard.Drone, link: StateMessage.Link?) {
        var link = link
        link?.rung = drone.status?.link?.rung
        link?.kilobitsPerSecond = drone.status?.link?.kilobitsPerSecond
        link?.missing = drone.status?.link?.missing
        self.init(
            id: drone.id.name, connected: drone.isConnected,
            lastSeenMs: drone.lastSeen.map { Double($0.nanoseconds) / 1e6 },
            streams: drone.streams.keys.map(\.description).sorted(), link: link,
            sensors: drone.status?.sensors.map {
                .init(
                    stream: $0.stream.description, state: "\($0.state)", taken: $0.taken, lost: $0.lost,
                    note: $0.note.map { .init(kind: "\($0.kind)", text: $0.text) })
            } ?? [],
            onboardRecording: drone.status?.isRecording,
            onboardNote: drone.status?.recordNote.map { .init(kind: "\($0.kind)", text: $0.text) },
            telemetry: drone.telemetry.flatMap {
                PoseMessage(
                    $0.sample.pose, batteryPercent: $0.sample.batteryPercent, atMs: Double($0.at.nanoseconds) / 1e6)
            })
    }
}
