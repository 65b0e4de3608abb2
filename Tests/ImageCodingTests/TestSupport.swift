import Foundation
import ImageCoding

/// Other people's measurement data; absent on most machines, and never part of the repository.
enum Data {
    static let folder: String = {
        if let given = ProcessInfo.processInfo.environment["LAGEBILD_DATA"] { return given }
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let repository = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return repository.deletingLastPathComponent().appendingPathComponent("shared/data").path
    }()
    static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
    static func files(in name: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []
        return names.sorted().map { "\(folder)/\(name)/\($0)" }
    }
    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Foundation.Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// A smooth picture, so that JPEG keeps it nearly unchanged.
func gradient(width: Int, height: Int) -> [UInt8] {
    (0..<width * height).map { UInt8(40 + ($0 % width) * 100 / width + ($0 / width) * 100 / height) }
}
func meanDifference(_ a: [UInt8], _ b: [UInt8]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    return Double(zip(a, b).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.count)
}
