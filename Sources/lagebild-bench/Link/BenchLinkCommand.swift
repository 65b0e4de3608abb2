import PlainText
import Terminal
import ArgumentParser
import FlightTypes
import Foundation
import LinkSimulation
import NetworkImpairment

struct BenchLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Measure the link over real sockets beside SRT and RTP, on the same frames.",
        discussion: """
            For each row and each transport a receiver, the impairment proxy and a sender run as processes of their own. SRT \
            and RTP are measured where their programs are found in --peers (scripts/bench link builds them).

            Example: lagebild-bench link --rows none,loss10 --peers Tests/Benchmarks/peers
            """)
    @Option(help: "Rows, separated by commas, or all.") var rows = "all"
    @Option(help: "Transports besides lagebild: srt, rtp, rtx, or none.") var against = "srt,rtp,rtx"
    @Option(help: "Folder with srt_frames and rtp_frames.py.") var peers = "Tests/Benchmarks/peers"
    @Option(help: "Frames a run, after 60 to warm up.") var frames = 1800
    @Option(help: "Seed of the frames' sizes and of the network.") var seed: UInt64 = 1
    @Option(help: "Folder for logs; kept when given.") var work: String?
    @Option(help: "A recorded uplink (one line a millisecond) for the row lte.") var trace: String?

    private static let port = 24_600

    func run() async throws {
        let folder = work ?? NSTemporaryDirectory() + "lagebild-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if work == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let file = folder + "/frames.bin"
        try BenchFrames.write(file, count: frames + 60, kilobytes: 40...120, seed: 7)
        print("row           transport  complete%  overhead%    p50    p95    p99   ms/frame tx   rx   note")
        let wanted = Set(rows.split(separator: ",").map(String.init))
        let table = BenchRow.all(trace: trace, seconds: Double(frames) / 30).filter {
            rows == "all" || wanted.contains($0.name)
        }
        guard !table.isEmpty else {
            throw CommandFailure("no row of that name; there are \(BenchRow.all(trace: "x", seconds: 60).map(\.name))")
        }
        let others = against.split(separator: ",").map(String.init).filter { $0 != "none" }
        for row in table {
            for transport in ["lagebild"] + others {
                let run = BenchRun(row: row, transport: transport, folder: folder, file: file, peers: peers, seed: seed)
                print(try run.line())
                fflush(nil)
            }
        }
    }
}

/// One row of the table: what the proxy does, and how the transports are set for it.
struct BenchRow {
    var name: String
    var deadline: Double
    var proxy: [String]
    /// Frames may be made smaller or skipped: what is counted are the frames that were sent.
    var isAdaptive = false
    /// Whether missing frames shall come by backfill.
    var isBackfilling = false
    var telemetry = 0.0

    static func all(trace: String?, seconds: Double) -> [BenchRow] {
        var rows = [
            BenchRow(name: "none", deadline: 200, proxy: []),
            BenchRow(name: "loss10", deadline: 200, proxy: ["--loss", "0.10"]),
            BenchRow(name: "loss20", deadline: 200, proxy: ["--loss", "0.20"]),
            BenchRow(name: "loss5-100ms", deadline: 100, proxy: ["--loss", "0.05"]),
            BenchRow(name: "burst10", deadline: 200, proxy: ["--burst", "0.10,8"]),
            BenchRow(name: "fade10", deadline: 200, proxy: ["--fade", "0.10,40"]),
            BenchRow(name: "rebind", deadline: 200, proxy: ["--rebind", "\(seconds / 2)"]),
            BenchRow(name: "telemetry10", deadline: 200, proxy: ["--loss", "0.10"], telemetry: 20),
            BenchRow(name: "cap15", deadline: 200, proxy: ["--forward-rate", "15000"], isAdaptive: true),
            BenchRow(
                name: "outage10", deadline: 200, proxy: ["--outage", "\(seconds / 3),10"], isAdaptive: true,
                isBackfilling: true),
        ]
        if let trace {
            rows.append(
                BenchRow(
                    name: "lte", deadline: 240, proxy: ["--forward-trace", trace, "--forward-queue", "1000"],
                    isAdaptive: true))
        }
        return rows
    }
}

