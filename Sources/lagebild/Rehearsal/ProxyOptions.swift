import Terminal
import ArgumentParser
import Foundation
import NetworkImpairment

struct ProxyForwardOptions: ParsableArguments {
    @Option(help: .init("As --loss.", valueName: "fraction"), transform: ProxyValue.fraction)
    var forwardLoss: Double?
    @Option(help: .init("As --burst.", valueName: "fraction,datagrams"), transform: ProxyValue.burst)
    var forwardBurst: ProxyPair?
    @Option(help: .init("As --fade.", valueName: "fraction,ms"), transform: ProxyValue.fade)
    var forwardFade: ProxyPair?
    @Option(help: .init("As --delay.", valueName: "ms"), transform: ProxyValue.milliseconds)
    var forwardDelay: Duration?
    @Option(help: .init("As --rate.", valueName: "kbit/s"), transform: ProxyValue.rate)
    var forwardRate: Double?
    @Option(help: .init("As --queue.", valueName: "ms"), transform: ProxyValue.milliseconds)
    var forwardQueue: Duration?
    @Option(help: .init("As --trace.", valueName: "file"), transform: ProxyValue.trace)
    var forwardTrace: DeliveryTrace?
    @Option(help: .init("As --outage.", valueName: "start,seconds"), transform: ProxyValue.outage)
    var forwardOutage: [Outage] = []
    @Option(help: .init("As --largest.", valueName: "bytes"), transform: ProxyValue.size)
    var forwardLargest: Int?

    var values: ProxyDirectionValues {
        ProxyDirectionValues(
            loss: forwardLoss, burst: forwardBurst.map { ($0.first, $0.second) },
            fade: forwardFade.map { ($0.first, .milliseconds($0.second)) }, delay: forwardDelay, rate: forwardRate,
            queue: forwardQueue, trace: forwardTrace, outage: forwardOutage, largest: forwardLargest)
    }
}

struct ProxyBackOptions: ParsableArguments {
    @Option(help: .init("As --loss.", valueName: "fraction"), transform: ProxyValue.fraction)
    var backLoss: Double?
    @Option(help: .init("As --burst.", valueName: "fraction,datagrams"), transform: ProxyValue.burst)
    var backBurst: ProxyPair?
    @Option(help: .init("As --fade.", valueName: "fraction,ms"), transform: ProxyValue.fade)
    var backFade: ProxyPair?
    @Option(help: .init("As --delay.", valueName: "ms"), transform: ProxyValue.milliseconds)
    var backDelay: Duration?
    @Option(help: .init("As --rate.", valueName: "kbit/s"), transform: ProxyValue.rate)
    var backRate: Double?
    @Option(help: .init("As --queue.", valueName: "ms"), transform: ProxyValue.milliseconds)
    var backQueue: Duration?
    @Option(help: .init("As --trace.", valueName: "file"), transform: ProxyValue.trace)
    var backTrace: DeliveryTrace?
    @Option(help: .init("As --outage.", valueName: "start,seconds"), transform: ProxyValue.outage)
    var backOutage: [Outage] = []
    @Option(help: .init("As --largest.", valueName: "bytes"), transform: ProxyValue.size)
    var backLargest: Int?

    var values: ProxyDirectionValues {
        ProxyDirectionValues(
            loss: backLoss, burst: backBurst.map { ($0.first, $0.second) },
            fade: backFade.map { ($0.first, .milliseconds($0.second)) }, delay: backDelay, rate: backRate,
            queue: backQueue, trace: backTrace, outage: backOutage, largest: backLargest)
    }
}

/// Two numbers with a comma between them.
struct ProxyPair {
    var first: Double
    var second: Double
}

/// Reads the options' values; what it throws is shown behind the option's name.
enum ProxyValue {
    /// Seconds that still make sense here: a year.
    private static let longest = 31_557_600.0

    private static func number(_ text: some StringProtocol, _ range: ClosedRange<Double>, _ what: String) throws
        -> Double
    {
        guard let value = Double(text), range.contains(value) else {
            throw ValidationError("must be \(what), not \"\(text)\"")
        }
        return value
    }
    private static func pair(_ text: String, _ what: String) throws -> (Substring, Substring) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw ValidationError("must be \(what) with a comma between them, not \"\(text)\"")
        }
        return (parts[0], parts[1])
    }
    private static let fractionText = "a fraction from 0 to 1 (0.1 is 10 %)"

    static func fraction(_ text: String) throws -> Double { try number(text, 0...1, fractionText) }
    static func milliseconds(_ text: String) throws -> Duration {
        .milliseconds(try number(text, 0...(longest * 1000), "milliseconds from 0 on"))
    }
    static func seconds(_ text: String) throws -> Duration {
        .seconds(try number(text, 0.001...longest, "seconds above 0"))
    }
    static func rate(_ text: String) throws -> Double {
        try number(text, 0.001...1e9, "a rate of 0.001 kbit/s or more (for none at all there is --outage)") * 1000
    }
    static func size(_ text: String) throws -> Int {
        guard let value = Int(text), (0...65_535).contains(value) else {
            throw ValidationError("must be a number of bytes from 0 to 65535, not \"\(text)\"")
        }
        return value
    }
    static func burst(_ text: String) throws -> ProxyPair {
        let (fraction, length) = try pair(text, "a fraction and a number of datagrams")
        return ProxyPair(
            first: try number(fraction, 0...1, fractionText), second: try number(length, 1...1e9, "1 datagram or more"))
    }
    static func fade(_ text: String) throws -> ProxyPair {
        let (fraction, length) = try pair(text, "a fraction and milliseconds")
        return ProxyPair(
            first: try number(fraction, 0...1, fractionText),
            second: try number(length, 0.001...(longest * 1000), "milliseconds above 0"))
    }
    static func reorder(_ text: String) throws -> ProxyPair {
        let (fraction, length) = try pair(text, "a fraction and milliseconds")
        return ProxyPair(
            first: try number(fraction, 0...1, fractionText),
            second: try number(length, 0...(longest * 1000), "milliseconds from 0 on"))
    }
    static func outage(_ text: String) throws -> Outage {
        let (start, length) = try pair(text, "a start and a length in seconds")
        return Outage(
            start: .seconds(try number(start, 0...longest, "seconds from 0 on")),
            length: .seconds(try number(length, 0...longest, "seconds from 0 on")))
    }
    static func endpoint(_ text: String) throws -> ProxyEndpoint {
        guard let endpoint = ProxyEndpoint(text) else {
            throw ValidationError("must be address:port, such as 127.0.0.1:5000 or [::1]:5000, not \"\(text)\"")
        }
        return endpoint
    }
    static func trace(_ path: String) throws -> DeliveryTrace {
        let bytes: [UInt8]
        do { bytes = try readInput(path, limit: 64 << 20) } catch { throw ValidationError("\(error)") }
        let text = String(decoding: bytes, as: UTF8.self)
        if let trace = DeliveryTrace(text: text) { return trace }
        var rates: [(milliseconds: Double, rate: Double)] = []
        var isUsable = true
        text.enumerateLines { line, stop in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.isEmpty { return }
            guard words.count == 2, let milliseconds = Double(words[0]), let rate = Double(words[1]) else {
                (isUsable, stop) = (false, true)
                return
            }
            rates.append((milliseconds, rate))
        }
        guard isUsable, let trace = DeliveryTrace(ratesKilobitsPerSecond: rates) else {
            throw ValidationError(
                "\(path) is no trace: each line must be a millisecond, or a millisecond and kbit/s, in the order of time, "
                    + "and not all zero")
        }
        return trace
    }
}
