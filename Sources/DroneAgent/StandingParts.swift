import FlightTypes

/// Parts of a thermal picture that stand still while the rest lives: rows and columns that are stuck, and regions that were not read
/// out any more. A live sensor has noise everywhere, so that no row of it repeats itself for long. Pure.
///
/// A picture is looked at in lines: each row in up to four pieces, each column too, of at least 32 pixels. A whole line that stands
/// counts; pieces count where they make up a tenth of the picture, so that an even warm surface is no standing part.
struct StandingParts: Sendable {
    /// A piece that repeats itself for this long, and this often, stands.
    static let standingAfter = Duration.seconds(1)
    static let repeatsNeeded = 4
    /// Of the picture: pieces of lines that stand together count from here.
    static let leastRegion = 0.1
    /// Of the picture: where more stands, all of it does, but for a counter or a line of telemetry.
    static let wholePicture = 0.95
    private static let leastPiece = 32

    private struct Piece {
        var unchangedSince: MonotonicInstant
        var repeats = 0
    }
    private var last: [UInt16] = []
    private var width = 0, height = 0
    /// The pieces of a row and of a column, and how long each piece of the picture has stood: of each row, of each column.
    private var across: [Range<Int>] = [], down: [Range<Int>] = []
    private var rows: [Piece] = [], columns: [Piece] = []
    /// Which columns have changed within a piece; used again for each.
    private var hasChanged: [Bool] = []

    /// Which pixels stand, row by row; empty where none do.
    private(set) var mask: [Bool] = []
    /// Of the picture, 0…1.
    private(set) var share = 0.0

    /// Looks at the next picture of 16-bit values.
    mutating func look(_ values: [UInt16], width: Int, height: Int, at now: MonotonicInstant) {
        (mask, share) = ([], 0)
        guard width > 0, height > 0, values.count == width * height else {
            last = []
            return
        }
        defer { last = values }
        guard last.count == values.count, (width, height) == (self.width, self.height) else {
            (self.width, self.height) = (width, height)
            (across, down) = (Self.pieces(of: width), Self.pieces(of: height))
            let piece = Piece(unchangedSince: now)
            rows = [Piece](repeating: piece, count: height * across.count)
            columns = [Piece](repeating: piece, count: width * down.count)
            hasChanged = [Bool](repeating: false, count: width)
            return
        }
        noteRows(values, at: now)
        noteColumns(values, at: now)
        mark(values, at: now)
    }

    /// The picture with its standing parts replaced by what lives around them.
    func filled(_ values: [UInt16]) -> [UInt16] {
        guard !mask.isEmpty, values.count == mask.count else { return values }
        return StandingFill.filled(values, mask: mask, width: width)
    }

    private static func pieces(of length: Int) -> [Range<Int>] {
        let count = min(4, max(1, length / leastPiece))
        return (0..<count).map { length * $0 / count..<length * ($0 + 1) / count }
    }

    private mutating func noteRows(_ values: [UInt16], at now: MonotonicInstant) {
        last.withUnsafeBufferPointer { before in
            values.withUnsafeBufferPointer { after in
                for y in 0..<height {
                    for (index, piece) in across.enumerated() {
                        let places = y * width + piece.lowerBound..<y * width + piece.upperBound
                        let changed = !before[places].elementsEqual(after[places])
                        Self.update(&rows[y * across.count + index], changed, now)
                    }
                }
            }
        }
    }

    private mutating func noteColumns(_ values: [UInt16], at now: MonotonicInstant) {
        last.withUnsafeBufferPointer { before in
            values.withUnsafeBufferPointer { after in
                for (index, piece) in down.enumerated() {
                    for x in 0..<width { hasChanged[x] = false }
                    var left = width
                    // With noise in it a column is seen to change within a few rows.
                    for y in piece where left > 0 {
                        for x in 0..<width where !hasChanged[x] && before[y * width + x] != after[y * width + x] {
                            hasChanged[x] = true
                            left -= 1
                        }
                    }
                    for x in 0..<width { Self.update(&columns[x * down.count + index], hasChanged[x], now) }
                }
            }
        }
    }
    private static func update(_ piece: inout Piece, _ changed: Bool, _ now: MonotonicInstant) {
        if changed { piece = Piece(unchangedSince: now) } else { piece.repeats = min(piece.repeats + 1, repeatsNeeded) }
    }

