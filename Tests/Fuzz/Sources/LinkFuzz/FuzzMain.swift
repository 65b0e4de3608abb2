import Foundation

#if FUZZING
    // The fuzzer's library brings its own `main`, which Swift's entry point would clash with. So the entry point that the package
    // manager expects of this executable is defined here and hands over to the library.

    private let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["LAGEBILD_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            fatalError("LAGEBILD_FUZZ_TARGET is \"\(name)\"; it must be one of: \(names)")
        }
        return target
    }()

    /// Takes one input from the fuzzer.
    @c(LLVMFuzzerTestOneInput)
    public func testOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
        chosen.run([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        return 0
    }

    @_silgen_name("LLVMFuzzerRunDriver")
    func runDriver(
        _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer,
        _ test: @convention(c) (UnsafeRawPointer?, Int) -> CInt
    ) -> CInt

    /// The executable's entry.
    @c(LinkFuzz_main)
    public func fuzzMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
        var count = count
        var arguments = arguments
        return withUnsafeMutablePointer(to: &arguments) { runDriver(&count, UnsafeMutableRawPointer($0), testOneInput) }
    }
#else
    /// Without the fuzzer: writes the seeds, or runs targets over files that exist.
    ///
    ///     LinkFuzz --write-seeds FOLDER
    ///     LinkFuzz replay FOLDER…        (each holds a folder a target)
    ///     LinkFuzz random TARGET FIRST-BLOCK BLOCKS SECONDS CAREFUL-FILE|- FOLDER…
    @main
    enum FuzzMain {
        static func main() throws {
            var arguments = CommandLine.arguments.dropFirst()
            switch arguments.popFirst() {
            case "--write-seeds": for folder in arguments { try Seeds.write(to: URL(fileURLWithPath: folder)) }
            case "replay": for folder in arguments { try replay(URL(fileURLWithPath: folder)) }
            case "random": try random(Array(arguments))
            default:
                FileHandle.standardError.write(Data("usage: LinkFuzz --write-seeds FOLDER | replay FOLDER…\n".utf8))
                exit(2)
            }
        }

        private static func random(_ arguments: [String]) throws {
            guard arguments.count > 5, let target = FuzzTarget(rawValue: arguments[0]), let first = Int(arguments[1]),
                let blocks = Int(arguments[2]), let seconds = Double(arguments[3]), first >= 0, blocks > 0
            else {
                FileHandle.standardError.write(Data("LinkFuzz random: wrong arguments\n".utf8))
                exit(2)
            }
            let damage = try RandomDamage(folders: arguments[5...].map { URL(fileURLWithPath: $0) }, target: target)
            let begin = Date()
            let count = try damage.run(
                target, blocks: first..<first + blocks, seed: 1, until: begin.addingTimeInterval(seconds),
                careful: arguments[4] == "-" ? nil : URL(fileURLWithPath: arguments[4]))
            let rate = Double(count) / max(Date().timeIntervalSince(begin), 0.001)
            print("done: \(target.rawValue) \(count) inputs, \(Int(rate)) a second")
        }

        private static func replay(_ folder: URL) throws {
            for target in FuzzTarget.allCases {
                let files = try? FileManager.default.contentsOfDirectory(
                    at: folder.appendingPathComponent(target.rawValue), includingPropertiesForKeys: nil)
                for file in (files ?? []).sorted(by: { $0.path < $1.path }) {
                    // Said before, so that the last line names the input that ended the program.
                    FileHandle.standardOutput.write(Data("replay: \(target.rawValue)/\(file.lastPathComponent)\n".utf8))
                    target.run([UInt8](try Data(contentsOf: file)))
                }
            }
        }
    }
#endif
