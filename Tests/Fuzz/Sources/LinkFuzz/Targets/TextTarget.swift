import Geodesy
import PlainText

/// Text that people write: files, places, names of hosts, arguments.
enum TextTarget {
    static func run(_ bytes: [UInt8]) {
        guard let text = try? TextFile.text(bytes) else {
            must((try? TextFile.lines(bytes)) == nil, "no lines of what is no text")
            return
        }
        must(!text.unicodeScalars.contains("\r"), "lines end in one way")
        must(
            (try? TextFile.text(Array(text.utf8))) != nil || text.unicodeScalars.first == "\u{FEFF}", "text stays text")
        for line in (try? TextFile.lines(bytes)) ?? [] {
            must(!line.text.isEmpty && line.text == line.text.withoutBlanks, "lines say something")
            must(line.text.words(atMost: 2).count <= 2, "no more words than asked for")
            if let place = PlaceText.position(line.text) {
                must(abs(place.latitude) <= 90 && abs(place.longitude) <= 180, "a place on the Earth")
            }
            if case .success(let host) = HostText.host(line.text) { must(!host.isEmpty, "a host has a name") }
            let shown = line.text.printable()
            must(
                shown.unicodeScalars.allSatisfy { $0.value >= 32 && !(127...159).contains($0.value) },
                "fit for a terminal")
            let arguments = line.text.words()
            let kept = SignedArguments.protected(arguments, positional: ["grid"])
            must(kept.joined().count >= arguments.joined().count, "no argument is lost")
        }
    }
}