    private mutating func mark(_ values: [UInt16], at now: MonotonicInstant) {
        guard rows.contains(where: { Self.stands($0, now) }) || columns.contains(where: { Self.stands($0, now) }) else {
            return
        }
        let standingRows = rows.map { Self.stands($0, now) }
        let standingColumns = columns.map { Self.stands($0, now) }
        let wholeRows = (0..<height).map { y in across.indices.allSatisfy { standingRows[y * across.count + $0] } }
        let wholeColumns = (0..<width).map { x in down.indices.allSatisfy { standingColumns[x * down.count + $0] } }
        var lines = [Bool](repeating: false, count: width * height)
        var pieces = lines
        let hottest = values.max() ?? 0
        for y in 0..<height {
            for (index, piece) in across.enumerated() where standingRows[y * across.count + index] {
                let isWhole = wholeRows[y]
                // Saturated by a fire it is even, and alive.
                guard isWhole || !piece.allSatisfy({ values[y * width + $0] == hottest }) else { continue }
                for x in piece { if isWhole { lines[y * width + x] = true } else { pieces[y * width + x] = true } }
            }
        }
        for x in 0..<width {
            for (index, piece) in down.enumerated() where standingColumns[x * down.count + index] {
                let isWhole = wholeColumns[x]
                guard isWhole || !piece.allSatisfy({ values[$0 * width + x] == hottest }) else { continue }
                for y in piece { if isWhole { lines[y * width + x] = true } else { pieces[y * width + x] = true } }
            }
        }
        let piecesCount = pieces.count(where: \.self)
        let takesPieces = Double(piecesCount) >= Self.leastRegion * Double(width * height)
        let standing = takesPieces ? zip(lines, pieces).map { $0 || $1 } : lines
        let count = standing.count(where: \.self)
        guard count > 0 else { return }
        (mask, share) = (standing, Double(count) / Double(width * height))
    }
    private static func stands(_ piece: Piece, _ now: MonotonicInstant) -> Bool {
        piece.repeats >= repeatsNeeded && now.since(piece.unchangedSince) >= standingAfter
    }
}

/// Puts the surroundings in place of pixels that stand, so that a detector finds nothing there, not even an edge.
enum StandingFill {
    /// Live lines next to a gap, and pixels to both sides in them, whose median stands for that side; fewer for narrow gaps, so that
    /// what a stuck line runs through stays whole.
    private static let depth = 8, reach = 4

    /// `values` with each masked run replaced by a straight line between what lives on its two sides: down each column, along each
    /// row where a column has nothing live, else by the median of all that lives.
    static func filled(_ values: [UInt16], mask: [Bool], width: Int) -> [UInt16] {
        guard width > 0, mask.count == values.count, values.count.isMultiple(of: width) else { return values }
        let height = values.count / width
        var result = values
        var left = mask
        let picture = Picture(values: values, mask: mask, width: width, height: height)
        for x in 0..<width { picture.fill(&result, &left, line: x, length: height, isColumn: true) }
        for y in 0..<height { picture.fill(&result, &left, line: y, length: width, isColumn: false) }
        guard left.contains(true) else { return result }
        let live = zip(values, mask).filter { !$1 }.map(\.0).sorted()
        let middle = live.isEmpty ? 0 : live[live.count / 2]
        for place in result.indices where left[place] { result[place] = middle }
        return result
    }

    private struct Picture {
        let values: [UInt16]
        let mask: [Bool]
        let width: Int, height: Int

        func fill(_ result: inout [UInt16], _ left: inout [Bool], line: Int, length: Int, isColumn: Bool) {
            func place(_ at: Int) -> Int { isColumn ? at * width + line : line * width + at }
            var start = 0
            while start < length {
                guard left[place(start)] else {
                    start += 1
                    continue
                }
                var end = start
                while end < length, left[place(end)] { end += 1 }
                defer { start = end }
                let before = side(start - 1, -1, gap: end - start, line: line, length: length, isColumn: isColumn)
                let after = side(end, 1, gap: end - start, line: line, length: length, isColumn: isColumn)
                guard let first = before ?? after, let last = after ?? before else { continue }
                for at in start..<end {
                    let part = Double(at - start + 1) / Double(end - start + 1)
                    result[place(at)] = UInt16(clamping: Int((first + (last - first) * part).rounded()))
                    left[place(at)] = false
                }
            }
        }

        /// The median of what lives beside a run, from `at` on in the direction of `step`.
        private func side(_ at: Int, _ step: Int, gap: Int, line: Int, length: Int, isColumn: Bool) -> Double? {
            guard at >= 0, at < length else { return nil }
            let breadth = isColumn ? width : height
            let (depth, reach) = (min(StandingFill.depth, gap), min(StandingFill.reach, gap - 1))
            var found: [UInt16] = []
            for distance in 0..<depth {
                let along = at + distance * step
                guard along >= 0, along < length else { break }
                for across in max(0, line - reach)...min(breadth - 1, line + reach) {
                    let place = isColumn ? along * width + across : across * width + along
                    if !mask[place] { found.append(values[place]) }
                }
            }
            guard !found.isEmpty else { return nil }
            found.sort()
            return Double(found[found.count / 2])
        }
    }
}
