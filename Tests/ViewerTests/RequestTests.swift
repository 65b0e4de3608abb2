import Accounts
import Foundation
import TestSupport
import Testing

@testable import Viewer

@Suite struct RequestGuardTests {
    private let guarded = RequestGuard(
        allowedHosts: [
            "localhost", "127.0.0.1", "[::1]", "Lage.Feuerwehr.example", "elw:8420", "düsseldorf.example",
            "fe80::1%eth0",
            "portal:443",
        ], allowedOrigins: ["https://front.example:8443"])

    @Test(arguments: [
        "localhost", "localhost:8420", "LOCALHOST:1", "127.0.0.1:80", "[::1]", "[::1]:8420", "lage.feuerwehr.example",
        "lage.feuerwehr.example:443", "elw:8420", "localhost.", "localhost.:8420", "[0:0::1]:8420",
        "xn--dsseldorf-q9a.example",
    ])
    func ourOwnHosts(authority: String) { #expect(guarded.allows(authority: authority)) }

    @Test(arguments: [
        "", ":", ":8420", "evil.example", "evil.example:8420", "localhost.evil.example", "localhost:8420.evil.example",
        "localhost:8420@evil.example", "localhost@evil.example", "evil.example/localhost", "127.0.0.1.nip.example",
        "127.0.0.2", "0.0.0.0", "[::2]", "[::1", "[::1]evil.example", "[::1]8420", "::1", "[]", "[", "]", "localhost..",
        "localhost :8420", "lage.feuerwehr.example.evil.example", "xlage.feuerwehr.example", "elw", "elw:8421",
        "localhost:٣",
    ])
    func foreignHosts(authority: String) {
        #expect(!guarded.allows(authority: authority))
        #expect(!guarded.allows(origin: "http://" + authority, authority: authority))
    }

    /// An address without brackets or with a zone, as administrators write it, and a port that browsers leave out.
    @Test(arguments: ["[fe80::1]", "[fe80::1]:8420", "portal", "portal:443"])
    func asAdministratorsWriteThem(authority: String) { #expect(guarded.allows(authority: authority)) }

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

    /// RFC 6454: a scheme's own port is the same whether it is written or not.
    @Test(arguments: [
        ("https://localhost", "localhost:443"), ("https://localhost:443", "localhost"),
        ("http://localhost", "localhost:80"),
        ("http://localhost:80", "localhost"), ("http://localhost", "localhost"), ("https://localhost", "localhost"),
        ("https://LOCALHOST.", "localhost"), ("https://[::1]", "[0:0:0::1]:443"),
        ("https://xn--dsseldorf-q9a.example", "düsseldorf.example"),
    ])
    func aSchemesOwnPort(origin: String, authority: String) {
        #expect(guarded.allows(origin: origin, authority: authority))
    }

    @Test(arguments: [
        ("http://localhost", "localhost:443"), ("https://localhost", "localhost:80"),
        ("https://localhost", "localhost:8443"),
        ("https://localhost:8443", "localhost"), ("http://127.0.0.1", "localhost"), ("https://elw", "localhost"),
        ("https://elw:8421", "localhost"),
    ])
    func anotherPortIsAnotherPage(origin: String, authority: String) {
        #expect(!guarded.allows(origin: origin, authority: authority))
    }

    /// A page that a proxy serves on another port than Host says, where the administrator listed it.
    @Test(arguments: [
        ("https://elw:8420", "localhost"), ("http://elw:8420", "localhost:8420"),
        ("https://front.example:8443", "localhost"),
        ("https://FRONT.example:8443", "[::1]"),
    ])
    func listedPages(origin: String, authority: String) {
        #expect(guarded.allows(origin: origin, authority: authority))
        #expect(!guarded.allows(origin: origin, authority: "evil.example"))
    }

    @Test(arguments: ["http://front.example:8443", "https://front.example", "https://front.example:8444"])
    func onlyAsListed(origin: String) { #expect(!guarded.allows(origin: origin, authority: "localhost")) }

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

    /// A replay on another port once took the live page's session away.
    @Test func theCookieCarriesThePort() {
        let header = "lagebild=old; lagebild-8420=live; lagebild-8421=replay"
        #expect(RequestGuard.cookie(RequestGuard.cookieName(port: 8420), in: header) == "live")
        #expect(RequestGuard.cookie(RequestGuard.cookieName(port: 8421), in: header) == "replay")
        #expect(RequestGuard.cookie(RequestGuard.cookieName(port: 842), in: header) == nil)
    }

    /// Whatever comes as authority, origin or cookie is answered, and only our own names are let in.
    @Test func noise() {
        var random = SplitMix(seed: 11)
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
            _ = SignIn.formFields(text)
        }
    }
}

@Suite struct PageAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:8420/"), ("::1", "http://[::1]:8420/"), ("[::1]", "http://[::1]:8420/"),
        ("0.0.0.0", "http://127.0.0.1:8420/"), ("::", "http://[::1]:8420/"), ("[::]", "http://[::1]:8420/"),
        ("2001:DB8:0::7", "http://[2001:db8::7]:8420/"), ("fe80::1%eth0", "http://[fe80::1%25eth0]:8420/"),
        ("localhost", "http://localhost:8420/"), ("leitstelle.example.org", "http://leitstelle.example.org:8420/"),
    ])
    func whatIsPrintedCanBeOpened(host: String, text: String) {
        #expect(PageAddress.text(host: host, port: 8420) == text)
        // And the page answers under it, whatever viewer.allowedHosts says.
        let guarded = RequestGuard(allowedHosts: ["other.example", PageAddress.name(host)])
        #expect(guarded.allows(authority: String(text.dropFirst(7).dropLast())) || host.contains("%"))
    }

    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0:4790"), ("::", "[::]:4790"), ("[::1]", "[::1]:4790"), ("localhost", "localhost:4790"),
    ])
    func whatIsListenedOn(host: String, text: String) {
        #expect(PageAddress.listening(host: host, port: 4790) == text)
    }

    @Test func bracketsAreNotBound() {
        #expect(PageAddress.bindable("[::1]") == "::1")
        #expect(PageAddress.bindable("::1") == "::1")
        #expect(PageAddress.bindable("127.0.0.1") == "127.0.0.1")
    }

    @Test(arguments: [
        "leitstelle.example.org", "name:8443", "[::1]", "::1", "[::1]:8420", "fe80::1%eth0", "düsseldorf.example",
        "10.0.0.1",
    ])
    func hostsThatCanBeListed(text: String) { #expect(ViewerConfiguration.isHost(text)) }

    @Test(arguments: ["", "http://name", "name/", "name:port", "name:0", "name:70000", "a b", "[::1", "*.example.org"])
    func hostsThatCannot(text: String) { #expect(!ViewerConfiguration.isHost(text)) }
}

@Suite struct FormTests {
    @Test func fields() {
        let fields = SignIn.formFields("user=anna&password=a%2Bb+c%26d%3D%C3%A4&empty=&x=1=2")
        #expect(fields == ["user": "anna", "password": "a+b c&d=ä", "empty": "", "x": "1=2"])
    }

    @Test(arguments: ["", "&", "&&&", "user", "=", "%", "user=%", "user=%ZZ", "user=%FF", "%FF=anna"])
    func malformedFieldsAreEmptyOrAbsent(text: String) {
        #expect((SignIn.formFields(text)["user"] ?? "").isEmpty)
    }

    @Test func noMoreThanSixteen() {
        let text = (0..<1_000).map { "f\($0)=x" }.joined(separator: "&")
        #expect(SignIn.formFields(text).count == 16)
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

    /// A wish nobody has thought of a permission for cannot be made: `permission` names one for each.
    @Test(arguments: Role.allCases)
    func aWishIsHadByWhoMayHaveIt(role: Role) throws {
        for (json, permission) in [
            (#"{"type":"incident","action":"open"}"#, Permission.openIncident),
            (#"{"type":"incident","action":"close"}"#, .closeIncident),
            (#"{"type":"replay","action":"play"}"#, .controlReplay),
        ] {
            #expect((try wish(json, role) != nil) == role.permissions.contains(permission))
        }
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
