import FlightTypes

/// Reads NAV-PVT (01 07), which says in one frame what RMC, GGA and GSA say in three.
enum UBXNavigation {
    /// Bytes up to and including pDOP: u-blox 7 sends 84, later ones 92.
    private static let shortestPVT = 84

    /// What the frame says, nil if it is no NAV-PVT.
    static func observation(of frame: UBXFrame) -> NMEAObservation? {
        guard frame.messageClass == 0x01, frame.id == 0x07, frame.payload.count >= shortestPVT else { return nil }
        var out = NMEAObservation(address: 0xB562_0107)
        out.isTimed = true
        readTime(frame, &out)
        let flags = frame.unsigned(21, 1)
        out.satellites = Int(frame.unsigned(23, 1))
        let mode = mode(fixType: frame.unsigned(20, 1))
        let latitude = Double(frame.signed(28)) / 1e7
        let longitude = Double(frame.signed(24)) / 1e7
        // flags bit 0: within the limits the receiver is set to; flags3 bit 0: position invalid.
        let isUsable = flags & 1 == 1 && frame.unsigned(78, 1) & 1 == 0 && mode > 1
        guard isUsable, latitude.magnitude <= 90, longitude.magnitude <= 180 else {
            out.validity = .void
            out.mode = 1
            return out
        }
        out.validity = .valid
        out.mode = mode
        out.quality = quality(flags, fixType: frame.unsigned(20, 1))
        out.basis = basis(fixType: frame.unsigned(20, 1))
        out.latitude = latitude
        out.longitude = longitude
        out.altitude = Double(frame.signed(36)) / 1000
        out.geoidSeparation = (Double(frame.signed(32)) - Double(frame.signed(36))) / 1000
        out.horizontalAccuracy = Double(frame.unsigned(40, 4)) / 1000
        out.speed = Double(frame.signed(60).magnitude) / 1000
        let track = Double(frame.signed(64)) / 1e5
        if track.magnitude <= 360 { out.track = track < 0 ? track + 360 : track }
        return out
    }
    /// 0 none, 1 dead reckoning, 2 2D, 3 3D, 4 GNSS with dead reckoning, 5 time only (the place is the surveyed one).
    private static func mode(fixType: UInt32) -> UInt8 {
        switch fixType {
        case 2: 2
        case 1, 3, 4, 5: 3
        default: 1
        }
    }
    /// A time-only receiver gives the place it was told or surveyed once.
    private static func basis(fixType: UInt32) -> PoseBasis.Basis {
        switch fixType {
        case 1: .estimated
        case 5: .manual
        default: .measured
        }
    }
    /// As GGA numbers it. Bits 6 and 7 are the carrier phase solution, bit 1 differential corrections.
    private static func quality(_ flags: UInt32, fixType: UInt32) -> UInt8 {
        switch (fixType, flags >> 6 & 3, flags >> 1 & 1) {
        case (1, _, _): 6
        case (5, _, _): 7
        case (_, 2, _): 4
        case (_, 1, _): 5
        case (_, _, 1): 2
        default: 1
        }
    }
    private static func readTime(_ frame: UBXFrame, _ out: inout NMEAObservation) {
        let hour = Int64(frame.unsigned(8, 1))
        let minute = Int64(frame.unsigned(9, 1))
        let second = Int64(frame.unsigned(10, 1))
        guard hour < 24, minute < 60, second <= 60 else { return }
        // The fraction is −1…1 s; to the millisecond, so that NMEA of the same moment has the same time.
        let seconds = hour * 3600 + minute * 60 + second
        var milliseconds = seconds * 1000 + Int64((Double(frame.signed(16)) / 1e6).rounded())
        // valid: bit 0 date, bit 1 time of day.
        let isTrusted = frame.unsigned(11, 1) & 3 == 3
        let date = (Int(frame.unsigned(4, 2)), Int(frame.unsigned(6, 1)), Int(frame.unsigned(7, 1)))
        var day = isTrusted ? CivilTime.day(year: date.0, month: date.1, day: date.2) : nil
        if milliseconds < 0 {
            milliseconds += 86_400_000
            day = day.map { $0 - 1 }
        }
        out.timeOfDay = milliseconds * 1_000_000
        out.day = day
        out.isTimeTrusted = day != nil
    }
}
