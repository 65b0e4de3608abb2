import Foundation
import Testing

@testable import Viewer

@Suite struct RequestGuardTests {
    private let guarded = RequestGuard(allowedHosts: [
        "localhost", "127.0.0.1", "[::1]", "Lage.Feuerwehr.example", "elw:8420",
    ])

    @Test(arguments: [
        "localhost", "localhost:8420", "LOCALHOST:1", "127.0.0.1:80", "[::1]", "[::1]:8420", "lage.feuerwehr.example",
        "lage.feuerwehr.example:443", "elw:8420",
    ])
    func ourOwnHosts(authority: String) { #expect(guarded.allows(authority: authority)) }

    @Test(arguments: [
        "", ":", ":8420", "evil.example", "evil.example:8420", "localhost.evil.example", "localhost:8420.evil.example",
        "localhost:8420@evil.example", "localhost@evil.example", "evil.example/localhost", "127.0.0.1.nip.example",
        "127.0.0.2", "0.0.0.0", "[::2]", "[::1", "[::1]evil.example", "[::1]8420", "::1", "[]", "[", "]", "localhost.",
        "localhost :8420", "lage.feuerwehr.example.evil.example", "xlage.feuerwehr.example", "elw", "elw:8421",
        "localhost:٣",
    ])
    func foreignHosts(authority: String) {
        #expect(!guarded.allows(authority: authority))
        #expect(!guarded.allows(origin: "http://" + authority, authority: authority))
    }

    @Test func noHostIsForeign() {
        #expect(!guarded.allows(authority: nil))
        #expect(!guarded.allows(origin: "http://localhost", authority: nil))
        #expect(!guarded.allows(origin: nil, authority: "localhost"))
    }

    @Test(arguments: [
        ("http://localhost:8420", "localhost:8420"), ("https://localhost:8420", "localhost:8420"),
        ("http://[::1]:8420", "[::1]:8420"), ("HTTP://Localhost:8420", "localhost:8420"),
    ])
    func ourOwnPage(origin: String, authority: String) { #expect(guarded.allows(origin: origin, authority: authority)) }

    @Test(arguments: [
        "null", "", "http://evil.example", "http://localhost", "http://localhost:8421", "http://127.0.0.1:8420",
        "http://localhost:8420.evil.example", "http://localhost:8420/", "file://localhost:8420", "localhost:8420",
        "http://evil.example http://localhost:8420", "http://[::1]:8420", "ws://localhost:8420",
    ])
    func foreignPages(origin: String) { #expect(!guarded.allows(origin: origin, authority: "localhost:8420")) }

    @Test func cookies() {
        func value(_ header: String?) -> String? { RequestGuard.cookie("lagebild", in: header) }
        #expect(value("lagebild=a1.b2.") == "a1.b2.")
        #expect(value("theme=dark; lagebild=x; other=y") == "x")
        #expect(value("theme=dark;lagebild=x") == "x")
        #expect(value("lagebild=first; lagebild=second") == "first")
        #expect(value("xlagebild=x; lagebildx=y; Lagebild=z") == nil)
        #expect(value(nil) == nil)
        for empty in ["", ";", "=", "; ; =;", "lagebild", "lagebild=", "lagebild=;", "=lagebild", "a=lagebild=x"] {
            #expect(value(empty) == nil, "\(empty)")
        }
        #expect(value("lagebild=x; pad=" + String(repeating: "p", count: 9_000)) == nil)
    }

    /// Whatever comes as authority, origin or cookie is answered, and only our own names are let in.
    @Test func noise() {
        var random = SplitMix(state: 11)
        let pieces = [
            "localhost", "[::1]", "[", "]", ":", "8420", "http://", "evil", ".", "/", "@", "ä", "\u{301}", "\r\n", ";",
            "=",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...5, using: &random))
                .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            if guarded.allows(authority: text) {
                #expect(text.hasPrefix("localhost") || text.hasPrefix("[::1]"))
                #expect(!text.contains("evil") && !text.contains("@"))
            }
            _ = guarded.allows(origin: text, authority: "localhost")
            _ = RequestGuard.cookie("localhost", in: text)
            _ = ViewerServer.formFields(text)
        }
    }
}

@Suite struct FormTests {
    @Test func fields() {
        let fields = ViewerServer.formFields("user=anna&password=a%2Bb+c%26d%3D%C3%A4&empty=&x=1=2")
        #expect(fields == ["user": "anna", "password": "a+b c&d=ä", "empty": "", "x": "1=2"])
    }

    @Test(arguments: ["", "&", "&&&", "user", "=", "%", "user=%", "user=%ZZ", "user=%FF", "%FF=anna"])
    func malformedFieldsAreEmptyOrAbsent(text: String) {
        #expect((ViewerServer.formFields(text)["user"] ?? "").isEmpty)
    }

    @Test func noMoreThanSixteen() {
        let text = (0..<1_000).map { "f\($0)=x" }.joined(separator: "&")
        #expect(ViewerServer.formFields(text).count == 16)
    }
}

@Suite struct BrowserMessageTests {
    private func wish(_ json: String, _ role: Role) throws -> String? {
        let message = try JSONDecoder().decode(BrowserMessage.self, from: Data(json.utf8))
        return message.wish(of: SignedIn(name: "anna", role: role)).map { "\($0)" }
    }

    @Test(arguments: Role.allCases)
    func onlyThoseWhoMayOperateOpenAndClose(role: Role) throws {
        let open = try wish(#"{"type":"incident","action":"open","name":"Rhein"}"#, role)
        let close = try wish(#"{"type":"incident","action":"close"}"#, role)
        #expect(open == (role == .ausbilder ? nil : #"openIncident(name: "Rhein")"#))
        #expect(close == (role == .ausbilder ? nil : "closeIncident"))
    }

    @Test func replay() throws {
        #expect(try wish(#"{"type":"replay","action":"pause"}"#, .ausbilder) == "replayPause")
        #expect(try wish(#"{"type":"replay","action":"play"}"#, .ausbilder) == "replayPlay")
        #expect(
            try wish(#"{"type":"replay","action":"seek","value":1500}"#, .ausbilder)
                == "replaySeek(milliseconds: 1500.0)")
        #expect(try wish(#"{"type":"replay","action":"rate","value":-1e300}"#, .ausbilder) == "replayRate(-1e+300)")
        #expect(try wish(#"{"type":"replay","action":"seek"}"#, .ausbilder) == nil)
    }

    @Test(arguments: [
        #"{"type":"incident"}"#, #"{"type":"incident","action":"delete"}"#, #"{"type":"clock","b":1}"#,
        #"{"type":"replay","action":"open","name":"x"}"#, #"{"type":"","action":""}"#,
    ])
    func anythingElseIsNoWish(json: String) throws { #expect(try wish(json, .admin) == nil) }

    @Test(arguments: [
        "", "[]", "null", "{}", #"{"type":1}"#, #"{"type":"replay","action":"seek","value":"1"}"#, "\u{0}",
    ])
    func malformedMessagesAreErrors(json: String) { #expect(throws: (any Error).self) { try wish(json, .admin) } }
}
