import FlightTypes
import Foundation
import Testing

@Suite struct IncidentTests {
    @Test func anIdentityNamesItsSecond() {
        // date -u -d @1796048553 prints Mon Nov 30 14:22:33 UTC 2026.
        let id = IncidentID(openedAt: WallTime(nanoseconds: 1_796_048_553_999_999_999), random: 0x7f3a)
        #expect(id.text == "20261130-142233-00007f3a")
        #expect(IncidentID(id.text) == id)
    }

    /// Against Foundation's calendar, over the centuries.
    @Test func datesAreThoseOfTheCalendar() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd-HHmmss"
        for step in Int64(-200)...280 {
            let seconds = step * 32_012_345
            let text = IncidentID(openedAt: WallTime(nanoseconds: seconds * 1_000_000_000 + 5), random: .max).text
            #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))) + "-ffffffff")
        }
        #expect(IncidentID(openedAt: WallTime(nanoseconds: .min), random: 0).text.hasPrefix("16770921-"))
        #expect(IncidentID(openedAt: WallTime(nanoseconds: .max), random: 0).text.hasPrefix("22620411-"))
    }

    @Test(arguments: [
        "", "20261130-142233-7f3a9c1", "20261130-142233-7F3A9C1E", "20261130-142233-7f3a9c1e0",
        "2026a130-142233-7f3a9c1e",
        "20261130/142233-7f3a9c1e", "../../etc/passwd12345678", "20261130-142233-７f3a9c",
    ])
    func otherTextsAreNoIdentity(_ text: String) { #expect(IncidentID(text) == nil) }

    @Test(arguments: [
        ("", "Einsatz"), ("\u{1B}\u{0}\n", "Einsatz"), ("a\u{1B}[31mb\u{7F}\u{9B}", "a[31mb"),
        ("Übung „Rhein“ 🚒", "Übung „Rhein“ 🚒"),
    ])
    func namesAreCleaned(typed: String, kept: String) { #expect(Incident.cleaned(typed) == kept) }

    @Test func namesAreCut() {
        let name = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(Incident.cleaned(name).unicodeScalars.count == Incident.nameLimit)
    }
}