/// One transport under one row.
struct BenchRun {
    let row: BenchRow
    let transport: String
    let folder: String
    let file: String
    let peers: String
    let seed: UInt64
    private static let warmup = 60
    private static let port = 24_600

    func line() throws -> String {
        let name =
            row.name.padding(toLength: 13, withPad: " ", startingAt: 0) + " "
            + transport.padding(toLength: 10, withPad: " ", startingAt: 0)
        guard let (receive, send) = commands() else { return name + " not measured: its program is missing" }
        let stats = "\(folder)/stats.json"
        for log in [stats, "\(folder)/sent.txt", "\(folder)/received.txt"] {
            try? FileManager.default.removeItem(atPath: log)
        }
        let receiver = try start(receive)
        let proxy = try start(
            [
                // The proxy is part of the program that is delivered, and lies beside this one.
                CommandLine.arguments[0].parentFolder + "/lagebild", "proxy", "--listen", "127.0.0.1:\(Self.port)",
                "--to",
                "127.0.0.1:\(Self.port + 1)",
                "--seed", "\(seed)", "--delay", "30", "--stats", stats,
            ] + row.proxy)
        usleep(1_200_000)
        let sender = try start(send)
        let sent = output(of: sender)
        let received = output(of: receiver)
        proxy.process.terminate()
        _ = output(of: proxy)
        return name + result(sent, received, stats)
    }

    private func commands() -> (receive: [String], send: [String])? {
        let own = CommandLine.arguments[0]
        let (sent, received) = ("\(folder)/sent.txt", "\(folder)/received.txt")
        let (near, far) = ("127.0.0.1:\(Self.port)", "127.0.0.1:\(Self.port + 1)")
        let latency = "latency=\(Int(row.deadline) - 35)"
        let idle = row.proxy.contains("--outage") ? 14 : row.isAdaptive ? 10 : 3
        switch transport {
        case "lagebild":
            var send = [own, "link-send", near, file, sent, "--deadline", "\(Int(row.deadline))"]
            if row.isAdaptive { send.append("--adaptive") }
            if row.isBackfilling { send += ["--settle", "120"] }
            if row.telemetry > 0 { send += ["--telemetry", "\(row.telemetry)"] }
            return ([own, "link-receive", "\(Self.port + 1)", file, received, "--idle", "\(idle)"], send)
        case "srt":
            let program = peers + "/srt_frames"
            guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
            let options = [latency, "pass=0123456789abcdef", "warmup=\(Self.warmup)"]
            return (
                [program, "receive", "srt", far, received, "idle=\(idle)"] + options,
                [program, "send", "srt", near, file, "30", sent] + options
            )
        case "rtp", "rtx":
            let program = peers + "/rtp_frames.py"
            let kind = transport == "rtp" ? "plain" : "rtx"
            guard FileManager.default.fileExists(atPath: program) else { return nil }
            return (
                [
                    "/usr/bin/python3", program, "receive", kind, far, received, latency, "warmup=\(Self.warmup)",
                    "idle=\(idle)",
                ],
                ["/usr/bin/python3", program, "send", kind, near, file, "30", sent, "warmup=\(Self.warmup)"]
            )
        default: return nil
        }
    }

    // MARK: - Processes

    private struct Running {
        var process: Process
        var pipe: Pipe
    }

    /// With real-time priority where that is allowed: what is measured is the transport, not the machine's other work.
    private func start(_ command: [String]) throws -> Running {
        let process = Process()
        let pipe = Pipe()
        let isPrivileged = getuid() == 0
        process.executableURL = URL(fileURLWithPath: isPrivileged ? "/usr/bin/chrt" : command[0])
        let priority = command.contains("proxy") ? "6" : "5"
        process.arguments = isPrivileged ? ["-f", priority] + command : Array(command.dropFirst())
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        return Running(process: process, pipe: pipe)
    }

    private func output(of running: Running) -> [String: Any] {
        let data = running.pipe.fileHandleForReading.readDataToEndOfFile()
        running.process.waitUntilExit()
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    }

    // MARK: - Figures

    private struct Sent {
        var at: [Int: Int64] = [:]
        var bytes: [Int: Int] = [:]
    }

