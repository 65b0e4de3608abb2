/// When a thing becomes an alarm. Each threshold has its reason in docs/detector.md, and can be set in `leitstelle.yaml`.
public struct AlarmRules: Hashable, Sendable {
    /// A fire's hottest pixel is at least as hot, °C: roofs in the sun and people stay below.
    public var fireCelsius = 100.0
    /// A fire's box has at least so many pixels: a single one may be a broken pixel or a glint.
    public var firePixels = 2
    /// Where the camera has no temperatures, a fire stands out so many times as much as anything else in the scene.
    public var fireSceneRatio = 4.0
    /// The same, against the noise of the picture, so that the only warm spot of an empty scene is no fire.
    public var fireScore = 60.0
    /// Reports that show a fire within `confirmSeconds`.
    public var fireHits = 3
    /// Pictures in which a track over water was seen.
    public var waterHits = 6
    /// Of the pictures that should have shown it, so many in a hundred did.
    public var waterHitPercent = 60.0
    /// Reports in a row that follow it without a doubt.
    public var waterReports = 6
    /// Seconds that it was followed.
    public var waterSeconds = 1.2
    /// What a person in the water gives off at most: mean contrast times area, K·m². It does not depend on how large a pixel is, so
    /// that a hull at a distance is told from a head nearby.
    public var waterHeatKelvinSquareMetres = 10.0
    /// Reports that show a person on land within `confirmSeconds`.
    public var landHits = 5
    /// The window of `fireHits` and `landHits`, seconds.
    public var confirmSeconds = 3.0
    /// Not seen for so long an alarm is gone, seconds.
    public var goneSeconds = 10.0
    /// The same thing is told again after so long at the earliest, seconds.
    public var changeSeconds = 2.0
    /// The rules as delivered.
    public init() {}
}
