import Foundation

/// A file of the page, in memory: what is not loaded at start cannot be asked for, so no request ever becomes a path.
struct Asset: Sendable {
    var type: String
    var bytes: [UInt8]

    /// The page cannot be served.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func loadAll(leafletPath: String) throws -> [String: Asset] {
        guard let page = Bundle.module.url(forResource: "Page", withExtension: nil) else {
            throw Missing(description: "the page's files are not beside the program; install it whole")
        }
        var assets = load(folder: page.path, prefix: "")
        guard assets["index.html"] != nil else { throw Missing(description: "no index.html in \(page.path)") }
        let leaflet = load(folder: leafletPath, prefix: "leaflet/")
        guard leaflet["leaflet/leaflet.js"] != nil else {
            throw Missing(
                description: "no leaflet.js in \(leafletPath): apt-get install libjs-leaflet; the map needs it")
        }
        assets.merge(leaflet) { first, _ in first }
        assets.merge(load(folder: leafletPath + "/images", prefix: "leaflet/images/")) { first, _ in first }
        return assets
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "png": "image/png", "svg": "image/svg+xml", "ico": "image/x-icon",
    ]

    private static func load(folder: String, prefix: String) -> [String: Asset] {
        var assets: [String: Asset] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let type = types[String(name.split(separator: ".").last ?? "")],
                let data = FileManager.default.contents(atPath: folder + "/" + name)
            else { continue }
            assets[prefix + name] = Asset(type: type, bytes: Array(data))
        }
        return assets
    }
}
