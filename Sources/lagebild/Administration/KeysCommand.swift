import Terminal
import DurableFiles
import ArgumentParser
import FlightTypes
import Foundation
import LinkProtocol
import LinkTransport
import PlainText

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make keys and say which drones may come in, in the manner of ssh.",
        discussion: "Example: lagebild keys generate drone.key",
        subcommands: [Generate.self, Authorize.self, Revoke.self, List.self])

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key pair: FILE (secret) and FILE.pub.",
            discussion: "Example: lagebild keys generate drone.key")
        @Argument(help: "Where the secret key goes. An existing key is never replaced.") var file: String
        @Option(help: "A remark in the public key.") var comment = ""
        func run() throws { print(try KeyFile.generate(path: file, comment: comment).text) }
    }

    struct Authorize: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a drone in; a running Leitstelle takes it over within a second.",
            discussion: "Example: lagebild keys authorize authorized_drones drohne-1 drone.key.pub")
        @Argument(help: "The Leitstelle's list of drones.") var list: String
        @Argument(help: "The drone's name: a–z, 0–9 and -, at most 32.") var name: String
        @Argument(help: "Its public key: a .pub file or the line itself.") var key: String
        func run() throws {
            guard let drone = DroneID(name.withoutBlanks) else {
                throw ValidationError("'\(name.printable(limit: 80))' is no drone name (a–z, 0–9, -; at most 32)")
            }
            let file = EnrolmentFile(path: list)
            let public_ = try KeyFile.publicKey(key)
            var enrolled = try file.load()
            if let other = enrolled.first(where: { $0.publicKey == public_.key && $0.drone != drone }) {
                throw CommandFailure("that key already belongs to \(other.drone); the list stays as it was")
            }
            enrolled.removeAll { $0.drone == drone }
            enrolled.append(StationLink.Enrolment(drone: drone, publicKey: public_.key))
            try file.save(enrolled)
            print("\(drone) may come in")
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut a drone out; a running Leitstelle ends its session within a second.",
            discussion: "Example: lagebild keys revoke authorized_drones drohne-1")
        @Argument(help: "The Leitstelle's list of drones.") var list: String
        @Argument(help: "The drone's name.") var name: String
        func run() throws {
            let file = EnrolmentFile(path: list)
            let name = name.withoutBlanks
            var enrolled = try file.load()
            guard enrolled.contains(where: { $0.drone.name == name }) else {
                throw CommandFailure("\(name) is not on the list")
            }
            enrolled.removeAll { $0.drone.name == name }
            try file.save(enrolled)
            print("\(name) is shut out")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who may come in.", discussion: "Example: lagebild keys list authorized_drones")
        @Argument(help: "The Leitstelle's list of drones.") var list: String
        func run() throws {
            if let fault = ForeignHands.fault(of: list) { complain("\(fault); a Leitstelle refuses it".printable()) }
            let drones = try EnrolmentFile(path: list).load()
            if drones.isEmpty { complain("\(list): no drone may come in".printable()) }
            for drone in drones {
                print(PublicKeyLine(key: drone.publicKey, comment: drone.drone.name).text)
            }
        }
    }
}
