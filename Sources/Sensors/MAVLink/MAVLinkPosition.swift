import FlightTypes

/// Positions out of MAVLink's integers. Source: mavlink.io, common messages; offsets of the wire order.
enum MAVLinkPosition {
    /// Of GLOBAL_POSITION_INT: `lat@4 lon@8` 1e-7°, `alt@12 relative_alt@16` mm, `vx@20 vy@22` cm/s north and east,
    /// `hdg@26` 0.01°.
    static func global(_ packet: MAVLinkPacket) -> Pose? {
        guard var pose = pose(latitude: packet.int32(at: 4), longitude: packet.int32(at: 8)) else { return nil }
        pose.altitudeMSLMetres = metres(packet.int32(at: 12))
        pose.heightMetres = metres(packet.int32(at: 16))
        pose.yawDegrees = degrees(packet.uint16(at: 26))
        let north = Double(packet.int16(at: 20)) / 100
        let east = Double(packet.int16(at: 22)) / 100
        let speed = (north * north + east * east).squareRoot()
        pose.groundSpeed = Float(speed)
        // Standing still there is no course.
        if speed > 0 { pose.courseDegrees = MAVLinkAngle.compass(radians: MAVLinkAngle.atan2(east, north)) }
        return pose
    }
    /// Nil for the 0/0 of an autopilot without a position, and for what lies outside the globe.
    static func pose(latitude: Int32, longitude: Int32) -> Pose? {
        guard latitude != 0 || longitude != 0 else { return nil }
        let north = Double(latitude) / 1e7
        let east = Double(longitude) / 1e7
        guard north.magnitude <= 90, east.magnitude <= 180 else { return nil }
        return Pose(latitude: north, longitude: east)
    }
    static func metres(_ millimetres: Int32) -> Float { Float(Double(millimetres) / 1000) }
    /// Of hundredths of a degree; 65,535 and what is no angle are unknown.
    static func degrees(_ hundredths: UInt16) -> Float {
        hundredths > 36_000 ? .nan : PoseAngle.compass(Float(hundredths) / 100)
    }
}

/// What GPS_RAW_INT says: `lat@8 lon@12` 1e-7°, `alt@16` mm, `vel@24` cm/s, `cog@26` 0.01°, `fix_type@28`,
/// `satellites_visible@29`, extension `h_acc@34` mm. GPS2_RAW says the same of a second receiver, with `vel@28 cog@30
/// fix_type@32 satellites_visible@33` and `h_acc@41`.
struct MAVLinkSatelliteFix: Sendable {
    /// As GPS_FIX_TYPE, 0…8.
    let fix: UInt8
    /// 255 unknown.
    let satellites: UInt8
    /// Nil without at least a 2D fix or without a position.
    let pose: Pose?
    /// NaN when not stated, which the extension says by a zero.
    let accuracyMetres: Float

    init(_ packet: MAVLinkPacket) {
        let isSecond = packet.messageID == 124
        let motion = isSecond ? 28 : 24
        fix = packet.uint8(at: motion + 4)
        satellites = packet.uint8(at: motion + 5)
        let stated = packet.uint32(at: isSecond ? 41 : 34)
        accuracyMetres = stated == 0 || stated > 1_000_000_000 ? .nan : Float(stated) / 1000
        guard fix >= 2, var place = MAVLinkPosition.pose(latitude: packet.int32(at: 8), longitude: packet.int32(at: 12))
        else {
            pose = nil
            return
        }
        if fix >= 3 { place.altitudeMSLMetres = MAVLinkPosition.metres(packet.int32(at: 16)) }
        let speed = packet.uint16(at: motion)
        if speed != .max { place.groundSpeed = Float(speed) / 100 }
        place.courseDegrees = MAVLinkPosition.degrees(packet.uint16(at: motion + 2))
        pose = place
    }
}