    private func result(_ sender: [String: Any], _ receiver: [String: Any], _ stats: String) -> String {
        var sizes: [Int: Int] = [:]
        if let frames = try? BenchFrames(path: file) {
            for (index, frame) in frames.frames.enumerated() { sizes[index] = frame.count }
        }
        var sent = Sent()
        var telemetrySent: [Int: Int64] = [:]
        for words in lines("\(folder)/sent.txt") where words.count >= 2 {
            if words[0].first == "t", let index = Int(words[0].dropFirst()) { telemetrySent[index] = Int64(words[1]) }
            guard let index = Int(words[0]), let time = Int64(words[1]) else { continue }
            sent.at[index] = time
            sent.bytes[index] = words.count > 2 ? Int(words[2]) : sizes[index]
        }
        var live: [Int: Int64] = [:]
        var any: Set<Int> = []
        var telemetryLate: [Double] = []
        var altered = 0
        for words in lines("\(folder)/received.txt") where words.count >= 2 {
            if words[0].first == "t", let index = Int(words[0].dropFirst()), let at = Int64(words[1]),
                let from = telemetrySent[index]
            {
                telemetryLate.append(Double(at - from) / 1e6)
            }
            guard let index = Int(words[0]), let time = Int64(words[1]) else { continue }
            let how = words.count > 2 ? String(words[2]) : "live"
            if how == "ALTERED" { altered += 1 }
            any.insert(index)
            if how != "backfill", live[index] == nil { live[index] = time }
        }
        let counted = sent.at.filter { $0.key >= Self.warmup }
        let latencies = counted.compactMap { index, at in live[index].map { Double($0 - at) / 1e6 } }.sorted()
        let inTime = latencies.count { $0 <= row.deadline }
        let share = counted.isEmpty ? 0 : Double(inTime) / Double(counted.count) * 100
        let useful = sent.bytes.values.reduce(0, +)
        let forward =
            ((try? JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: stats)))) as? [String: Any])?[
                "forward"] as? [String: Any] ?? [:]
        let offered = (forward["offeredBytes"] as? Double ?? 0) + 28 * (forward["offered"] as? Double ?? 0)
        let overhead = useful == 0 ? 0 : (offered - Double(useful)) / Double(useful) * 100
        func p(_ fraction: Double) -> Double {
            latencies.isEmpty ? .nan : latencies[min(latencies.count - 1, Int(Double(latencies.count) * fraction))]
        }
        let count = Double(max(1, counted.count))
        let cpu = [sender, receiver].map { ($0["cpuSeconds"] as? Double ?? .nan) / count * 1000 }
        var notes = ["\(latencies.count) of \(counted.count) frames"]
        if row.isAdaptive {
            let seconds = Double(sizes.count - Self.warmup) / 30
            let bits = Double(counted.keys.reduce(0) { $0 + (live[$1] == nil ? 0 : sent.bytes[$1] ?? 0) }) * 8
            notes.append(
                String(
                    format: "%.2f Mbit/s of pictures, %.2f Mbit/s sent", bits / seconds / 1e6,
                    offered * 8 / (seconds + 2) / 1e6))
        }
        if row.isBackfilling {
            let arrivals = live.values.sorted()
            let gap = zip(arrivals.dropFirst(), arrivals).map { Double($0 - $1) / 1e6 }.max() ?? .nan
            notes.append(String(format: "live picture away for %.0f ms", gap))
        }
        if row.isBackfilling { notes.append("\(sizes.count - any.count) of \(sizes.count) missing at the end") }
        if !telemetrySent.isEmpty {
            let sorted = telemetryLate.sorted()
            let p99 = sorted.isEmpty ? Double.nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * 0.99))]
            notes.append(String(format: "telemetry %d of %d, p99 %.1f ms", sorted.count, telemetrySent.count, p99))
        }
        if let handshakes = sender["handshakes"] as? Int { notes.append("\(handshakes) handshakes") }
        if altered > 0 { notes.append("\(altered) ALTERED") }
        return String(
            format: " %8.2f   %8.1f  %6.1f %6.1f %6.1f   %8.2f %8.2f   ", share, overhead, p(0.5), p(0.95), p(0.99),
            cpu[0], cpu[1])
            + notes.joined(separator: ", ")
    }

    private func lines(_ path: String) -> [[Substring]] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map {
            $0.split(separator: " ")
        }
    }
}
