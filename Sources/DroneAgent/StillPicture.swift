import FlightTypes
import ImageCoding

/// Finds a camera that repeats one picture although no two of its files are equal: coded anew each time, or with a clock drawn into a
/// corner. Looks twice a second at the brightness, at a fraction of the size. Pure.
///
/// Only what has structure can tell a frozen picture from a quiet one: black water at night is the same black again and again. So
/// much of the picture must be structure, and all of that the same to the last bit, as no camera's noise lets it be.
struct StillPicture: Sendable {
    static let lookInterval = Duration.milliseconds(500)
    /// After so long the picture is frozen: all of it unchanged, or all but a small part.
    static let wholeAfter = Duration.seconds(1)
    static let partAfter = Duration.seconds(4)
    /// Tiles that may have changed meanwhile, of all; and that must have structure and be unchanged.
    static let changedShare = 0.06
    static let structuredShare = 0.25
    /// Between a tile's darkest and brightest pixel, of 255.
    static let structure = 12
    /// Pixels of the reduced picture.
    private static let tile = 16
    private static let widthLimit = 960

    private struct Reference {
        var luma: [UInt8]
        var width: Int, height: Int
        var since: MonotonicInstant
        var changed: [Bool]
        var isStructured: [Bool]
    }
    private var reference: Reference?
    private var lastLook: MonotonicInstant?
    private var isStill = false

    /// Judges the newest picture, or repeats the last judgement.
    mutating func look(_ jpeg: [UInt8], at now: MonotonicInstant) -> Bool {
        if let lastLook, now >= lastLook, now.since(lastLook) < Self.lookInterval { return isStill }
        lastLook = now
        guard let planes = try? JPEGPlanes(), (try? planes.decode(jpeg, widthLimit: Self.widthLimit)) != nil,
            let picture = planes.withPlanes({ luma, _, _ in Self.copy(luma) })
        else {
            (reference, isStill) = (nil, false)
            return false
        }
        isStill = compare(picture, at: now)
        return isStill
    }

    private static func copy(_ plane: JPEGPlanes.Plane) -> (luma: [UInt8], width: Int, height: Int) {
        var luma: [UInt8] = []
        luma.reserveCapacity(plane.width * plane.height)
        for y in 0..<plane.height { luma += plane.values[y * plane.stride..<y * plane.stride + plane.width] }
        return (luma, plane.width, plane.height)
    }

    /// Whether the picture stands still since the reference; where it moves it becomes the reference.
    private mutating func compare(_ picture: (luma: [UInt8], width: Int, height: Int), at now: MonotonicInstant) -> Bool
    {
        guard var known = reference, known.width == picture.width, known.height == picture.height else {
            begin(picture, at: now)
            return false
        }
        let across = (known.width + Self.tile - 1) / Self.tile
        for y in 0..<known.height {
            let row = y * known.width
            for tile in 0..<across where !known.changed[y / Self.tile * across + tile] {
                let span = row + tile * Self.tile..<row + min(known.width, (tile + 1) * Self.tile)
                if !known.luma[span].elementsEqual(picture.luma[span]) {
                    known.changed[y / Self.tile * across + tile] = true
                }
            }
        }
        let tiles = Double(known.changed.count)
        let changed = known.changed.count(where: \.self)
        let structured = zip(known.changed, known.isStructured).count(where: { !$0 && $1 })
        guard Double(changed) <= Self.changedShare * tiles, Double(structured) >= Self.structuredShare * tiles else {
            begin(picture, at: now)
            return false
        }
        reference = known
        return now.since(known.since) >= (changed == 0 ? Self.wholeAfter : Self.partAfter)
    }

    private mutating func begin(_ picture: (luma: [UInt8], width: Int, height: Int), at now: MonotonicInstant) {
        let across = (picture.width + Self.tile - 1) / Self.tile, down = (picture.height + Self.tile - 1) / Self.tile
        var (least, most) = ([UInt8](repeating: 255, count: across * down), [UInt8](repeating: 0, count: across * down))
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let (place, value) = (y / Self.tile * across + x / Self.tile, picture.luma[y * picture.width + x])
                least[place] = min(least[place], value)
                most[place] = max(most[place], value)
            }
        }
        reference = Reference(
            luma: picture.luma, width: picture.width, height: picture.height, since: now,
            changed: [Bool](repeating: false, count: across * down),
            isStructured: zip(least, most).map { Int($1) - Int($0) >= Self.structure })
    }
}
