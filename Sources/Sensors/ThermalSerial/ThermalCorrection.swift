/// Puts a thermal picture upright and mends pixels that are known to be broken.
///
/// Order: broken pixels (places as the sensor sends them), then mirrored, then turned.
public struct ThermalCorrection: Hashable, Sendable {
    /// Which sides are swapped.
    public enum Mirror: String, Hashable, Sendable, CaseIterable {
        case none, horizontal, vertical, both
    }
    /// By how much the picture is turned, clockwise in degrees.
    public enum Rotation: Int, Hashable, Sendable, CaseIterable {
        case none = 0, quarter = 90, half = 180, threeQuarters = 270
        /// Whether the picture's width becomes its height.
        public var swapsSides: Bool { self == .quarter || self == .threeQuarters }
    }
    /// A pixel's place in the picture as the sensor sends it, counted from 0.
    public struct Place: Hashable, Sendable {
        /// Column.
        public var x: UInt16
        /// Row.
        public var y: UInt16
        /// The pixel in column `x` of row `y`.
        public init(x: UInt16, y: UInt16) {
            self.x = x
            self.y = y
        }
        /// A place in words: `column,row`. Nil when it is nothing such.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count == 2, let x = UInt16(parts[0]), let y = UInt16(parts[1]) else { return nil }
            self.init(x: x, y: y)
        }
    }
    /// A sensor with more broken pixels than this ought to be replaced; later ones in the list are left out.
    public static let badPixelsLimit = 256

    /// Which sides are swapped.
    public let mirror: Mirror
    /// By how much it is turned.
    public let rotation: Rotation
    /// Pixels to mend, at most ``badPixelsLimit``.
    public let badPixels: [Place]

    /// The correction of a sensor as it is built in.
    public init(mirror: Mirror = .none, rotation: Rotation = .none, badPixels: [Place] = []) {
        self.mirror = mirror
        self.rotation = rotation
        self.badPixels = Array(badPixels.prefix(Self.badPixelsLimit))
    }

    /// Replaces each broken pixel by the median of the good ones around it, of the nearest ring of three that has any.
    /// Places outside the picture are passed over; a pixel with no good one near keeps its value.
    func mend(_ frame: inout ThermalSerialFrame) {
        let (width, height) = (Int(frame.width), Int(frame.height))
        guard !badPixels.isEmpty, frame.values.count == width * height else { return }
        let places = badPixels.filter { $0.x < frame.width && $0.y < frame.height }
        let bad = Set(places)
        let sent = frame.values
        for place in places {
            let (x, y) = (Int(place.x), Int(place.y))
            for radius in 1...3 {
                var good: [UInt16] = []
                for row in max(0, y - radius)...min(height - 1, y + radius) {
                    for column in max(0, x - radius)...min(width - 1, x + radius)
                    where max(abs(row - y), abs(column - x)) == radius
                        && !bad.contains(Place(x: UInt16(clamping: column), y: UInt16(clamping: row)))
                    { good.append(sent[row * width + column]) }
                }
                guard let median = Self.median(good) else { continue }
                frame.values[y * width + x] = median
                break
            }
        }
    }

    /// Mirrors and turns; a quarter turn swaps width and height.
    func orient(_ frame: inout ThermalSerialFrame) {
        let (width, height) = (Int(frame.width), Int(frame.height))
        guard mirror != .none || rotation != .none, frame.values.count == width * height else { return }
        let (newWidth, newHeight) = rotation.swapsSides ? (height, width) : (width, height)
        let swapsColumns = mirror == .horizontal || mirror == .both
        let swapsRows = mirror == .vertical || mirror == .both
        var values: [UInt16] = []
        values.reserveCapacity(frame.values.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                var (column, row) =
                    switch rotation {
                    case .none: (x, y)
                    case .quarter: (y, height - 1 - x)
                    case .half: (width - 1 - x, height - 1 - y)
                    case .threeQuarters: (width - 1 - y, x)
                    }
                if swapsColumns { column = width - 1 - column }
                if swapsRows { row = height - 1 - row }
                values.append(frame.values[row * width + column])
            }
        }
        frame.values = values
        (frame.width, frame.height) = (UInt16(clamping: newWidth), UInt16(clamping: newHeight))
    }

    private static func median(_ values: [UInt16]) -> UInt16? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return low + (high - low) / 2
    }
}
