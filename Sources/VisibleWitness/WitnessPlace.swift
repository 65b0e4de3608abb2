/// Where to look in a visible picture, for something that keeps its number from picture to picture.
public struct WitnessPlace: Hashable, Sendable {
    /// Of the track; looks at the same number are added up.
    public var number: UInt32
    /// Pixels of the picture; the upper left corner is (0, 0).
    public var x: Double, y: Double
    /// How large a head would be there: its radius in pixels.
    public var thingRadius: Double
    /// How far from (`x`, `y`) it may be, pixels.
    public var searchRadius: Double
    /// A place of its parts; anything but finite numbers, and radii above zero, is not looked at.
    public init(number: UInt32, x: Double, y: Double, thingRadius: Double, searchRadius: Double) {
        self.number = number
        self.x = x
        self.y = y
        self.thingRadius = thingRadius
        self.searchRadius = searchRadius
    }
    /// Whether these are numbers that a picture can have.
    var isUsable: Bool {
        x.magnitude < 1e6 && y.magnitude < 1e6 && thingRadius > 0 && thingRadius < 1e6 && searchRadius > 0
            && searchRadius < 1e6
    }
}

/// What the looks at one place add up to. Strengths are counted in spreads of the same strength at places around it that are as
/// large: 0 is what the middle one of them has, 1 what five in six stay below.
public struct WitnessEvidence: Hashable, Sendable {
    /// Looks that showed the place well enough, and all.
    public var looks = 0, asked = 0
    /// How much something darker, brighter, or of another colour stays there.
    public var dark = 0.0, bright = 0.0, colour = 0.0
    /// The largest of these in sigmas of the water.
    public var sigmas = 0.0
    /// Of the last three looks the least strength and sigmas, of the last four the most strength.
    public var leastStrength = 0.0, leastSigmas = 0.0, mostStrength = Double.infinity
    /// Looks with the sun's reflection within the place, of all usable ones, and how much of them it stayed at one spot, each 0…1.
    public var glare = 0.0, glareStays = 0.0
    /// Roughness of the water: sigma of the contrast of small spots, steps of brightness.
    public var roughness = 0.0
    /// Mean bend of the brightness from pixel to pixel, steps: next to nothing in a blurred picture.
    public var sharpness = 0.0
    /// Radius of a head, in the pixels that were looked at.
    public var thingRadius = 0.0
    /// Whether all of the place was looked at, and its colour.
    public var isWhole = true, isColour = true

    /// The strongest of those that count at this size.
    public var strength: Double { thingRadius < VisibleWitness.leastRadius ? colour : max(dark, bright, colour) }
}
