import Terminal
import Accounts
import ArgumentParser
import Foundation
import PlainText

struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Accounts of the page. A running Leitstelle uses changes at the next request.",
        discussion: "Example: lagebild users set users anna --role disponent",
        subcommands: [Set.self, Remove.self, List.self])

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account or change its password and role. The password is read from standard input.",
            discussion: "Example: lagebild users set users anna --role disponent < password.txt")
        @Argument(help: "The accounts file.") var file: String
        @Argument(help: "The account's name.") var name: String
        @Option(help: "disponent, ausbilder or admin.") var role = "disponent"
        func run() throws {
            let role = try chosenRole()
            try store(password: try readPassword(), role: role)
            print("\(name) may sign in as \(role.rawValue)")
        }

        /// The role, where name and role may stand in the file: said before anyone has typed a password.
        func chosenRole() throws -> Role {
            guard UserFile.isValid(name: name) else {
                throw ValidationError("'\(name.printable(limit: 80))' is no account name (letters, digits, . - _)")
            }
            guard let role = Role(rawValue: role) else {
                throw ValidationError("--role must be disponent, ausbilder or admin")
            }
            return role
        }

        func store(password typed: String, role: Role) throws {
            let password = PasswordHash.meant(typed)
            guard password.count >= PasswordHash.minimumLength, password.utf8.count <= PasswordHash.maximumLength else {
                throw CommandFailure(
                    "a password has at least \(PasswordHash.minimumLength) characters; nothing was changed")
            }
            var generator = SystemRandomNumberGenerator()
            let salt = (0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            guard let hash = PasswordHash.make(password, salt: salt) else {
                throw CommandFailure("the password could not be hashed (memory?); nothing was changed")
            }
            let accounts = UserFile(path: file)
            var users = try accounts.load()
            users.removeAll { $0.name == name }
            users.append(User(name: name, role: role, passwordHash: hash))
            try accounts.save(users)
        }

        /// From a terminal without showing it; from a pipe as the first line.
        private func readPassword() throws -> String {
            var saved = termios()
            let isTerminal = isatty(0) == 1 && tcgetattr(0, &saved) == 0
            if isTerminal {
                complain("Password:")
                var silent = saved
                silent.c_lflag &= ~tcflag_t(ECHO)
                tcsetattr(0, TCSANOW, &silent)
            }
            defer { if isTerminal { tcsetattr(0, TCSANOW, &saved) } }
            guard let line = readLine(strippingNewline: true) else {
                throw CommandFailure("no password came; nothing was changed")
            }
            return line
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove an account.", discussion: "Example: lagebild users remove users anna")
        @Argument(help: "The accounts file.") var file: String
        @Argument(help: "The account's name.") var name: String
        func run() throws {
            let accounts = UserFile(path: file)
            var users = try accounts.load()
            guard users.contains(where: { $0.name == name }) else {
                throw CommandFailure("there is no account \(name)")
            }
            users.removeAll { $0.name == name }
            try accounts.save(users)
            print("\(name) was removed")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the accounts.", discussion: "Example: lagebild users list users")
        @Argument(help: "The accounts file.") var file: String
        func run() throws {
            for user in try UserFile(path: file).load() { print("\(user.name) \(user.role.rawValue)") }
        }
    }
}
