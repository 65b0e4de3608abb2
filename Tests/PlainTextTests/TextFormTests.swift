import PlainText
import Testing

@Suite struct TextFormTests {
    @Test func nothingReachesTheTerminalButText() {
        #expect("\u{1B}[2J\u{1B}]0;x\u{7}weg".printable() == "?[2J?]0;x?weg")
        #expect("a\nb\r\u{9B}31m\u{85}".printable() == "a?b??31m?")
        #expect("a\nb\u{202E}c".printable(keepingLines: true) == "a\nb?c")
        #expect("Einsatz „Rhein“ – Größe".printable() == "Einsatz „Rhein“ – Größe")
        #expect("abcdef".printable(limit: 3) == "abc…")
        #expect("abc".printable(limit: 3) == "abc")
        let all = (0...0x10FFFF).compactMap(Unicode.Scalar.init).filter {
            $0.value < 0x20 || (0x7F..<0xA0).contains($0.value)
        }
        #expect(all.allSatisfy { String(Character($0)).printable() == "?" })
    }

    @Test func foldersAndNames() {
        for (path, folder, name) in [
            ("k", ".", "k"), ("a/k", "a", "k"), ("/k", "/", "k"), ("/", "/", "/"), ("a//k", "a", "k"),
            ("a/k/", "a", "k"),
            ("./k", ".", "k"), ("", ".", ""), ("//k", "/", "k"), ("ä/ö", "ä", "ö"),
        ] {
            #expect(path.parentFolder == folder, "\(path)")
            #expect(path.lastPathPart == name, "\(path)")
        }
    }

    @Test func machines() throws {
        for (text, host) in [
            ("[::1]", "::1"), ("::1", "::1"), (" leitstelle.lan ", "leitstelle.lan"), ("10.0.0.1\u{A0}", "10.0.0.1"),
            ("[fe80::1%eth0]", "fe80::1%eth0"), ("0.0.0.0", "0.0.0.0"),
        ] { #expect(try HostText.host(text).get() == host) }
        for text in ["http://a", "a:4790", "[::1]:4790", "[::1", "[a]", "", " ", "a b", "a#b", "a/b", "10.0.0.1,"] {
            #expect(throws: HostFault.self, "\(text)") { try HostText.host(text).get() }
        }
        #expect(HostText.endpoint("::1", 80) == "[::1]:80" && HostText.endpoint("a", 80) == "a:80")
    }

    @Test func negativeNumbersAreValues() {
        func of(_ text: String) -> String {
            SignedArguments.protected(text.split(separator: " ").map(String.init), positional: ["grid"])
                .joined(separator: " ")
        }
        #expect(of("grid 51.5 -0.12") == "grid 51.5 -- -0.12")
        #expect(of("grid -33.9 18.4") == "grid -- -33.9 18.4")
        #expect(of("grid -33.9 -18.4") == "grid -- -33.9 -18.4")
        #expect(of("grid -- -33.9 -18.4") == "grid -- -33.9 -18.4")
        #expect(of("grid -.5 -1") == "grid -- -.5 -1")
        #expect(of("grid --help") == "grid --help")
        #expect(
            of("calibrate --point -33.9,18.4 --point-height -3") == "calibrate --point=-33.9,18.4 --point-height=-3")
        #expect(of("calibrate --point=-33.9,18.4 --search 3") == "calibrate --point=-33.9,18.4 --search 3")
        #expect(of("show -h") == "show -h")
        #expect(of("detect a -1") == "detect a -1")
    }
}
