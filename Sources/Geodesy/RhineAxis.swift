import Glibc

/// The middle of the Rhine at Duisburg, from bridges whose place and river kilometre are published.
///
/// Five bridges, straight lines between them: the bend near kilometre 779–780 is not resolved, so a kilometre may be
/// some 300 m out and the middle line up to 150 m. Good for saying "about kilometre 781, left bank", not for a map.
public enum RhineAxis {
    /// Which side of the middle line, looking downstream.
    public enum Side: String, Hashable, Sendable {
        case left, right
        /// Within 50 m of the middle line, which says no more than: in the river.
        case midstream
    }
    /// A place told along the river.
    public struct Place: Hashable, Sendable {
        /// Rhine kilometre; always approximate, interpolated between bridges.
        public var kilometre: Double
        /// Metres off the middle line, positive toward the right bank.
        public var offsetMetres: Double
        /// Bank side.
        public var side: Side
        /// Always true: says that the kilometre must not be shown without a word like "about".
        public var isApproximate: Bool { true }
    }
    /// A vertex of the middle line.
    struct Vertex: Sendable {
        var position: GeodeticPosition
        /// Published for some bridges only.
        var kilometre: Double?
    }
    /// Downstream order. Brücke der Solidarität, Neuenkamp (A 40), Friedrich-Ebert-Brücke, Haus-Knipp railway bridge,
    /// Beeckerwerth (A 42).
    static let vertices = [
        Vertex(position: GeodeticPosition(latitude: 51.41500, longitude: 6.73861), kilometre: 775.29),
        Vertex(position: GeodeticPosition(latitude: 51.43694, longitude: 6.71278), kilometre: 778.34),
        Vertex(position: GeodeticPosition(latitude: 51.45622, longitude: 6.72368), kilometre: nil),
        Vertex(position: GeodeticPosition(latitude: 51.47861, longitude: 6.68056), kilometre: nil),
        Vertex(position: GeodeticPosition(latitude: 51.48085, longitude: 6.67773), kilometre: 785.25),
    ]
    private static let plane = LocalPlane(origin: GeodeticPosition(latitude: 51.45, longitude: 6.71))
    private static let points = vertices.map { plane.offset(to: $0.position) }
    private static let kilometres = interpolatedKilometres()

    /// The place along the river; nil further than `limitMetres` from the middle line, or beyond its two ends.
    public static func place(of position: GeodeticPosition, limitMetres: Double = 1_500) -> Place? {
        guard position.isValid else { return nil }
        let point = plane.offset(to: position)
        var best: (distance: Double, place: Place)?
        for index in 0..<(points.count - 1) {
            let (start, end) = (points[index], points[index + 1])
            let (east, north) = (end.east - start.east, end.north - start.north)
            let length = hypot(east, north)
            let along = ((point.east - start.east) * east + (point.north - start.north) * north) / (length * length)
            // Beyond an inner vertex the next line takes over; beyond the outermost nothing is known.
            if index == 0, along < 0 { continue }
            if index == points.count - 2, along > 1 { continue }
            let fraction = max(0, min(1, along))
            let distance = hypot(
                point.east - start.east - fraction * east, point.north - start.north - fraction * north)
            guard distance <= limitMetres, distance < best?.distance ?? .infinity else { continue }
            // Right of the direction of flow is positive.
            let cross = (point.east - start.east) * north - (point.north - start.north) * east
            let offset = cross < 0 ? -distance : distance
            let kilometre = kilometres[index] + fraction * (kilometres[index + 1] - kilometres[index])
            let side: Side = distance <= 50 ? .midstream : offset > 0 ? .right : .left
            best = (distance, Place(kilometre: kilometre, offsetMetres: offset, side: side))
        }
        return best?.place
    }

    /// Vertices without a published kilometre get one by their share of the way between those that have one.
    private static func interpolatedKilometres() -> [Double] {
        var way = [0.0]
        for index in 1..<points.count {
            let (start, end) = (points[index - 1], points[index])
            way.append((way.last ?? 0) + hypot(end.east - start.east, end.north - start.north))
        }
        let known = vertices.enumerated().compactMap { index, vertex in vertex.kilometre.map { (way[index], $0) } }
        return way.map { distance in
            guard let after = known.first(where: { $0.0 >= distance }),
                let before = known.last(where: { $0.0 <= distance })
            else { return known.last?.1 ?? 0 }
            if after.0 == before.0 { return before.1 }
            return before.1 + (distance - before.0) / (after.0 - before.0) * (after.1 - before.1)
        }
    }
}
