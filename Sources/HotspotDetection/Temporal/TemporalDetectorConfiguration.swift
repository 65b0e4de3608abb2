import FlightTypes

extension TemporalDetector {
    /// Thresholds in sigmas of the contrast; chosen on made-up water (`lagebild bench coarse --first 0`).
    public struct Configuration: Hashable, Sendable {
        /// Taken from each picture's evidence, so that noise does not add up: about half of what the weakest thing gives. 0.1…4.
        public var slack: Float
        /// What a sum must reach where a thing stands still in the picture or on the ground. 4…100.
        public var stillThreshold: Float
        /// The same where it drifts, for so many rings of motions around the likeliest: more of them find more in noise too. Six values,
        /// 4…100.
        public var driftThresholds: [Float]
        /// One sigma of a pixel counts as no less, in the picture's unit: keeps noise-free pictures quiet. 0.01…1000.
        public var noiseFloor: Float
        /// What is so much hotter than the picture's median is fire, in the picture's unit; nil looks for none.
        public var fire: Int?
        /// At most this many come out, strongest first. 1…64.
        public var limit = 16

        /// What suits pictures of `unit`.
        public init(unit: ThermalUnit = .centikelvin) {
            slack = 0.9
            stillThreshold = 10.4
            driftThresholds = [9.8, 10, 10.2, 10.5, 10.8, 11.3]
            switch unit {
            case .centikelvin: noiseFloor = 3
            case .decikelvin: noiseFloor = 0.5
            case .counts, .none: noiseFloor = 1
            }
            fire = FireSearch.threshold(unit)
        }

        /// The same with every value brought into its range.
        var clamped: Configuration {
            var copy = self
            func bounded(_ value: Float, _ range: ClosedRange<Float>) -> Float {
                value.isFinite ? min(max(value, range.lowerBound), range.upperBound) : range.upperBound
            }
            copy.slack = bounded(slack, 0.1...4)
            copy.stillThreshold = bounded(stillThreshold, 4...100)
            copy.driftThresholds = (0...TemporalDetector.ringsLimit).map {
                bounded($0 < driftThresholds.count ? driftThresholds[$0] : driftThresholds.last ?? 100, 4...100)
            }
            copy.noiseFloor = bounded(noiseFloor, 0.01...1000)
            copy.fire = fire.map { min(max($0, 1), 65_535) }
            copy.limit = min(max(limit, 1), 64)
            return copy
        }
    }
}
