import ConfigurationFile
import Geodesy

extension CameraCalibration {
    /// Reads and checks a file such as those under `Config/cameras`; every error names file, line and key.
    public static func load(path: String) throws -> CameraCalibration {
        try read(ConfigurationSection.load(path: path))
    }
    /// As above from its text; `name` stands for the file in errors.
    public static func parse(text: String, name: String) throws -> CameraCalibration {
        try read(ConfigurationSection.parse(text: text, name: name))
    }

    private static func read(_ root: ConfigurationSection) throws -> CameraCalibration {
        let uncertainty = try root.section("uncertainty")
        let calibration = CameraCalibration(
            name: try root.requiredString("name"), camera: try camera(root),
            timeOffsetMilliseconds: try root.double("timeOffsetMilliseconds", in: -2000...2000, default: 0),
            uncertainty: CalibrationUncertainty(
                focalLengthPercent: try uncertainty.double("focalLengthPercent", in: 0...100, default: 5),
                boresightDegrees: try uncertainty.double("boresightDegrees", in: 0...45, default: 2),
                timeOffsetMilliseconds: try uncertainty.double("timeOffsetMilliseconds", in: 0...2000, default: 50)))
        try root.finish()
        guard calibration.camera.isUsableToTheEdge else {
            throw root.error("distortion", "folds the picture before its edge; it belongs to another camera or size")
        }
        return calibration
    }

    private static func camera(_ root: ConfigurationSection) throws -> CameraModel {
        // Asked for as text first, so that an absent one is named as missing.
        _ = try (root.requiredString("width"), root.requiredString("height"))
        let width = try root.int("width", in: 1...65_535, default: 0)
        let height = try root.int("height", in: 1...65_535, default: 0)
        let focal = try focalLength(root, width: width)
        let centre = try root.section("principalPoint")
        let distortion = try root.section("distortion")
        func coefficient(_ key: String) throws -> Double { try distortion.double(key, in: -1000...1000, default: 0) }
        let boresight = try root.section("boresight")
        func angle(_ key: String) throws -> Double { try boresight.double(key, in: -45...45, default: 0) }
        let lever = try root.section("leverArm")
        func length(_ key: String) throws -> Double { try lever.double(key, in: -100...100, default: 0) }
        let (w, h) = (Double(width), Double(height))
        let camera = CameraModel(
            width: width, height: height, focalLengthPixels: focal,
            focalLengthDownPixels: try root.double("focalLengthDown", in: 0.1...1e6, default: focal),
            principalPoint: ImagePoint(
                x: try centre.double("x", in: -w...2 * w, default: w / 2),
                y: try centre.double("y", in: -h...2 * h, default: h / 2)),
            distortion: LensDistortion(
                k1: try coefficient("k1"), k2: try coefficient("k2"), k3: try coefficient("k3"),
                p1: try coefficient("p1"), p2: try coefficient("p2")) ?? .none,
            mountPitchDegrees: try root.double("mountPitch", in: -90...90, default: -90),
            boresight: Boresight(
                rollDegrees: try angle("roll"), pitchDegrees: try angle("pitch"), yawDegrees: try angle("yaw")),
            leverArm: LeverArm(
                forwardMetres: try length("forward"), rightMetres: try length("right"),
                downMetres: try length("down")))
        guard let camera else { throw root.error("width", "and the other values make no camera") }
        return camera
    }

    /// Pixels; from the field of view where that is what is stated.
    private static func focalLength(_ root: ConfigurationSection, width: Int) throws -> Double {
        let focal = try root.double("focalLength", in: 0.1...1e6, default: .nan)
        let view = try root.double("horizontalFieldOfView", in: 1...169, default: .nan)
        guard focal.isNaN != view.isNaN else {
            throw root.error(
                "focalLength", "or 'horizontalFieldOfView' must be there" + (focal.isNaN ? "" : ", and not both"))
        }
        if focal.isFinite { return focal }
        guard let pinhole = CameraModel(width: width, height: 1, horizontalFieldOfViewDegrees: view) else {
            throw root.error("horizontalFieldOfView", "makes no camera")
        }
        return pinhole.focalLengthPixels
    }
}

/// A value of a camera's file, to be written in place of another.
public struct CalibrationEdit: Sendable {
    /// The section it stands in; nil for the outermost.
    public var section: String?
    /// Its key.
    public var key: String
    /// What to write.
    public var value: Double
    /// What to write behind it as a comment.
    public var remark: String
    /// An edit of its parts.
    public init(section: String? = nil, key: String, value: Double, remark: String) {
        self.section = section
        self.key = key
        self.value = value
        self.remark = remark
    }
}

/// The text of a camera's file with values replaced in their lines, so that sources and remarks of the others stay.
///
/// Throws where a key has no line of its own (`section:`, and below it `  key: value`); nothing is added.
public func edited(_ text: String, name: String, edits: [CalibrationEdit]) throws -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for edit in edits {
        var section: String?
        var found: Int?
        for (number, line) in lines.enumerated() {
            let body = line.drop { $0 == " " }
            guard let colon = body.firstIndex(of: ":"), !body.hasPrefix("#") else { continue }
            let key = body[..<colon]
            let isIndented = line.hasPrefix(" ")
            if key == edit.key, isIndented == (edit.section != nil), !isIndented || section == edit.section {
                found = number
                break
            }
            if !isIndented { section = String(key) }
        }
        guard let found else {
            let path = edit.section.map { "\($0).\(edit.key)" } ?? edit.key
            throw ConfigurationError(problems: ["\(name): '\(path)' has no line of its own; write one with 0"])
        }
        let value = (edit.value * 1000).rounded() / 1000 + 0
        lines[found] = lines[found].prefix { $0 == " " } + "\(edit.key): \(value)  # \(edit.remark)"
    }
    return lines.joined(separator: "\n")
}
