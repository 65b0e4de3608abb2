/// What the hover's unknowns say about each observation.
///
/// Unknowns, in this order: roll, pitch, yaw in degrees; time offset in milliseconds; what the heights lack in metres; what the
/// focal length lacks in percent; what the positions lack north, then east, in metres at evenly spaced moments (knots) with
/// straight lines between, because a receiver's error drifts while the drone hovers.
struct HoverModel {
    typealias Unknowns = [Double]
    static let timeOffset = HoverParameter.timeOffset.rawValue, up = 4, focal = 5, firstKnot = 6

    let poses: PoseLog
    let plane: LocalPlane
    let pointAboveMetres: Double
    let camera: CameraModel
    let observations: [HoverObservation]
    let knots: Knots

    /// Evenly spaced moments of the hover.
    struct Knots {
        let start: Double, spacing: Double, count: Int
        init(from start: Double, to end: Double) {
            self.start = start
            count = Int(exactly: max(2, min(41, (end - start) / 5)).rounded(.up)) ?? 2
            spacing = max(end - start, 1e-3) / Double(count - 1)
        }
        /// The knot before a moment, and how far it is to the next, 0…1.
        func place(_ seconds: Double) -> (knot: Int, share: Double) {
            let place = max(0, min(Double(count - 1), (seconds - start) / spacing))
            let knot = min(count - 2, Int(place))
            return (knot, place - Double(knot))
        }
    }
    var count: Int { Self.firstKnot + 2 * knots.count }

    /// The same with every n-th observation, so that about `limit` are left.
    func thinned(to limit: Int) -> HoverModel {
        let stride = max(1, observations.count / max(1, limit))
        return HoverModel(
            poses: poses, plane: plane, pointAboveMetres: pointAboveMetres, camera: camera,
            observations: observations.enumerated().filter { $0.offset % stride == 0 }.map(\.element), knots: knots)
    }

    /// Where the point should have been; nil where there is no pose or the point is behind the camera. `late` seconds and
    /// `north` and `east` metres come on top of the unknowns.
    func predicted(
        _ observation: HoverObservation, _ unknowns: Unknowns, late: Double = 0, north: Double = 0, east: Double = 0
    ) -> ImagePoint? {
        guard let pose = poses.pose(at: observation.seconds - unknowns[Self.timeOffset] / 1000 - late) else {
            return nil
        }
        var camera = camera
        camera.boresight = Boresight(
            rollDegrees: unknowns[0], pitchDegrees: unknowns[1], yawDegrees: unknowns[2])
        let drone = plane.offset(to: pose.position)
        let (knot, share) = knots.place(observation.seconds)
        let first = Self.firstKnot + knot
        func between(_ index: Int) -> Double { unknowns[index] * (1 - share) + unknowns[index + 1] * share }
        let offset = Vector(
            x: -drone.north - between(first) - north, y: -drone.east - between(first + knots.count) - east,
            z: pose.heightMetres + unknowns[Self.up] - pointAboveMetres)
        guard let pixel = project(offset, camera: camera, pose: pose) else { return nil }
        let scale = 1 + unknowns[Self.focal] / 100
        return ImagePoint(
            x: camera.principalPoint.x + (pixel.x - camera.principalPoint.x) * scale,
            y: camera.principalPoint.y + (pixel.y - camera.principalPoint.y) * scale)
    }
    /// Seen minus expected.
    func miss(_ observation: HoverObservation, _ unknowns: Unknowns) -> ImagePoint? {
        predicted(observation, unknowns).map {
            ImagePoint(x: observation.pixel.x - $0.x, y: observation.pixel.y - $0.y)
        }
    }
    func misses(_ unknowns: Unknowns) -> [ImagePoint] { observations.compactMap { miss($0, unknowns) } }

