import Foundation
import Testing

@testable import Versions

@Suite struct LinkedVersionsTests {
    @Test func everythingLinkedIsNamed() {
        let all = LinkedVersions.all()
        for name in [
            "SQLite", "libpng", "libsodium", "libjpeg-turbo", "ISA-L", "libargon2", "libv4l", "Swift", "swift-nio",
            "hummingbird", "grdb.swift", "swift-crypto", "yams", "swift-argument-parser",
        ] {
            #expect(all.filter { $0.name == name && !$0.version.isEmpty }.count == 1, "\(name)")
        }
        // The loaded libraries say theirs themselves.
        for name in ["SQLite", "libpng", "libsodium"] {
            #expect(all.first { $0.name == name }?.version.wholeMatch(of: /[0-9]+(\.[0-9]+)+/) != nil)
        }
    }

    @Test func oldSQLiteIsRemarkedOn() {
        for version in ["3.40.1", "3.44.5", "3.45.0", "3.50.6", "3.51.0", "3.51.2"] {
            #expect(LinkedVersions.sqlite(version).remark != nil, "\(version)")
        }
        for version in ["3.44.6", "3.50.7", "3.51.3", "3.52.0", "4.0.0"] {
            #expect(LinkedVersions.sqlite(version).remark == nil, "\(version)")
        }
    }

    @Test func readsDebiansList() {
        let text = """
            Package: libisal2
            Status: deinstall ok config-files
            Version: 1.0

            Package: libisal2
            Status: install ok installed
            Version: 2.30.0-5
            Description: Version: 9
             Version: 8

            Package: other
            Status: install ok installed
            Version: 7
            """
        #expect(DebianPackages.versions(of: ["libisal2", "gone"], in: text) == ["libisal2": "2.30.0-5"])
        #expect(DebianPackages.versions(of: ["a"], status: "/nowhere/status").isEmpty)
    }
}
