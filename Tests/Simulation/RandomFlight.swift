import FlightTypes
import LinkProtocol
import NetworkImpairment

extension FlightPlan {
    /// A short flight over a bad path, all of it drawn from `seed`: 20 to 40 seconds of thin load under losses, fades, jitter,
    /// reordering, duplication, corruption, narrow bottlenecks, outages, address changes, crashes, restarts and attacks. Then a
    /// landing over a clean path, long enough that everything produced has to be durable at the station in the end.
    public static func random(seed: UInt64) -> FlightPlan {
        // Another stream of numbers than the flight's own, which begins with the seed as it is.
        var random = SeededGenerator(seed: seed ^ 0x464C_4947_4854_5321)
        var plan = FlightPlan()
        plan.duration = random.milliseconds(20_000...40_000)
        plan.landing = .seconds(90)
        plan.load = .thin
        plan.cipher = .simulationTag
        plan.originals = OriginalsPolicy.allCases[random.below(OriginalsPolicy.allCases.count)]
        plan.forward = .random(&random)
        plan.back = random.chance(0.5) ? .random(&random) : plan.forward
        plan.addOutages(&random)
        plan.addIncidents(&random)
        var clean = LinkConditions()
        clean.delay = .milliseconds(30)
        plan.incidents.append((at: plan.duration, what: .path(forward: clean, back: clean)))
        return plan
    }

    private mutating func addOutages(_ random: inout SeededGenerator) {
        for _ in 0..<random.below(3) {
            let outage = Outage(start: random.within(duration), length: random.milliseconds(100...9000))
            // Mostly both ways, sometimes one end goes deaf or mute.
            let sides = random.below(4)
            if sides != 1 { forward.outages.append(outage) }
            if sides != 2 { back.outages.append(outage) }
        }
    }

    private mutating func addIncidents(_ random: inout SeededGenerator) {
        for _ in 0..<random.below(4) { add(.addressChange, 0.4, &random) }
        add(.stationCrash, 0.4, &random)
        add(.stationCrash, 0.2, &random)
        add(.droneRestart, 0.4, &random)
        add(.droneRestart, 0.2, &random)
        if random.chance(0.3) {
            add(.path(forward: .random(&random), back: .random(&random)), 1, &random)
        }
        for _ in 0..<random.below(20) { add(.attack(datagrams: 1 + random.below(40)), 1, &random) }
    }

    private mutating func add(_ incident: FlightIncident, _ probability: Double, _ random: inout SeededGenerator) {
        guard random.chance(probability) else { return }
        incidents.append((at: random.within(duration), what: incident))
    }
}

extension LinkConditions {
    /// A path with about two of the things that paths do.
    fileprivate static func random(_ random: inout SeededGenerator) -> LinkConditions {
        var path = LinkConditions()
        path.delay = random.milliseconds(1...150)
        if random.chance(0.35) { path.loss = random.unit() * 0.25 }
        if random.chance(0.2) { path.burst = (random.unit() * 0.15, 1 + random.unit() * 12) }
        if random.chance(0.2) { path.fade = (random.unit() * 0.2, random.milliseconds(5...400)) }
        if random.chance(0.25) {
            path.jitter = random.milliseconds(1...40)
            path.jitterReorders = random.chance(0.5)
        }
        if random.chance(0.25) { path.reorder = (random.unit() * 0.2, random.milliseconds(1...600)) }
        if random.chance(0.25) { path.duplication = random.unit() * 0.2 }
        if random.chance(0.25) { path.corruption = random.unit() * 0.05 }
        if random.chance(0.3) {
            // Log-uniform from 40 kbit/s to 40 Mbit/s.
            path.bitsPerSecond = 40_000 * random.powerOfTwo(upTo: 10)
            path.queueLimit = random.milliseconds(30...1000)
        }
        // Below this a path does not carry the protocol.
        if random.chance(0.25) { path.largestDatagram = 1200 + random.below(300) }
        return path
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    fileprivate mutating func chance(_ probability: Double) -> Bool { unit() < probability }
    fileprivate mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(range.lowerBound + below(range.count))
    }
    /// A moment within a flight of this length.
    fileprivate mutating func within(_ duration: Duration) -> Duration {
        milliseconds(0...Int(duration.milliseconds.rounded(.down)))
    }
    /// From 1 to 2 to the power of `exponent`, evenly in the exponent.
    fileprivate mutating func powerOfTwo(upTo exponent: Double) -> Double {
        let power = unit() * exponent
        let whole = Int(power)
        return Double(1 << whole) * (1 + power - Double(whole))
    }
}
