/// How well predicted masks agree with true ones, as the tables of small infrared targets count: components of eight
/// neighbours; a target is found when a predicted component's centroid lies within 3 pixels of its own, each used once.
struct MaskScore {
    private var intersection = 0, union = 0
    private var overlaps = 0.0, images = 0
    private(set) var targets = 0, found = 0
    private var falsePixels = 0, pixels = 0
    private(set) var falseComponents = 0

    /// Intersection over union of all pixels of the set, percent.
    var overlap: Double { 100 * Double(intersection) / Double(max(1, union)) }
    /// The mean of each picture's own, percent.
    var meanOverlap: Double { 100 * overlaps / Double(max(1, images)) }
    /// Targets found, percent.
    var detected: Double { 100 * Double(found) / Double(max(1, targets)) }
    /// Pixels of components that are no target, in a million.
    var falseRate: Double { 1e6 * Double(falsePixels) / Double(max(1, pixels)) }

    mutating func add(_ other: MaskScore) {
        intersection += other.intersection
        union += other.union
        overlaps += other.overlaps
        images += other.images
        targets += other.targets
        found += other.found
        falsePixels += other.falsePixels
        pixels += other.pixels
        falseComponents += other.falseComponents
    }

    /// Counts one picture; both masks hold `width` values a row, nonzero inside.
    mutating func add(predicted: [UInt8], truth: [UInt8], width: Int) {
        var (both, either) = (0, 0)
        for (a, b) in zip(predicted, truth) where a != 0 || b != 0 {
            either += 1
            if a != 0, b != 0 { both += 1 }
        }
        intersection += both
        union += either
        overlaps += either == 0 ? 1 : Double(both) / Double(either)
        images += 1
        pixels += truth.count
        let matched = Self.match(predicted: predicted, truth: truth, width: width)
        targets += matched.found.count + matched.missed.count
        found += matched.found.count
        falseComponents += matched.invented.count
        falsePixels += matched.invented.reduce(0) { $0 + $1.area }
    }

    /// Which targets are found, which are missed, and what was found that is none.
    static func match(
        predicted: [UInt8], truth: [UInt8], width: Int
    ) -> (found: [Component], missed: [Component], invented: [Component]) {
        var guesses = components(predicted, width: width)
        var (found, missed): ([Component], [Component]) = ([], [])
        for target in components(truth, width: width) {
            let near = guesses.firstIndex { guess in
                let (dx, dy) = (guess.x - target.x, guess.y - target.y)
                return (dx * dx + dy * dy).squareRoot() < 3
            }
            guard let near else {
                missed.append(target)
                continue
            }
            found.append(target)
            guesses.remove(at: near)
        }
        return (found, missed, guesses)
    }

    struct Component {
        var x = 0.0, y = 0.0
        var area = 0
        var left = Int.max, top = Int.max, right = 0, bottom = 0
    }
    static func components(_ mask: [UInt8], width: Int) -> [Component] {
        var rest = mask
        var all: [Component] = []
        let height = width > 0 ? mask.count / width : 0
        for start in rest.indices where rest[start] != 0 {
            var component = Component()
            var stack = [start]
            rest[start] = 0
            while let place = stack.popLast() {
                let (x, y) = (place % width, place / width)
                component.area += 1
                (component.left, component.right) = (min(component.left, x), max(component.right, x))
                (component.top, component.bottom) = (min(component.top, y), max(component.bottom, y))
                component.x += Double(x)
                component.y += Double(y)
                for nearY in max(0, y - 1)...min(height - 1, y + 1) {
                    for nearX in max(0, x - 1)...min(width - 1, x + 1) where rest[nearY * width + nearX] != 0 {
                        rest[nearY * width + nearX] = 0
                        stack.append(nearY * width + nearX)
                    }
                }
            }
            component.x /= Double(component.area)
            component.y /= Double(component.area)
            all.append(component)
        }
        return all
    }
}
