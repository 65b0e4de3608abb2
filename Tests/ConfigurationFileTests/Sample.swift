import ConfigurationFile

enum Palette: String, CaseIterable { case white, ironbow, rainbow }

/// What the sample text holds, read as a program would.
struct Sample {
    var name = ""
    var device = ""
    var rate = 0
    var gain = 0.0
    var palette = Palette.white
    var isOn = false
    var drones: [String] = []
    var tags: [String] = []

    static let text = """
        # A sample.
        name: rhein-1
        camera:
          device: /dev/video0
          rate: 30
          gain: 1.5
          palette: ironbow
          on: true
        drones:
          - name: alpha
            port: 4710
          - name: bravo
            port: 4711
        tags: [water, "night"]
        """

    init(_ root: ConfigurationSection) throws {
        name = try root.requiredString("name")
        let camera = try root.section("camera")
        device = try camera.path("device")
        rate = try camera.int("rate", in: 1...120, default: 25)
        gain = try camera.double("gain", in: 0...8, default: 1)
        palette = try camera.enumValue("palette", of: Palette.self, default: .white)
        isOn = try camera.bool("on", default: false)
        for drone in try root.sections("drones") {
            drones.append("\(try drone.requiredString("name")):\(try drone.int("port", in: 1...65_535, default: 1))")
        }
        tags = try root.strings("tags", default: [])
        try root.finish()
    }
}

/// What reading `text` as the sample says: its error, or "accepted".
func message(_ text: String, name: String = "Config/agent.yaml") -> String {
    do {
        _ = try Sample(try ConfigurationSection.parse(text: text, name: name))
        return "accepted"
    } catch { return "\(error)" }
}
