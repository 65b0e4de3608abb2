import Foundation
import HotspotDetection
import ImageCoding

/// Pictures of what was found and what was not: a page for people, the worst first, and one picture of eight of them, mistakes above. Holds
/// only the pictures that may get into that one.
///
/// Green is true and found, red true and missed, yellow found and not true.
final class DetectReport {
    private struct Entry {
        var file: String, caption: String
        var mistakes: Int
        /// Interleaved red, green and blue.
        var pixels: [UInt8]
        var width: Int, height: Int
    }
    enum Verdict {
        case found, missed, invented
        var colour: (UInt8, UInt8, UInt8) {
            switch self {
            case .found: (60, 220, 90)
            case .missed: (255, 60, 60)
            case .invented: (255, 210, 0)
            }
        }
    }
    /// Around a thing, in pixels of the picture.
    struct Mark {
        var left: Int, top: Int, right: Int, bottom: Int
        var verdict: Verdict
    }
    private let folder: String
    private var entries: [Entry] = []

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func add(_ name: String, _ image: ThermalImage, _ marks: [Mark]) throws {
        // Small pictures twice as large, so that a target of three pixels can be seen.
        let scale = image.width < 400 ? 2 : 1
        let (width, height) = (image.width * scale, image.height * scale)
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let value = UInt8(clamping: image.values[y / scale * image.width + x / scale])
                let place = (y * width + x) * 3
                (pixels[place], pixels[place + 1], pixels[place + 2]) = (value, value, value)
            }
        }
        for mark in marks { Self.draw(mark, scale, &pixels, width: width, height: height) }
        let file = name.replacingOccurrences(of: "/", with: "_") + ".jpg"
        let jpeg = try JPEGEncoder(quality: 88).encode(pixels, layout: .rgb, width: width, height: height)
        try Data(jpeg).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
        func count(_ verdict: Verdict) -> Int { marks.count { $0.verdict == verdict } }
        let mistakes = count(.missed) + count(.invented)
        // Of each kind no more than a sheet has room for.
        let isForSheet = entries.count { ($0.mistakes > 0) == (mistakes > 0) } < Self.acrossSheet
        entries.append(
            Entry(
                file: file,
                caption: "\(name): \(count(.found)) found, \(count(.missed)) missed, \(count(.invented)) invented",
                mistakes: mistakes, pixels: isForSheet ? pixels : [], width: width, height: height))
    }

    private static func draw(_ mark: Mark, _ scale: Int, _ pixels: inout [UInt8], width: Int, height: Int) {
        let colour = mark.verdict.colour
        let left = (mark.left - 3) * scale, right = (mark.right + 4) * scale
        let top = (mark.top - 3) * scale, bottom = (mark.bottom + 4) * scale
        guard left < right, top < bottom else { return }
        // What is told of may lie outside of the picture.
        for y in (top..<bottom).clamped(to: 0..<height) {
            for x in (left..<right).clamped(to: 0..<width)
            where x < left + scale || x >= right - scale || y < top + scale || y >= bottom - scale {
                let place = (y * width + x) * 3
                (pixels[place], pixels[place + 1], pixels[place + 2]) = colour
            }
        }
    }

    private static let acrossSheet = 4

    /// Mistakes above, the others below, four of each, cut to the size of the first.
    private func writeSheet() throws {
        guard let first = entries.first(where: { !$0.pixels.isEmpty }) else { return }
        let rows = [true, false].map { isBad in
            entries.filter { ($0.mistakes > 0) == isBad && !$0.pixels.isEmpty }
        }
        let gap = 4
        let width = Self.acrossSheet * (first.width + gap) - gap, height = 2 * (first.height + gap) - gap
        var sheet = [UInt8](repeating: 255, count: width * height * 3)
        for (row, entries) in rows.enumerated() {
            for (column, entry) in entries.enumerated() {
                let across = min(entry.width, first.width) * 3
                for y in 0..<min(entry.height, first.height) {
                    let to = ((row * (first.height + gap) + y) * width + column * (first.width + gap)) * 3
                    let from = y * entry.width * 3
                    sheet.replaceSubrange(to..<to + across, with: entry.pixels[from..<from + across])
                }
            }
        }
        let jpeg = try JPEGEncoder(quality: 80).encode(sheet, layout: .rgb, width: width, height: height)
        try Data(jpeg).write(to: URL(fileURLWithPath: folder + "/sheet.jpg"))
    }

    /// Writes the page; the worst pictures first, then as many without a mistake.
    func finish(title: String, summary: [String]) throws {
        let bad = entries.filter { $0.mistakes > 0 }.sorted { ($0.mistakes, $1.file) > ($1.mistakes, $0.file) }
        let good = entries.filter { $0.mistakes == 0 }.prefix(max(8, bad.count))
        func figures(_ some: some Sequence<Entry>) -> String {
            some.map {
                "<figure><img src=\"\($0.file)\" loading=\"lazy\"><figcaption>\($0.caption)</figcaption></figure>"
            }
            .joined(separator: "\n")
        }
        let page = """
            <!doctype html><meta charset="utf-8"><title>\(title)</title>
            <style>body{font:15px sans-serif;background:#181a1b;color:#e8e6e3}figure{display:inline-block;margin:6px;vertical-align:top}
            img{max-width:480px;display:block}figcaption{font-size:12px;max-width:480px}</style>
            <h1>\(title)</h1><pre>\(summary.joined(separator: "\n"))</pre>
            <p>Green: true and found. Red: true and missed. Yellow: found and not true.</p>
            <h2>With mistakes (\(bad.count) of \(entries.count))</h2>
            \(figures(bad))
            <h2>Without</h2>
            \(figures(good))
            """
        try Data(page.utf8).write(to: URL(fileURLWithPath: folder + "/index.html"))
        try writeSheet()
    }
}
