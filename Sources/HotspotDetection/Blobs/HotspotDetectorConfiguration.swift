import FlightTypes

extension HotspotDetector {
    /// Which deviations from the surroundings count.
    public enum Polarity: String, Hashable, Sendable {
        case warm, cold, both
    }

    /// What a pixel is compared with.
    public enum Background: Hashable, Sendable {
        /// The brightest of a ring around it (the rings of the configuration): edges and bright fields stay out.
        case brightest
        /// The mean of the pixels 3 and 4 away: finds what is weak on even ground such as water.
        case mean
    }

    /// Thresholds and sizes. The defaults are tuned on one half of a public set of small targets, see `init(unit:)`.
    public struct Configuration: Hashable, Sendable {
        /// A pixel must exceed its background by this many sigmas of the local noise, plus `floor`. 0…1000.
        public var noiseFactor: Float
        /// In the picture's unit; keeps noise-free pictures quiet. 0…65,535.
        public var floor: Float
        /// Part of the peak's contrast down to which a region grows. 0.05…1.
        public var growth: Float
        /// What a pixel is compared with.
        public var background = Background.brightest
        /// Outer edges of the rings in pixels, odd, 5…63: about twice the largest target each finds.
        public var rings: [Int]
        /// Edge of the square over which the ring's maximum is eroded again, odd, 1…15; 1 leaves it out.
        public var erosion: Int
        /// Levels of halved resolution: each doubles the size of target that is found. 1…4.
        public var levels: Int
        /// Noise tiles of 8×8 pixels averaged to each side. 0…8.
        public var noiseReach: Int
        /// Whether each pixel is averaged with its neighbours first: three times less noise, and something smaller than a pixel
        /// shows the same wherever between pixels it lies.
        public var isSmoothed = false
        /// Warm, cold or both.
        public var polarity: Polarity
        /// At most this many come out, strongest first. 1…64.
        public var limit: Int

        /// What suits pictures of `unit`; `.none` stands for 8-bit grey.
        public init(unit: ThermalUnit = .none) {
            // Pictures made for the eye have their noise smoothed away, so that more sigmas mean less there.
            noiseFactor = unit == .none ? 12 : 8
            switch unit {
            case .none: floor = 9
            // A wet head stands about 3 K over mild water; 0.8 K is left after one blurred pixel at the limit of use.
            case .centikelvin: floor = 80
            case .decikelvin: floor = 8
            // Counts of the common uncooled cores are 0.02…0.05 K.
            case .counts: floor = 25
            }
            growth = unit == .none ? 0.35 : 0.25
            rings = unit == .none ? [21, 13, 7] : [13]
            erosion = 5
            // Where a value is a temperature, large fires and boats count too; small-target sets hold none.
            levels = unit == .none ? 1 : 3
            noiseReach = 4
            polarity = .warm
            limit = 64
        }

        /// What may be something, for a tracker that sorts out what stays: thresholds that noise alone passes now and then, both
        /// warm and cold, because hair and clothes can be colder than summer water.
        public static func candidates(unit: ThermalUnit) -> Configuration {
            var configuration = Configuration(unit: unit)
            configuration.isSmoothed = true
            configuration.background = .mean
            configuration.noiseFactor = 4
            configuration.floor /= 40
            // Regions that reach into the noise would pull the centre along.
            configuration.growth = 0.75
            configuration.polarity = .both
            // In made-up water twice as many found no more heads and took longer.
            configuration.limit = 32
            return configuration
        }

        /// What gets a chip of the learned second stage, in 8-bit grey: the thresholds that it was trained with.
        public static let chips: Configuration = {
            var configuration = Configuration(unit: .none)
            (configuration.noiseFactor, configuration.floor) = (4, 4)
            return configuration
        }()

        /// The same with every value brought into its range.
        var clamped: Configuration {
            var copy = self
            func bounded(_ value: Float, _ range: ClosedRange<Float>) -> Float {
                value.isFinite ? min(max(value, range.lowerBound), range.upperBound) : range.upperBound
            }
            copy.noiseFactor = bounded(noiseFactor, 0...1000)
            copy.floor = bounded(self.floor, 0...65_535)
            copy.growth = bounded(growth, 0.05...1)
            copy.rings = rings.prefix(4).map { min(max($0, 5), 63) | 1 }
            copy.erosion = min(max(erosion, 1), 15) | 1
            copy.levels = min(max(levels, 1), 4)
            copy.noiseReach = min(max(noiseReach, 0), 8)
            copy.limit = min(max(limit, 1), 64)
            return copy
        }
    }
}
