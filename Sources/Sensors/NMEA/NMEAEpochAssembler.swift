import FlightTypes

/// Merges the sentences of one moment into one report.
///
/// A report is complete when a sentence of another time arrives. To not lag a whole cycle behind, the assembler learns
/// which sentence ends a cycle: after two cycles with the same last sentence the next report leaves with that sentence.
struct NMEAEpochAssembler: Sendable {
    /// The n-th sentence with this address in its cycle.
    private struct Position: Hashable, Sendable {
        var address: UInt64
        var ordinal: Int
    }
    private struct Epoch: Sendable {
        var timeOfDay: Int64?
        var isTimeTrusted = false
        var day: Int?
        var isVoid = false
        /// Whether a sentence spoke about the position. ZDA alone says nothing of the fix, so it makes no report.
        var speaksOfPosition = false
        var mode: UInt8?
        var satellites: Int?
        var altitude: Double?
        var report = NMEAReport()
        var hasTimedSentence = false
        var isGivenOut = false
        var last: Position?
    }
    /// How often each address has come in the moment under way. A cycle has a dozen kinds; beyond this many no more are
    /// told apart, and a stream of made-up talkers costs no more than that.
    private static let kindsLimit = 32
    private static let cyclesToLearn = 2
    private static let halfDay = CivilTime.nanosecondsPerDay / 2

    private var epoch = Epoch()
    private var counts: [Position] = []
    private var ender: Position?
    private var timesSeen = 0
    private var lastDay: Int?
    private var lastTimeOfDay: Int64?
    /// Sentences that came after the report of their moment had left.
    private(set) var late: UInt64 = 0

    /// Takes one observation; each report that it completes is appended to `made`.
    mutating func take(_ observation: NMEAObservation, _ made: inout [NMEAReport]) {
        if startsEpoch(observation) { close(&made) }
        let position = count(observation.address)
        epoch.last = position
        merge(observation)
        if epoch.isGivenOut {
            late &+= 1
            timesSeen = 0
        } else if timesSeen >= Self.cyclesToLearn, position == ender, epoch.speaksOfPosition {
            made.append(makeReport())
            epoch.isGivenOut = true
        }
    }
    private mutating func count(_ address: UInt64) -> Position {
        guard let index = counts.firstIndex(where: { $0.address == address }) else {
            let first = Position(address: address, ordinal: 1)
            if counts.count < Self.kindsLimit { counts.append(first) }
            return first
        }
        counts[index].ordinal &+= 1
        return counts[index]
    }
    /// Closes the moment under way.
    mutating func close(_ made: inout [NMEAReport]) {
        if epoch.speaksOfPosition {
            if !epoch.isGivenOut { made.append(makeReport()) }
            if epoch.last == ender {
                timesSeen = min(timesSeen &+ 1, Self.cyclesToLearn)
            } else {
                ender = epoch.last
                timesSeen = 1
            }
        }
        epoch = Epoch()
        counts.removeAll(keepingCapacity: true)
    }

    private func startsEpoch(_ observation: NMEAObservation) -> Bool {
        guard observation.isTimed, epoch.hasTimedSentence else { return false }
        if let new = observation.timeOfDay { return epoch.timeOfDay != new }
        // Without a time (cold start) the second sentence of a kind starts the next cycle.
        return counts.contains { $0.address == observation.address }
    }
    private mutating func merge(_ new: NMEAObservation) {
        if new.isTimed { epoch.hasTimedSentence = true }
        if let time = new.timeOfDay { epoch.timeOfDay = time }
        if new.isTimeTrusted { epoch.isTimeTrusted = true }
        if let day = new.day { epoch.day = day }
        if new.validity == .void { epoch.isVoid = true }
        if new.validity != .silent { epoch.speaksOfPosition = true }
        // One GSA per constellation: a constellation without satellites says 1 although the others have a fix.
        if let mode = new.mode { epoch.mode = max(mode, epoch.mode ?? 0) }
        if let satellites = new.satellites { epoch.satellites = satellites }
        if let value = new.altitude { epoch.altitude = value }
        if let value = new.latitude { epoch.report.latitude = value }
        if let value = new.longitude { epoch.report.longitude = value }
        if let value = new.geoidSeparation { epoch.report.geoidSeparation = value }
        if let value = new.speed { epoch.report.speed = value }
        if let value = new.track { epoch.report.track = value }
        if let value = new.hdop { epoch.report.hdop = value }
        if let value = new.quality { epoch.report.quality = value }
        if let value = new.horizontalAccuracy { epoch.report.horizontalAccuracy = value }
        epoch.report.basis = max(epoch.report.basis, new.basis)
    }

    private mutating func makeReport() -> NMEAReport {
        var report = epoch.report
        report.time = makeTime()
        report.satellites = epoch.satellites.flatMap { UInt8(exactly: $0) }
        report.fix = mode(hasPosition: report.latitude != nil && report.longitude != nil)
        report.statedMode = epoch.mode
        report.altitudeMSL = report.fix == 3 ? epoch.altitude : nil
        if report.fix < 2 {
            report.latitude = nil
            report.longitude = nil
            report.speed = nil
            report.track = nil
            report.horizontalAccuracy = nil
        }
        return report
    }
    /// As gpsd decides: an altitude means a three-dimensional fix, even where GSA says 2 (the altitude is held).
    private func mode(hasPosition: Bool) -> UInt8 {
        if epoch.isVoid || !hasPosition || epoch.mode == 1 { return 1 }
        return epoch.altitude != nil || epoch.mode == 3 ? 3 : 2
    }
    /// GGA and GLL carry no date: theirs is the last one given, or the day after it once the clock has passed midnight.
    private mutating func makeTime() -> WallTime? {
        guard epoch.isTimeTrusted, let timeOfDay = epoch.timeOfDay else { return nil }
        var day = epoch.day
        if day == nil, let lastDay, let lastTimeOfDay {
            day = timeOfDay < lastTimeOfDay - Self.halfDay ? lastDay + 1 : lastDay
        }
        guard let day else { return nil }
        lastDay = day
        lastTimeOfDay = timeOfDay
        let (start, overflow) = Int64(day).multipliedReportingOverflow(by: CivilTime.nanosecondsPerDay)
        let (sum, overflowed) = start.addingReportingOverflow(timeOfDay)
        return overflow || overflowed ? nil : WallTime(nanoseconds: sum)
    }
}