    /// Change of the expected pixel with each unknown that is free, by central differences.
    ///
    /// That of time is taken over 80 ms, so that noise of the pose log does not look like motion.
    func slopes(_ observation: HoverObservation, _ unknowns: Unknowns, free: [Bool]) -> (x: [Double], y: [Double])? {
        var x = Array(repeating: 0.0, count: count), y = x
        for index in 0..<Self.firstKnot where free[index] {
            let width = index == Self.timeOffset ? 40.0 : 0.01
            var (less, more) = (unknowns, unknowns)
            less[index] -= width
            more[index] += width
            guard let low = predicted(observation, less), let high = predicted(observation, more) else { return nil }
            x[index] = (high.x - low.x) / (2 * width)
            y[index] = (high.y - low.y) / (2 * width)
        }
        let (knot, share) = knots.place(observation.seconds)
        for (first, north, east) in [(Self.firstKnot, 0.01, 0.0), (Self.firstKnot + knots.count, 0, 0.01)] {
            guard let low = predicted(observation, unknowns, north: -north, east: -east),
                let high = predicted(observation, unknowns, north: north, east: east)
            else { return nil }
            for (index, part) in [(first + knot, 1 - share), (first + knot + 1, share)] {
                x[index] = (high.x - low.x) / 0.02 * part
                y[index] = (high.y - low.y) / 0.02 * part
            }
        }
        return (x, y)
    }

    // MARK: - How the hover was flown

    /// How much of a full turn the headings cover, degrees.
    var turnedDegrees: Double {
        let headings = observations.compactMap { poses.pose(at: $0.seconds) }.map { pose -> Double in
            let yaw =
                pose.gimbalPitchDegrees.isFinite && pose.gimbalYawDegrees.isFinite
                ? pose.gimbalYawDegrees : pose.yawDegrees
            let wrapped = yaw.truncatingRemainder(dividingBy: 360)
            return wrapped < 0 ? wrapped + 360 : wrapped
        }.filter(\.isFinite).sorted()
        guard let first = headings.first, let last = headings.last else { return 0 }
        let widest = zip(headings, headings.dropFirst()).map { $1 - $0 }.max() ?? 0
        return 360 - max(widest, first + 360 - last)
    }
    /// How far from the axis the point was seen, root mean square, pixels.
    var offAxisPixels: Double {
        let squares = observations.map { seen -> Double in
            let (x, y) = (seen.pixel.x - camera.principalPoint.x, seen.pixel.y - camera.principalPoint.y)
            return x * x + y * y
        }
        return (squares.reduce(0, +) / Double(max(1, squares.count))).squareRoot()
    }
    /// How far the point should have moved in the picture within half a second, root mean square, pixels.
    func swing(_ unknowns: Unknowns) -> Double {
        let squares = observations.compactMap { seen -> Double? in
            guard let before = predicted(seen, unknowns, late: 0.25), let after = predicted(seen, unknowns, late: -0.25)
            else { return nil }
            let (x, y) = (after.x - before.x, after.y - before.y)
            return x * x + y * y
        }
        return (squares.reduce(0, +) / Double(max(1, squares.count))).squareRoot()
    }

    /// Why this hover does not show a parameter, which it would give with this sigma: what was missing in the flight, or if
    /// nothing was, the sigma.
    func reason(_ parameter: HoverParameter, _ unknowns: Unknowns, sigma: Double) -> String {
        func whole(_ value: Double) -> String { Int(exactly: value.rounded()).map(String.init) ?? "?" }
        func tenths(_ value: Double) -> String {
            Int(exactly: (value * 10).rounded()).map { "\($0 / 10).\($0 % 10)" } ?? "?"
        }
        switch parameter {
        case .roll where offAxisPixels < Double(camera.width) / 10:
            return
                "the point stayed \(whole(offAxisPixels)) px from the middle of the picture; let it wander to the edges"
        case .pitch where turnedDegrees < 300, .yaw where turnedDegrees < 300:
            return "the drone turned by only \(whole(turnedDegrees)) degrees, and without turning an error of position "
                + "looks the same; turn around a few times over the point"
        case .roll, .pitch, .yaw:
            return "this hover tells it only to \(tenths(sigma)) degrees; turn more often, hover longer or higher"
        case .timeOffset:
            return "the point moved by only \(whole(swing(unknowns))) px in half a second; rock and turn the drone"
        }
    }
}
