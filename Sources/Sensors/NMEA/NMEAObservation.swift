import FlightTypes

/// What one sentence (or one UBX frame) adds to the picture of a moment.
struct NMEAObservation: Sendable {
    /// Whether it speaks about the position at all, and if so whether the receiver stands by it.
    enum Validity: Sendable { case silent, valid, void }

    /// The sentence's address packed into a number; tells sentences of one cycle apart.
    var address: UInt64
    /// Whether the sentence belongs to the kinds that come once a cycle and carry the time.
    var isTimed = false
    var validity = Validity.silent
    /// Nanoseconds since midnight UTC.
    var timeOfDay: Int64?
    /// Whether the receiver stands by the time: some send a made-up one while the fix is void.
    var isTimeTrusted = false
    /// Days since 1970-01-01, from a trusted date.
    var day: Int?
    var latitude: Double?
    var longitude: Double?
    var altitude: Double?
    var geoidSeparation: Double?
    var speed: Double?
    var track: Double?
    var satellites: Int?
    var hdop: Double?
    var quality: UInt8?
    var horizontalAccuracy: Double?
    /// 1, 2 or 3 where the receiver says it (GSA, NAV-PVT).
    var mode: UInt8?
    /// What the position rests on where the receiver says that it is no plain satellite fix.
    var basis = PoseBasis.Basis.measured

    init(address: UInt64) { self.address = address }
}

/// Reads the sentences that say something about time, place and motion (NMEA 0183 4.x).
enum NMEASentence {
    /// How reading a sentence ended.
    enum Outcome { case understood, ignored, malformed }

    /// Metres per second in a knot: 1852 m an hour.
    static let metresPerSecondInKnot = 1852.0 / 3600.0

    /// Reads the text between `$` and `*`, which lies at `body` of `bytes`, into `observation`.
    static func read(_ bytes: [UInt8], _ body: Range<Int>, into observation: inout NMEAObservation) -> Outcome {
        guard let address = address(bytes, body), let reader = reader(address) else { return .ignored }
        observation = NMEAObservation(address: address)
        return reader(NMEAFields(bytes, body), &observation) ? .understood : .malformed
    }
    /// The address in one number: two letters of talker, three of kind. P starts proprietary sentences, which have
    /// addresses of their own.
    private static func address(_ bytes: [UInt8], _ body: Range<Int>) -> UInt64? {
        guard body.count >= 5, bytes[body.lowerBound] != UInt8(ascii: "P") else { return nil }
        guard body.count == 5 || bytes[body.lowerBound + 5] == UInt8(ascii: ",") else { return nil }
        var packed: UInt64 = 0
        for index in body.prefix(5) {
            guard bytes[index] != UInt8(ascii: ",") else { return nil }
            packed = packed << 8 | UInt64(bytes[index])
        }
        return packed
    }
    private static func reader(_ address: UInt64) -> ((NMEAFields, inout NMEAObservation) -> Bool)? {
        switch address & 0xFF_FFFF {
        case 0x524D43: readRMC
        case 0x474741: readGGA
        case 0x474C4C: readGLL
        case 0x474E53: readGNS
        case 0x475341: readGSA
        case 0x565447: readVTG
        case 0x5A4441: readZDA
        default: nil
        }
    }

