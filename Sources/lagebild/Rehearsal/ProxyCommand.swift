import Terminal
import ArgumentParser
import Foundation
import NetworkImpairment
import UnixSignals

struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Rehearse a bad day: a bad radio link between drone and Leitstelle.",
        discussion: """
            Passes UDP datagrams on and loses, delays and damages some on the way. Let the agent send to --listen instead \
            of to the Leitstelle, and give the Leitstelle's address as --to. Nothing of either is changed.

            Without further options the link is perfect. Options count for both directions; those that begin with forward \
            (drone to Leitstelle) or back replace them for one. The same --seed repeats the same fates. Times of outages, \
            traces and --rebind count from the first datagram. Ctrl-C ends it and prints what happened as JSON.

            Example, one datagram in ten lost and a dark ten seconds: lagebild proxy --listen 127.0.0.1:5000 \
            --to 127.0.0.1:6000 --loss 0.1 --delay 30 --outage 20,10
            """)

    @Option(help: "Where the agents send to.", transform: ProxyValue.endpoint) var listen: ProxyEndpoint
    @Option(help: "Where the Leitstelle listens.", transform: ProxyValue.endpoint) var to: ProxyEndpoint
    @Option(help: "The same number, the same fates.") var seed: UInt64 = 1
    @OptionGroup(title: "The link, both directions") var both: ProxyBothOptions
    @OptionGroup(title: "From the drone to the Leitstelle") var forward: ProxyForwardOptions
    @OptionGroup(title: "From the Leitstelle to the drone") var back: ProxyBackOptions
    @Option(
        help: .init(
            "Change the port the Leitstelle sees after so many seconds, as a phone network does; may be repeated.",
            valueName: "seconds"), transform: ProxyValue.seconds)
    var rebind: [Duration] = []
    @Option(help: .init("Also write the counters to this file.", valueName: "file")) var stats: String?
    @Option(
        name: .customLong("for"), help: .init("End by itself after so many seconds.", valueName: "seconds"),
        transform: ProxyValue.seconds)
    var length: Duration?

    func validate() throws { _ = try conditions() }

    private func conditions() throws -> (forward: LinkConditions, back: LinkConditions) {
        let forward = try both.conditions(with: forward.values, direction: "forward")
        let back = try both.conditions(with: back.values, direction: "back")
        guard both.queue == nil || forward.isNarrow || back.isNarrow else {
            throw ValidationError("--queue does nothing without --rate or --trace")
        }
        return (forward, back)
    }

    func run() async throws {
        let (forwardConditions, backConditions) = try conditions()
        var file: FileHandle?
        if let stats {
            // Now, because after a long run it would be too late to hear that it cannot be written.
            guard FileManager.default.createFile(atPath: stats, contents: nil),
                let opened = FileHandle(forWritingAtPath: stats)
            else { throw CommandFailure("\(stats): cannot be written; the proxy has not started") }
            file = opened
        }
        let stop = try ProxyStopSignal()
        let settings = ProxyServer.Settings(
            listen: listen, target: to, forward: forwardConditions, back: backConditions, seed: seed,
            rebinds: rebind.sorted(), length: length)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let waiting = Task {
            for await _ in signals {
                stop.raise()
                return
            }
        }
        // A thread of its own: the loop blocks, and tasks must not.
        let line = try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        let server = try ProxyServer(settings, stop: stop)
                        complain("proxy: \(settings.listen.text) to \(settings.target.text)")
                        try server.run()
                        return server.report()
                    })
            }.start()
        }
        waiting.cancel()
        print(line)
        if let file {
            try file.write(contentsOf: Data((line + "\n").utf8))
            try file.close()
        }
    }
}

/// The options that one direction may have differently.
struct ProxyDirectionValues {
    var loss: Double?
    var burst: (fraction: Double, meanDatagrams: Double)?
    var fade: (fraction: Double, meanDuration: Duration)?
    var delay: Duration?
    var rate: Double?
    var queue: Duration?
    var trace: DeliveryTrace?
    var outage: [Outage]
    var largest: Int?
}

