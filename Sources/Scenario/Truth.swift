import Geodesy

/// What is really there.
public struct TruthTarget: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case fire, boat, swimmer
    }
    /// What it is.
    public var kind: Kind
    /// WGS84 degrees.
    public var latitude: Double, longitude: Double
}

/// A target as a picture shows it.
public struct VisibleTarget: Hashable, Sendable {
    /// What and where it is.
    public var target: TruthTarget
    /// Image coordinates of its centre; the middle of the first pixel is (0.5, 0.5).
    public var centreX: Double, centreY: Double
    /// Box in pixels, cut at the image's edges, at least 1×1.
    public var x: Int, y: Int, width: Int, height: Int
}

extension Scenario {
    /// All targets at `time`, in view or not.
    public func truth(at time: Duration) -> [TruthTarget] {
        places(at: Self.seconds(of: time)).map { kind, place, _ in target(kind, place) }
    }

    /// The targets whose centre is in a picture of this size at `time`, with their boxes.
    public func targetsInView(
        at time: Duration, width: Int, height: Int, horizontalFieldOfViewDegrees: Double
    ) -> [VisibleTarget] {
        let seconds = Self.seconds(of: time)
        let view = NadirView(
            state: path.state(at: seconds), width: width, height: height,
            fieldOfViewDegrees: horizontalFieldOfViewDegrees)
        return places(at: seconds).compactMap { kind, place, radius in
            let pixel = view.pixel(of: place)
            guard pixel.x >= 0, pixel.y >= 0, pixel.x < Double(view.width), pixel.y < Double(view.height) else {
                return nil
            }
            let reach = max(radius / view.metresPerPixel, 0.5)
            let left = max(0, Int(pixel.x - reach)), top = max(0, Int(pixel.y - reach))
            let right = min(view.width, Int(pixel.x + reach) + 1), bottom = min(view.height, Int(pixel.y + reach) + 1)
            return VisibleTarget(
                target: target(kind, place), centreX: pixel.x, centreY: pixel.y, x: left, y: top,
                width: max(1, right - left), height: max(1, bottom - top))
        }
    }

    /// Kind, place and the radius that its box shows.
    private func places(at seconds: Double) -> [(TruthTarget.Kind, RiverPlace, Double)] {
        [(.fire, layout.fire, 2.5), (.boat, layout.boat(seconds), 3.2), (.swimmer, layout.swimmer(seconds), 0.4)]
    }
    private func target(_ kind: TruthTarget.Kind, _ place: RiverPlace) -> TruthTarget {
        let position = position(of: place)
        return TruthTarget(kind: kind, latitude: position.latitude, longitude: position.longitude)
    }
}