    private static func readRMC(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 10, readTime(fields, 1, &out) else { return false }
        let isActive = fields.letter(2) == UInt8(ascii: "A") || fields.letter(2) == UInt8(ascii: "D")
        guard isActive, fields.letter(12) != UInt8(ascii: "N") else {
            out.validity = .void
            return true
        }
        out.basis = max(basis(ofMode: fields.letter(12)), basis(ofStatus: fields.letter(13)))
        out.day = fields.day(9)
        out.speed = fields.number(7).flatMap { $0 >= 0 ? $0 * metresPerSecondInKnot : nil }
        out.track = readTrack(fields, 8)
        return readPlace(fields, 3, &out)
    }
    private static func readGGA(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 10, readTime(fields, 1, &out) else { return false }
        out.quality = fields.whole(6).flatMap { UInt8(exactly: $0) }
        readQuality(fields, satellites: 7, hdop: 8, &out)
        guard let quality = out.quality, quality > 0 else {
            out.validity = .void
            return true
        }
        out.basis = basis(ofQuality: quality)
        out.altitude = fields.number(9)
        out.geoidSeparation = fields.number(11)
        return readPlace(fields, 2, &out)
    }
    private static func readGNS(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 11, readTime(fields, 1, &out) else { return false }
        readQuality(fields, satellites: 7, hdop: 8, &out)
        // One letter per constellation; N everywhere is no fix. Field 13 (4.1): V is not valid for navigation only.
        guard fields.holdsOther(6, than: "N") else {
            out.validity = .void
            return true
        }
        out.basis = max(fields.letters(6).map(basis(ofMode:)).min() ?? .measured, basis(ofStatus: fields.letter(13)))
        out.altitude = fields.number(9)
        out.geoidSeparation = fields.number(10)
        return readPlace(fields, 2, &out)
    }
    private static func readGLL(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 7, readTime(fields, 5, &out) else { return false }
        guard fields.letter(6) == UInt8(ascii: "A"), fields.letter(7) != UInt8(ascii: "N") else {
            out.validity = .void
            return true
        }
        out.basis = basis(ofMode: fields.letter(7))
        return readPlace(fields, 1, &out)
    }
    /// The mode indicator of RMC, GLL, GNS and VTG (NMEA 2.3): A autonomous, D differential, E reckoned, F and R RTK, M typed in, P
    /// precise, S simulated. N, no fix, stands in GNS for a constellation without one, beside others.
    private static func basis(ofMode letter: UInt8?) -> PoseBasis.Basis {
        switch letter {
        case UInt8(ascii: "E"): .estimated
        case UInt8(ascii: "M"): .manual
        case UInt8(ascii: "S"): .simulated
        case UInt8(ascii: "N"): .faulty
        default: .measured
        }
    }
    /// The navigational status of RMC and GNS (NMEA 4.1): S safe, C caution, U unsafe; V where the receiver does not judge.
    private static func basis(ofStatus letter: UInt8?) -> PoseBasis.Basis {
        switch letter {
        case UInt8(ascii: "C"): .unstated
        case UInt8(ascii: "U"): .faulty
        default: .measured
        }
    }
    /// The quality indicator of GGA.
    private static func basis(ofQuality quality: UInt8) -> PoseBasis.Basis {
        switch quality {
        case 6: .estimated
        case 7: .manual
        case 8: .simulated
        default: .measured
        }
    }
    private static func readGSA(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 18 else { return false }
        guard let mode = fields.whole(2), (1...3).contains(mode) else { return false }
        out.mode = UInt8(mode)
        return true
    }
    private static func readVTG(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 6 else { return false }
        guard fields.letter(9) != UInt8(ascii: "N"), fields.letter(9) != UInt8(ascii: "E") else { return true }
        out.speed = fields.number(5).flatMap { $0 >= 0 ? $0 * metresPerSecondInKnot : nil }
        out.track = readTrack(fields, 1)
        return true
    }
    private static func readZDA(_ fields: NMEAFields, _ out: inout NMEAObservation) -> Bool {
        guard fields.count >= 5, readTime(fields, 1, &out) else { return false }
        // Before the first fix receivers send ZDA with empty fields.
        guard let day = fields.whole(2), let month = fields.whole(3), let year = fields.whole(4) else { return true }
        out.day = CivilTime.day(year: year, month: month, day: day)
        out.isTimeTrusted = out.day != nil && out.timeOfDay != nil
        return out.day != nil
    }

    /// An empty time is in order (cold start), a garbled one is not.
    private static func readTime(_ fields: NMEAFields, _ index: Int, _ out: inout NMEAObservation) -> Bool {
        out.isTimed = true
        out.timeOfDay = fields.timeOfDay(index)
        return out.timeOfDay != nil || fields.isEmpty(index)
    }
    /// A sentence that says it is valid and gives no place is void; a garbled place makes it unreadable.
    private static func readPlace(_ fields: NMEAFields, _ index: Int, _ out: inout NMEAObservation) -> Bool {
        guard !fields.isEmpty(index) || !fields.isEmpty(index + 2) else {
            out.validity = .void
            return true
        }
        guard let latitude = fields.latitude(index), let longitude = fields.longitude(index + 2) else { return false }
        out.latitude = latitude
        out.longitude = longitude
        out.validity = .valid
        out.isTimeTrusted = out.timeOfDay != nil
        return true
    }
    private static func readTrack(_ fields: NMEAFields, _ index: Int) -> Double? {
        fields.number(index).flatMap { $0 >= 0 && $0 <= 360 ? $0 : nil }
    }
    private static func readQuality(_ fields: NMEAFields, satellites: Int, hdop: Int, _ out: inout NMEAObservation) {
        out.satellites = fields.whole(satellites)
        // Receivers send 99.99 for "none".
        out.hdop = fields.number(hdop).flatMap { $0 >= 0 && $0 < 99 ? $0 : nil }
    }
}
