import FlightTypes
import Foundation
import Situation
import Testing

@testable import Leitstelle

@Suite struct IncidentFolderTests {
    private let outside: TemporaryFolder
    private let folder: IncidentFolder
    private let time = WallTime(nanoseconds: 1_785_062_096_500_000_000)  // 2026-07-26, 10:34:56 UTC.

    init() throws {
        outside = try TemporaryFolder()
        folder = IncidentFolder(folder: outside.path + "/data/incidents")
    }

    private func incident(_ name: String, by user: String? = "anna") -> IncidentTracker.Incident {
        IncidentTracker.Incident(name: name, openedAt: time, openedBy: user)
    }
    private func touch(_ path: String) throws { try Data().write(to: URL(fileURLWithPath: path)) }
    private func mark(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.folder + "/open-incident.json"))
    }

    @Test func theFolderIsForItsOwnerOnly() throws {
        let mode = try FileManager.default.attributesOfItem(atPath: folder.folder)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o700)
        _ = IncidentFolder(folder: folder.folder)  // One that is there already does.
    }

    /// A disk that cannot be written at the start keeps no station from starting; the folder is made when it can be.
    @Test func aFolderThatCannotBeMadeIsMadeLater() throws {
        let disk = try outside.file("disk", "")
        let folder = IncidentFolder(folder: disk + "/incidents")
        #expect(folder.resumption().open == nil && !folder.holdsIncidents)
        #expect(throws: (any Error).self) { try folder.make() }
        try FileManager.default.removeItem(atPath: disk)
        try folder.make()
        #expect(FileManager.default.fileExists(atPath: folder.folder))
    }

    @Test func namesComeFromTheTimeAlone() throws {
        let first = folder.newPath(at: time)
        #expect(first == folder.folder + "/einsatz-20260726-103456Z.lagebild")
        #expect(folder.newPath(at: time) == first)
        try touch(first)
        let second = folder.newPath(at: time)
        #expect(second == folder.folder + "/einsatz-20260726-103456Z-2.lagebild")
        try touch(second)
        #expect(folder.newPath(at: time) == folder.folder + "/einsatz-20260726-103456Z-3.lagebild")
        for extreme in [Int64.min, -1, 0, .max] {
            let name = (folder.newPath(at: WallTime(nanoseconds: extreme)) as NSString).lastPathComponent
            #expect(name.hasPrefix("einsatz-") && name.hasSuffix("Z.lagebild"))
        }
    }

    @Test func anOpenIncidentIsResumed() throws {
        #expect(folder.resumption().open == nil)
        let path = folder.newPath(at: time)
        try touch(path)
        let name = "Rhein „km 780“ \"../../x\"\n"
        try folder.remember(incident(name), file: path)
        let open = try #require(IncidentFolder(folder: folder.folder).resumption().open)
        #expect(open.file == path)
        #expect(open.incident == incident(name))
        try folder.remember(incident("next", by: nil), file: path)
        #expect(folder.resumption().open?.incident == incident("next", by: nil))
        try folder.remember(nil, file: "")
        #expect(folder.resumption().open == nil)
        try folder.remember(nil, file: "")
    }

    /// A marker that names a file elsewhere would make the station write there.
    @Test func foreignPathsAreRefused() throws {
        let foreign = try outside.file("foreign.lagebild", "")
        let neighbour = folder.folder + "-other"
        try FileManager.default.createDirectory(atPath: neighbour, withIntermediateDirectories: true)
        try touch(neighbour + "/x.lagebild")
        let paths = [
            foreign, folder.folder + "/../../foreign.lagebild", neighbour + "/x.lagebild", "foreign.lagebild",
            "/etc/passwd", "",
            folder.folder, folder.folder + "/..",
        ]
        for path in paths {
            try folder.remember(incident("x"), file: path)
            #expect(folder.resumption().open == nil, "\(path)")
        }
        // Ours, but gone: nothing to go on with.
        try folder.remember(incident("x"), file: folder.newPath(at: time))
        #expect(folder.resumption().open == nil)
    }

    @Test(arguments: ["", "{", "null", "[]", "{}", #"{"file":1}"#, "\u{0}"])
    func anUnreadableMarkerMeansNone(text: String) throws {
        try mark(text)
        #expect(folder.resumption().open == nil)
    }
}
