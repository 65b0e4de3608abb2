/// A square of the UTM reference system (UTMREF, in NATO use MGRS), as fire brigades speak it: `32U LC 42500 03028`.
///
/// Coordinates are cut off, never rounded: the text names the square in which the place lies (STANAG 2211).
public struct UTMREF: Hashable, Sendable, CustomStringConvertible {
    /// 1…60.
    public let zone: Int
    /// Latitude band, `C`…`X` without `I` and `O`.
    public let band: Character
    /// Column and row letter of the 100 km square.
    public let square: String
    /// Digits per coordinate, 0 (100 km) … 5 (1 m).
    public let digits: Int
    /// Coordinates within the 100 km square in units of `sizeMetres`.
    public let easting: Int, northing: Int
    /// The square's south-western corner in the grid.
    public let southWest: UTM

    /// Edge of the named square in metres: 1 for five digits, 100 000 for none.
    public var sizeMetres: Double { Double(Self.size(digits: digits)) }
    /// Middle of the named square: the best guess of a place of which only the text is known.
    public var centre: GeodeticPosition {
        let half = sizeMetres / 2
        let middle = UTM(
            zone: zone, isNorthern: southWest.isNorthern, easting: southWest.easting + half,
            northing: southWest.northing + half)
        return (middle ?? southWest).position
    }
    /// With spaces, as it is written in German fire brigades: `32U LC 42500 03028`.
    public var description: String {
        digits == 0
            ? "\(zone)\(band) \(square)"
            : "\(zone)\(band) \(square) \(Self.padded(easting, digits)) \(Self.padded(northing, digits))"
    }
    /// Without spaces and with two zone digits: `32ULC4250003028`.
    public var compact: String {
        Self.padded(zone, 2) + String(band) + square
            + (digits == 0 ? "" : Self.padded(easting, digits) + Self.padded(northing, digits))
    }

    /// The square of `digits` (0…5) that holds `position`; nil outside latitude −80…84.
    public init?(_ position: GeodeticPosition, digits: Int = 5) {
        guard (0...5).contains(digits), let grid = UTM(position) else { return nil }
        // A corner found from a text would otherwise fall into its neighbour by a few nanometres when written again.
        let nudge = 1e-6
        let east = grid.easting + nudge, north = grid.northing + nudge
        guard (100_000..<900_000).contains(east), (0..<10_000_000).contains(north) else { return nil }
        let (wholeEast, wholeNorth) = (Int(east), Int(north))
        let column = Self.columns(zone: grid.zone)[wholeEast / 100_000 - 1]
        let row = Self.rows[(wholeNorth / 100_000 + Self.rowOffset(zone: grid.zone)) % 20]
        let bandIndex = min(Int((position.latitude + 80) / 8), 19)
        self.init(
            zone: grid.zone, bandIndex: bandIndex, square: String([column, row]), digits: digits,
            east: wholeEast, north: wholeNorth)
    }

    /// The digits that an error allows: the square's edge is at least a fifth of the error, so that nobody reads metres where tens of
    /// metres are meant. 5 below 5 m, 4 below 50 m, 3 below 500 m …; 0 where the error is no number.
    public static func digits(errorMetres: Double) -> Int {
        (1...5).reversed().first { errorMetres < 5 * Double(size(digits: $0)) } ?? 0
    }

    /// The square a text names, spaces and letter case aside; nil if it is malformed or names none.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 32 else { return nil }
        var rest = text.uppercased().utf8.filter { $0 != UInt8(ascii: " ") }[...]
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
        let zoneDigits = rest.prefix(2).prefix(while: isDigit)
        let zone = number(zoneDigits)
        rest = rest.dropFirst(zoneDigits.count)
        let letters = rest.prefix(3).map { Character(UnicodeScalar($0)) }
        let figures = rest.dropFirst(3)
        guard (1...60).contains(zone), letters.count == 3, figures.count <= 10, figures.count.isMultiple(of: 2),
            figures.allSatisfy(isDigit), let bandIndex = Self.bands.firstIndex(of: letters[0]),
            let column = Self.columns(zone: zone).firstIndex(of: letters[1]),
            let row = Self.rows.firstIndex(of: letters[2])
        else { return nil }
        let digits = figures.count / 2
        let unit = Self.size(digits: digits)
        let east = (column + 1) * 100_000 + number(figures.prefix(digits)) * unit
        let inSquare = number(figures.suffix(digits)) * unit
        let row100 = (row + 20 - Self.rowOffset(zone: zone)) % 20
        guard
            let north = Self.northing(
                rowNorthing: row100 * 100_000, inSquare: inSquare, east: east, zone: zone, bandIndex: bandIndex)
        else { return nil }
        self.init(
            zone: zone, bandIndex: bandIndex, square: String(letters[1...2]), digits: digits, east: east, north: north)
    }

    private init?(zone: Int, bandIndex: Int, square: String, digits: Int, east: Int, north: Int) {
        let unit = Self.size(digits: digits)
        let corner = UTM(
            zone: zone, isNorthern: bandIndex >= 10, easting: Double(east / unit * unit),
            northing: Double(north / unit * unit))
        guard let corner else { return nil }
        self.zone = zone
        self.band = Self.bands[bandIndex]
        self.square = square
        self.digits = digits
        self.easting = east % 100_000 / unit
        self.northing = north % 100_000 / unit
        self.southWest = corner
    }

    /// Row letters repeat every 2 000 km: picks the repetition that lies in the band, with a 100 km square's slack.
    private static func northing(rowNorthing: Int, inSquare: Int, east: Int, zone: Int, bandIndex: Int) -> Int? {
        let bandSouth = Double(bandIndex) * 8 - 80
        let bandNorth = bandIndex == 19 ? 84 : bandSouth + 8
        for cycle in 0..<5 {
            let north = rowNorthing + inSquare + cycle * 2_000_000
            let grid = UTM(zone: zone, isNorthern: bandIndex >= 10, easting: Double(east), northing: Double(north))
            guard let latitude = grid?.position.latitude else { continue }
            if latitude > bandSouth - 1, latitude < bandNorth + 0.01 { return north }
        }
        return nil
    }

    private static let bands = Array("CDEFGHJKLMNPQRSTUVWX")
    private static let rows = Array("ABCDEFGHJKLMNPQRSTUV")
    private static let columnSets = [Array("STUVWXYZ"), Array("ABCDEFGH"), Array("JKLMNPQR")]
    private static func columns(zone: Int) -> [Character] { columnSets[zone % 3] }
    /// Even zones start their rows at `F`.
    private static func rowOffset(zone: Int) -> Int { zone.isMultiple(of: 2) ? 5 : 0 }
    private static func size(digits: Int) -> Int { [100_000, 10_000, 1_000, 100, 10, 1][digits] }
    private static func padded(_ value: Int, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
