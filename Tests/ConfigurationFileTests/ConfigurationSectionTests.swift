import ConfigurationFile
import Testing

@Suite struct ConfigurationSectionTests {
    @Test func readsTheSample() throws {
        let sample = try Sample(try ConfigurationSection.parse(text: Sample.text, name: "a.yaml"))
        #expect(sample.name == "rhein-1" && sample.device == "/dev/video0")
        #expect(sample.rate == 30 && sample.gain == 1.5 && sample.palette == .ironbow && sample.isOn)
        #expect(sample.drones == ["alpha:4710", "bravo:4711"])
        #expect(sample.tags == ["water", "night"])
    }

    /// Each line replaces a piece of the sample and names the whole message, without the file.
    @Test(arguments: [
        ("rate: 30", "rote: 30", "5: unknown key 'rote' in 'camera' (did you mean 'rate'?)"),
        ("rate: 30", "rate: fast", "5: 'camera.rate' must be a whole number from 1 to 120, not 'fast'"),
        ("rate: 30", "rate: 121", "5: 'camera.rate' must be a whole number from 1 to 120, not '121'"),
        ("rate: 30", "rate: 0", "5: 'camera.rate' must be a whole number from 1 to 120, not '0'"),
        (
            "rate: 30", "rate: 99999999999999999999",
            "5: 'camera.rate' must be a whole number from 1 to 120, not '99999999999999999999'"
        ),
        ("rate: 30", "rate:", "5: 'camera.rate' has no value; write one, or take the line out"),
        ("rate: 30", "rate: ~", "5: 'camera.rate' has no value; write one, or take the line out"),
        ("rate: 30", "rate: [30]", "5: 'camera.rate' must be a single value"),
        ("gain: 1.5", "gain: .nan", "6: 'camera.gain' must be a number from 0.0 to 8.0, not '.nan'"),
        ("gain: 1.5", "gain: nan", "6: 'camera.gain' must be a number from 0.0 to 8.0, not 'nan'"),
        ("gain: 1.5", "gain: 1e999", "6: 'camera.gain' must be a number from 0.0 to 8.0, not '1e999'"),
        ("on: true", "on: yes", "8: 'camera.on' must be true or false, not 'yes'"),
        ("palette: ironbow", "palette: red", "7: 'camera.palette' must be one of white, ironbow, rainbow, not 'red'"),
        ("gain: 1.5", "rate: 2", "5: key 'rate' stands there more than once; this is the first"),
        ("name: rhein-1", "", "1: 'name' is missing"),
        ("name: rhein-1", "name: ''", "2: 'name' must not be empty"),
        ("port: 4711", "port: 0", "13: 'drones[2].port' must be a whole number from 1 to 65535, not '0'"),
        ("tags: [water, \"night\"]", "tags: water", "14: 'tags' must be a list"),
        ("tags: [water, \"night\"]", "tags: [water, [a]]", "14: 'tags' must be a list of texts"),
        ("gain: 1.5", "gain: \"\\e[31m\"", "6: 'camera.gain' must be a number from 0.0 to 8.0, not '?[31m'"),
    ])
    func namesTheFault(piece: String, replacement: String, expected: String) {
        #expect(message(Sample.text.replacing(piece, with: replacement)) == "Config/agent.yaml:" + expected)
    }

    @Test func collectsAllUnknownKeys() throws {
        let text = Sample.text.replacing("gain: 1.5", with: "gian: 1.5\n  unheard: 1") + "\nlast: 1\n"
        let lines = Set(message(text).split(separator: "\n"))
        #expect(
            lines == [
                "Config/agent.yaml:6: unknown key 'gian' in 'camera' (did you mean 'gain'?)",
                "Config/agent.yaml:7: unknown key 'unheard' in 'camera'",
                "Config/agent.yaml:16: unknown key 'last'",
            ])
    }

    /// YAML tells the number 1 from the text '1'; a reader who asks for "1" means both.
    @Test func keysThatOnlyYAMLTellsApart() throws {
        let root = try ConfigurationSection.parse(text: "1: a\n'1': b\n", name: "a.yaml")
        #expect(throws: ConfigurationError.self) { try root.string("1", default: "") }
    }

    @Test(arguments: ["", "# only a comment\n", "~", "---\n", "- a\n", "text"]) func refusesWhatIsNoMapping(
        text: String
    ) {
        #expect(message(text).hasPrefix("Config/agent.yaml:1: not a configuration"))
    }

    @Test func refusesOtherForms() {
        #expect(message("name: a\ncamera: 3\n") == "Config/agent.yaml:2: 'camera' must hold keys and values")
        #expect(message("a: 1\n---\nb: 2\n").hasPrefix("Config/agent.yaml:2: not valid YAML"))
        #expect(message("a: 1\n  b: [\n").hasPrefix("Config/agent.yaml:2: not valid YAML"))
        #expect(message("? [a]\n: 1\n" + Sample.text) == "Config/agent.yaml:1: unknown key '?'")
    }

    /// A file may hold what is nobody's business; errors of form must not print it.
    @Test func errorsDoNotQuoteTheFile() {
        for text in ["secret: hunter2\na: 1\na: 2\n", "secret: hunter2\nb: [\n", "secret: hunter2\nc: \u{1}\n"] {
            #expect(!message(text).contains("hunter2"))
        }
    }

    @Test func absentKeysTakeTheirDefaults() throws {
        let root = try ConfigurationSection.parse(text: "camera:\n  # rate: 5\n", name: "a.yaml")
        let camera = try root.section("camera")
        #expect(try camera.int("rate", in: 1...9, default: 7) == 7)
        #expect(try camera.double("gain", in: 0...1, default: 0.5) == 0.5)
        #expect(try camera.bool("on", default: true))
        #expect(try camera.enumValue("palette", of: Palette.self, default: .rainbow) == .rainbow)
        #expect(try camera.string("text", default: "x") == "x")
        #expect(try camera.strings("tags", default: ["y"]) == ["y"])
        #expect(try root.sections("drones").isEmpty)
        #expect(throws: ConfigurationError.self) { try root.enumValue("palette", of: Palette.self, default: nil) }
        let relay = try root.section("relay")
        #expect(throws: ConfigurationError.self) { try relay.requiredString("host") }
        try root.finish()
    }

    @Test func callersOwnErrorsAreLocated() throws {
        let root = try ConfigurationSection.parse(text: "a: 1\nb: 2\n", name: "a.yaml")
        #expect("\(root.error("b", "must be even"))" == "a.yaml:2: 'b' must be even")
    }
}
