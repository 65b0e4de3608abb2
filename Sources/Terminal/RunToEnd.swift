import ArgumentParser
import Foundation
import PlainText

/// A failure that is said in one line on standard error, with exit status 1.
public struct CommandFailure: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String
    /// A failure that says this.
    public init(_ description: String) { self.description = description }
}

extension ParsableCommand {
    /// Parses `arguments`, runs what they name and returns; ends the program with what there is to say where that fails.
    public static func runToEnd(_ arguments: [String]) async {
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            // What was printed may still lie in a buffer: a full disk must not look like success.
            guard fflush(nil) == 0 else {
                throw CommandFailure("the output could not be written: \(String(cString: strerror(errno)))")
            }
        } catch { end(error) }
    }

    /// Help goes to standard output, failures to standard error; names in them may come from anywhere.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let text = fullMessage(for: error).printable(keepingLines: true)
        if code.isSuccess {
            if !text.isEmpty { print(text) }
        } else if !text.isEmpty {
            complain(text)
        }
        fflush(nil)
        Foundation.exit(code.rawValue)
    }
}
