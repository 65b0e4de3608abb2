/// What identifies an incident (Einsatz) for good, on every machine: the UTC second it was opened in and 32 random bits, such as
/// `20261130-142233-7f3a9c1e`. Sorts by time, can be read out, and is fit for a file's name as it stands.
public struct IncidentID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text form.
    public let text: String

    /// An identity for an incident that is opened at `time`; `random` tells incidents of one second apart.
    public init(openedAt time: WallTime, random: UInt32) {
        let hex = String(random, radix: 16)
        text = "\(Self.stamp(time))-\(String(repeating: "0", count: 8 - hex.count))\(hex)"
    }

    /// Nil when `text` has another form.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[8] == UInt8(ascii: "-"), bytes[15] == UInt8(ascii: "-") else { return nil }
        for (place, byte) in bytes.enumerated() where place != 8 && place != 15 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): continue
            case UInt8(ascii: "a")...UInt8(ascii: "f") where place > 15: continue
            default: return nil
            }
        }
        self.text = text
    }

    /// The text form.
    public var description: String { text }
    /// By the second of opening.
    public static func < (a: IncidentID, b: IncidentID) -> Bool { a.text < b.text }

    /// `yyyymmdd-hhmmss` in UTC, of years 0…9999; what lies beyond is clamped. Days to civil date: Hinnant, "chrono-Compatible
    /// Low-Level Date Algorithms".
    private static func stamp(_ time: WallTime) -> String {
        let seconds = min(max(floored(time.nanoseconds, by: 1_000_000_000), -62_167_219_200), 253_402_300_799)
        let (day, second) = (floored(seconds, by: 86_400), modulo(seconds, 86_400))
        let shifted = day + 719_468
        let era = floored(shifted, by: 146_097)
        let dayOfEra = modulo(shifted, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = digits(year, 4) + digits(month, 2) + digits(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2)
        return "\(date)-\(digits(second / 3_600, 2))\(digits(second / 60 % 60, 2))\(digits(second % 60, 2))"
    }
    private static func floored(_ value: Int64, by divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }
    private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        value - floored(value, by: divisor) * divisor
    }
    private static func digits(_ value: Int64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}

/// An incident: what people call it, and who opened it when.
public struct Incident: Hashable, Sendable, Codable {
    /// Unicode scalars that a name may have.
    public static let nameLimit = 120
    /// Which one.
    public var id: IncidentID
    /// What people call it.
    public var name: String
    /// When it was opened, by the clock of the machine that opened it.
    public var openedAt: WallTime
    /// The user who opened it; nil where the first object of a drone did.
    public var openedBy: String?

    /// An incident of its parts. Of `name` control characters are left out, as is what exceeds the limit; an empty one becomes
    /// "Einsatz".
    public init(id: IncidentID, name: String, openedAt: WallTime, openedBy: String?) {
        self.id = id
        self.name = Self.cleaned(name)
        self.openedAt = openedAt
        self.openedBy = openedBy
    }

    /// A name as an incident may have it.
    public static func cleaned(_ name: String) -> String {
        var kept = String.UnicodeScalarView()
        kept.append(
            contentsOf: name.unicodeScalars.lazy.filter { $0.value >= 32 && !(127...159).contains($0.value) }
                .prefix(nameLimit))
        return kept.isEmpty ? "Einsatz" : String(kept)
    }
}
