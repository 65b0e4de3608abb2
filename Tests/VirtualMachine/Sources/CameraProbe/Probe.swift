import FlightTypes
import Glibc
import Sensors

/// One numbered check: what is done, and what was seen in a few words.
struct Check: Sendable {
    var name: String
    var body: @Sendable () throws -> String
    init(_ name: String, _ body: @escaping @Sendable () throws -> String) { (self.name, self.body) = (name, body) }
}

/// Why a check failed.
struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

func expect(_ condition: Bool, _ fact: @autoclosure () -> String) throws(Failure) {
    if !condition { throw Failure(fact()) }
}

/// Runs checks one after the other and prints a line for each: `PASS|FAIL number name seconds what was seen`.
@main
struct Probe {
    /// How often the camera is taken away: `--returns=` or 100.
    static var returns: Int {
        CommandLine.arguments.lazy.filter { $0.hasPrefix("--returns=") }.compactMap { Int($0.dropFirst(10)) }.first
            ?? 100
    }
    /// How often each check is run, for what fails once in a hundred times: `--repeat=` or 1.
    static var repetitions: Int {
        CommandLine.arguments.lazy.filter { $0.hasPrefix("--repeat=") }.compactMap { Int($0.dropFirst(9)) }.first
            ?? 1
    }
    static let checks: [Check] =
        formatChecks + loopChecks + timeChecks + faultChecks + returnChecks + uvcChecks + serialChecks

    static func main() {
        let names = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
        if CommandLine.arguments.contains("--list") {
            for check in checks { print(check.name) }
            return
        }
        var failures = 0
        let wanted = checks.enumerated().filter { names.isEmpty || names.contains($0.element.name) }
        for (place, check) in wanted.flatMap({ Array(repeating: $0, count: max(1, repetitions)) }) {
            let begin = Clock.now
            let (word, seen): (String, String)
            do {
                (word, seen) = ("PASS", try check.body())
            } catch {
                (word, seen) = ("FAIL", "\(error)")
                failures += 1
            }
            let seconds = (Clock.now - begin).decimals(1)
            print(
                "\(word)\t\(place + 1)\t\(check.name)\t\(seconds)\t\(seen.map { $0 == "\n" ? " " : String($0) }.joined())"
            )
            fflush(nil)
        }
        print("END\t\(failures)")
    }
}

/// Monotonic seconds. The machine's own clock, because a kernel and its drivers are what is tested, and no other drives them.
enum Clock {
    static var now: Double { Double(SystemClocks().monotonicNow().nanoseconds) / 1e9 }
    /// Waits for the event that `condition` tells of; false when it did not happen within `seconds`. Looks every 2 ms: the
    /// kernel gives no notice of most that is waited for here, such as nodes that come and go.
    static func wait(_ seconds: Double, until condition: () -> Bool) -> Bool {
        let end = now + seconds
        while !condition() {
            if now > end { return false }
            usleep(2000)
        }
        return true
    }
    /// A reader that does nothing for so long while the driver goes on: no wait for anything, but the fault itself.
    static func holdUp(_ seconds: Double) { usleep(UInt32(max(0, seconds) * 1e6)) }
}

extension Double {
    /// With a fixed count of decimals.
    func decimals(_ places: Int) -> String {
        let scale = pow(10, Double(places))
        let scaled = (self * scale).rounded().magnitude
        guard scaled < 1e15 else { return "\(self)" }
        let (whole, rest) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
        let fraction = String(rest)
        let zeros = String(repeating: "0", count: max(0, places - fraction.utf8.count))
        return (self < 0 && scaled > 0 ? "-" : "") + String(whole) + (places > 0 ? "." + zeros + fraction : "")
    }
}
