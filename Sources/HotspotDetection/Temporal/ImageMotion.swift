/// How far things have moved in the picture since the picture before, in pixels to the right and down; in the middle of it.
///
/// Turning and climbing move the edges otherwise than the middle: what that makes in a second has to stay below a pixel.
public struct ImageMotion: Hashable, Sendable {
    /// What `reach` stands for on the water, metres a second: a swimmer's own speed, and where nobody has written down the current all
    /// that a river does.
    public static let swimmerSpeed = 0.25, fastestCurrent = 2.0
    /// What stands on the ground: the drone's own motion, reversed.
    public var groundX: Float, groundY: Float
    /// What drifts with the water.
    public var waterX: Float, waterY: Float
    /// How much what is in the water may differ from that to each side: a swimmer's speed, or where nobody knows the current all
    /// that is possible. 0…80.
    public var reach: Float

    /// A motion of its parts.
    public init(groundX: Float = 0, groundY: Float = 0, waterX: Float, waterY: Float, reach: Float) {
        (self.groundX, self.groundY, self.waterX, self.waterY) = (groundX, groundY, waterX, waterY)
        self.reach = reach
    }

    /// Whether all of it is a number and nothing leaves an eighty pixel picture at once.
    var isUsable: Bool {
        [groundX, groundY, waterX, waterY, reach].allSatisfy { $0.magnitude <= 80 } && reach >= 0
    }
}