struct ProxyBothOptions: ParsableArguments {
    @Option(
        help: .init("Lose this fraction (0.1 is 10 %), each datagram by itself.", valueName: "fraction"),
        transform: ProxyValue.fraction) var loss: Double?
    @Option(
        help: .init("Lose this fraction in bursts of so many datagrams on average.", valueName: "fraction,datagrams"),
        transform: ProxyValue.burst) var burst: ProxyPair?
    @Option(
        help: .init(
            "Lose all during fades: this fraction of the time, so many ms each on average.", valueName: "fraction,ms"),
        transform: ProxyValue.fade) var fade: ProxyPair?
    @Option(help: .init("Delay one way.", valueName: "ms"), transform: ProxyValue.milliseconds) var delay: Duration?
    @Option(help: .init("Add a random delay with this mean.", valueName: "ms"), transform: ProxyValue.milliseconds)
    var jitter: Duration?
    @Flag(help: "Let datagrams overtake each other by jitter.") var jitterReorders = false
    @Option(
        help: .init("Hold this fraction back for so many ms while others overtake.", valueName: "fraction,ms"),
        transform: ProxyValue.reorder) var reorder: ProxyPair?
    @Option(help: .init("Deliver this fraction twice.", valueName: "fraction"), transform: ProxyValue.fraction)
    var duplicate: Double?
    @Option(help: .init("Flip one bit in this fraction.", valueName: "fraction"), transform: ProxyValue.fraction)
    var corrupt: Double?
    @Option(
        help: .init("The link carries no more, 28 bytes of headers a datagram included.", valueName: "kbit/s"),
        transform: ProxyValue.rate) var rate: Double?
    @Option(
        help: .init("Drop what would have to wait longer before a --rate or --trace. (default: 100)", valueName: "ms"),
        transform: ProxyValue.milliseconds) var queue: Duration?
    @Option(
        help: .init(
            "A recorded link instead of --rate: each line a millisecond at which 1500 bytes may leave (as mahimahi "
                + "records), or a millisecond and kbit/s from then on; repeats.", valueName: "file"),
        transform: ProxyValue.trace) var trace: DeliveryTrace?
    @Option(
        help: .init("Nothing passes from this second for so many; may be repeated.", valueName: "start,seconds"),
        transform: ProxyValue.outage) var outage: [Outage] = []
    @Option(
        help: .init("Datagrams with more bytes of UDP payload vanish without a word.", valueName: "bytes"),
        transform: ProxyValue.size) var largest: Int?

    /// The conditions of one direction.
    func conditions(with one: ProxyDirectionValues, direction: String) throws -> LinkConditions {
        for (rate, trace, prefix) in [(rate, trace, ""), (one.rate, one.trace, direction + "-")]
        where rate != nil && trace != nil {
            throw ValidationError("--\(prefix)rate and --\(prefix)trace exclude each other")
        }
        var conditions = LinkConditions()
        conditions.loss = one.loss ?? loss ?? 0
        conditions.burst = one.burst ?? burst.map { ($0.first, $0.second) }
        conditions.fade = one.fade ?? fade.map { ($0.first, .milliseconds($0.second)) }
        conditions.delay = one.delay ?? delay ?? .zero
        conditions.jitter = jitter ?? .zero
        conditions.jitterReorders = jitterReorders
        conditions.reorder = reorder.map { ($0.first, .milliseconds($0.second)) }
        conditions.duplication = duplicate ?? 0
        conditions.corruption = corrupt ?? 0
        conditions.queueLimit = one.queue ?? queue ?? conditions.queueLimit
        conditions.outages = one.outage.isEmpty ? outage : one.outage
        conditions.largestDatagram = one.largest ?? largest
        let hasOwnBottleneck = one.rate != nil || one.trace != nil
        conditions.bitsPerSecond = hasOwnBottleneck ? one.rate : rate
        conditions.trace = hasOwnBottleneck ? one.trace : trace
        guard one.queue == nil || conditions.isNarrow else {
            throw ValidationError(
                "--\(direction)-queue does nothing without --\(direction)-rate or --\(direction)-trace")
        }
        guard !jitterReorders || jitter != nil else { throw ValidationError("--jitter-reorders needs --jitter") }
        return conditions
    }
}

extension LinkConditions {
    /// Whether there is a bottleneck for a queue to stand before.
    fileprivate var isNarrow: Bool { bitsPerSecond != nil || trace != nil }
}
