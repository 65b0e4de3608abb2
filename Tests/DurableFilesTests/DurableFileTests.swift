import Foundation
import TestSupport
import Testing

@testable import DurableFiles

@Suite struct DurableFileTests {
    @Test func replacesWholeAndKeepsTheOldOnFailure() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("text")
        let long = String(repeating: "ä", count: 300_000)
        try DurableFile.replace(path, with: long)
        #expect(try folder.read("text") == long)
        try DurableFile.replace(path, with: "short", mode: 0o644)
        #expect(try folder.read("text") == "short")
        #expect(try folder.mode("text") == 0o644)
        #expect(folder.names == ["text"])
        #expect(throws: DurableFile.Failure.self) { try DurableFile.replace(folder.file("none/text"), with: "") }
        // A folder stands in the way: no trace of the attempt stays.
        try FileManager.default.createDirectory(atPath: folder.file("d/x"), withIntermediateDirectories: true)
        #expect(throws: DurableFile.Failure.self) { try DurableFile.replace(folder.file("d"), with: "") }
        #expect(folder.names == ["d", "text"])
    }

    /// What lies there under any name, as a link or with rights of its own, is not written through.
    @Test func neverThroughALinkNorWithForeignRights() throws {
        let folder = try TemporaryFolder()
        let target = try folder.write("precious", to: "target")
        #expect(chmod(target, 0o666) == 0)
        for name in ["k", "k.new"] { #expect(symlink(target, folder.file(name)) == 0) }
        try DurableFile.replace(folder.file("k"), with: "secret")
        #expect(try folder.read("target") == "precious")
        #expect(try folder.read("k") == "secret" && folder.mode("k") == 0o600)
        #expect(throws: DurableFile.Failure.self) { try DurableFile.create(folder.file("k.new"), with: "secret") }
        #expect(symlink(folder.file("nowhere"), folder.file("dangling")) == 0)
        #expect(throws: DurableFile.Failure.self) { try DurableFile.create(folder.file("dangling"), with: "secret") }
        #expect(try folder.read("target") == "precious")
        #expect(folder.names == ["dangling", "k", "k.new", "target"])
    }

    /// Where somebody keeps the file elsewhere on purpose, neither the link nor its target is written.
    @Test func aLinkIsRefusedWhereItIsToBe() throws {
        let folder = try TemporaryFolder()
        let target = try folder.write("precious", to: "target")
        #expect(symlink(target, folder.file("k")) == 0)
        let error = #expect(throws: DurableFile.Failure.self) {
            try DurableFile.replace(folder.file("k"), with: "secret", link: .refused)
        }
        #expect(error?.mend == "name the file itself")
        #expect(try folder.read("target") == "precious")
        #expect(folder.names == ["k", "target"])
        try DurableFile.replace(target, with: "secret", link: .refused)
        #expect(try folder.read("target") == "secret")
    }

    /// Every change of a file is another stamp, also one that keeps its length and is undone.
    @Test func stampsTellStatesApart() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a")
        #expect(FileStamp.now(of: path) == nil)
        var stamps: Set<FileStamp> = []
        for text in ["one", "two", "one"] {
            try DurableFile.replace(path, with: text)
            let stamp = try #require(try DurableFile.readStamped(path)?.stamp)
            #expect(stamp == FileStamp.now(of: path))
            #expect(!stamp.othersMayWrite)
            stamps.insert(stamp)
        }
        #expect(stamps.count == 3)
        #expect(chmod(path, 0o620) == 0)
        #expect(FileStamp.now(of: path)?.othersMayWrite == true)
    }

    @Test func readsOrdinaryFilesAlone() throws {
        let folder = try TemporaryFolder()
        #expect(try DurableFile.read(folder.file("none")) == nil)
        #expect(try DurableFile.read(folder.write("ä", to: "a")) == [0xC3, 0xA4])
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        for path in [folder.file("pipe"), folder.path, "/dev/zero"] {
            #expect(throws: DurableFile.Failure.self, "\(path)") { try DurableFile.read(path) }
        }
        let sparse = folder.file("sparse")
        #expect(FileManager.default.createFile(atPath: sparse, contents: nil))
        #expect(truncate(sparse, off_t(DurableFile.sizeLimit + 1)) == 0)
        #expect(throws: DurableFile.Failure.self) { try DurableFile.read(sparse) }
    }

    @Test func listsThatOthersMayWrite() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "list")
        for (mode, isBad) in [
            (0o600, false), (0o644, false), (0o640, false), (0o664, true), (0o606, true), (0o622, true),
        ] {
            #expect(chmod(path, mode_t(mode)) == 0)
            #expect((ForeignHands.fault(of: path) != nil) == isBad, "\(String(mode, radix: 8))")
        }
        #expect(chmod(path, 0o600) == 0 && chmod(folder.path, 0o777) == 0)
        #expect(ForeignHands.fault(of: path)?.contains("folder") == true)
        #expect(chmod(folder.path, 0o1777) == 0)
        #expect(ForeignHands.fault(of: path) == nil)
        #expect(ForeignHands.fault(of: folder.file("none")) == nil)
    }
}
