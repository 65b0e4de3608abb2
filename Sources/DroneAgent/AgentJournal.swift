import FlightTypes
import LinkProtocol
import Logging

/// What the agent's log says of its link and its sensors: each trouble once, then with a count, then when it is over. A value:
/// events and time come in, lines come out.
struct AgentJournal: Sendable {
    struct Line: Hashable, Sendable {
        var level: Logger.Level
        var text: String
        init(_ level: Logger.Level, _ text: String) {
            self.level = level
            self.text = text
        }
    }
    private static let runningTextsLimit = 4

    private var hasConnected = false
    private var silence = RepeatedTrouble()
    private var rung = (now: LinkRung.full, trouble: RepeatedTrouble())
    private var offline = RepeatedTrouble()
    private var sensors = Troubles<StreamID>()
    /// What was said of a sensor that runs: once for each text.
    private var running: [StreamID: Set<String>] = [:]

    /// The line about an event of the link, or nil when nothing has to be said now.
    mutating func line(for event: DroneLinkEvent, at now: MonotonicInstant) -> Line? {
        switch event {
        case .established:
            let back = silence.worked(at: now)
            // New keys every two minutes are no news.
            guard hasConnected else {
                hasConnected = true
                return Line(.notice, "Connected to the Leitstelle")
            }
            return back.map { Line(.notice, "Connected to the Leitstelle again\($0.afterwards("silences"))") }
        case .resumed:
            return silence.worked(at: now).map {
                Line(.notice, "The Leitstelle is heard again\($0.afterwards("silences"))")
            }
        case .silent: return silence.failed(at: now).map(silent)
        case .rung(let rung):
            self.rung.now = rung
            let tally =
                rung == .full
                ? self.rung.trouble.worked(at: now) : self.rung.trouble.failed("\(rung)", at: now)
            return tally.map(carried)
        case .receipt: return nil
        }
    }

    /// The line about a sensor's state.
    mutating func line(
        for stream: StreamID, _ state: StatusReport.SensorState, _ text: String, at now: MonotonicInstant
    ) -> Line? {
        guard state == .running else {
            return sensors.failed(stream, text, at: now).map { Line(.warning, "\(stream): \(text)\($0.times)") }
        }
        let back = sensors.worked(stream, at: now)
        let isNews =
            (running[stream]?.count ?? 0) < Self.runningTextsLimit
            && running[stream, default: []].insert(text).inserted
        guard isNews || back != nil else { return nil }
        return Line(.notice, "\(stream): \(text)\(back?.afterwards() ?? "")")
    }

    /// How the link does, told once a second: the line when there has been no connection for a while.
    mutating func noConnection(_ facts: NoConnection, seconds: Int, at now: MonotonicInstant) -> Line? {
        guard seconds > 0 else {
            _ = offline.worked(at: now)
            return nil
        }
        guard seconds >= 5, offline.failed(at: now) != nil else { return nil }
        return Line(.warning, facts.text(seconds: seconds))
    }

    /// Lines that are due although nothing happened; ask about once a second.
    mutating func overdue(at now: MonotonicInstant) -> [Line] {
        var lines: [Line] = []
        if let tally = silence.stillTroubled(at: now) { lines.append(silent(tally)) }
        if let tally = rung.trouble.stillTroubled(at: now) { lines.append(carried(tally)) }
        lines += sensors.stillTroubled(at: now).map {
            Line(.warning, "\($0.key): it fails again and again\($0.tally.times)")
        }
        return lines
    }

    private func silent(_ tally: RepeatedTrouble.Tally) -> Line {
        Line(
            .warning,
            "The Leitstelle is silent\(tally.times); recording on board goes on, trying again every second")
    }
    private func carried(_ tally: RepeatedTrouble.Tally) -> Line {
        let times = rung.now == .full ? tally.afterwards("changes") : tally.times
        return Line(.notice, "The link now carries: \(rung.now)\(times)")
    }
}

/// What is known while there is no connection, and what it speaks for.
struct NoConnection: Hashable, Sendable {
    /// The configured host and port.
    var host: String
    var port: Int
    /// The address in use, in numbers; nil while the name has none.
    var address: String?
    /// Whether there was a connection in this flight.
    var wasConnected = false
    /// The station has answered that it is under load: it is there, and its key is right.
    var hasStationAnswered = false

    /// The causes, the likeliest first.
    func text(seconds: Int) -> String {
        let name = "\(host):\(port)"
        let shown = address.map { $0 == host ? name : "\(name) (\($0))" } ?? name
        return "No connection to \(shown) for \(seconds) s. \(causes) Recording on board goes on."
    }

    private var causes: String {
        guard address != nil else {
            return "Its name cannot be looked up: is there a network, and is station.host written right?"
        }
        if hasStationAnswered {
            return """
                The Leitstelle is there and its key is right, but it is under load or does not let this drone in. Its log says \
                why: is this drone's key authorized, does another machine use it?
                """
        }
        if wasConnected {
            return """
                It was there before: is the network gone, has the Leitstelle stopped or another address? If its log says that \
                two machines use this drone's key, give each its own.
                """
        }
        return """
            Likely causes, in this order: the Leitstelle does not run, or station.host and station.port are not its own; its UDP \
            port is shut on the way; station.publicKey is another Leitstelle's (then it gives no answer and says nothing); this \
            drone's key is not authorized, or its handshake counter is old (then the Leitstelle's log says so).
            """
    }
}
