import Terminal
import FlightTypes
import Geodesy
import ImageCoding
import Lookout
import Scenario

/// One made-up scene through the agent's witness desk without any thermal track: which things it raises by itself.
struct ColourTrial {
    /// What was raised within three seconds.
    struct Count {
        var places = 0, raised = 0

        mutating func add(_ other: Count) {
            places += other.places
            raised += other.raised
        }
    }
    /// So near to a thing it is that thing, metres.
    private static let near = 2.0
    let scene: WitnessScene

    /// Of each kind, and under `nil` what was raised where nothing is.
    func run() throws -> [VisibleWater.Kind?: Count] {
        let water = VisibleWater(seed: scene.seed, heightMetres: scene.heightMetres)
        let encoder = try JPEGEncoder(quality: scene.quality)
        guard let camera = CameraModel(width: 1280, height: 720, horizontalFieldOfViewDegrees: 70),
            var desk = WitnessDesk(
                visible: CameraCalibration(
                    name: "", camera: camera, timeOffsetMilliseconds: 0,
                    uncertainty: CalibrationUncertainty(
                        focalLengthPercent: 1, boresightDegrees: 0.5, timeOffsetMilliseconds: 20)),
                thermal: nil, current: WaterCurrent(metresPerSecond: 1.5, degrees: 90))
        else { throw CommandFailure("no camera of this shape") }
        var counts: [VisibleWater.Kind?: Count] = [:]
        for kind in VisibleWater.Kind.allCases { counts[kind] = Count(places: 1) }
        var told: Set<UInt32> = []
        for look in 0..<WitnessScene.looks {
            let number = look * WitnessScene.picturesApart
            let frame = try frame(number, look: UInt64(look), of: water, encoder)
            desk.look(at: frame, for: nil)
            for track in desk.raised(at: frame.captureTime.monotonic, beside: [])
            where told.insert(track.number).inserted {
                note(track, water.things(in: number), &counts)
            }
        }
        return counts
    }

    private func note(_ track: TrackReport, _ things: [VisibleWater.Thing], _ counts: inout [VisibleWater.Kind?: Count])
    {
        let off = LocalPlane(origin: Self.home).offset(
            to: GeodeticPosition(latitude: track.latitude, longitude: track.longitude))
        func distance(_ thing: VisibleWater.Thing) -> Double {
            let (east, south) = (thing.x - off.east, thing.y + off.north)
            return (east * east + south * south).squareRoot()
        }
        // Where the sun glitters there are no things: its whole field counts.
        func reach(_ thing: VisibleWater.Thing) -> Double {
            thing.kind == .glitter || thing.kind == .headInGlitter ? 5 : thing.kind == .water ? 0 : Self.near
        }
        let nearest = things.filter { distance($0) < reach($0) }.min { distance($0) < distance($1) }
        if let nearest {
            counts[nearest.kind, default: Count()].raised = 1
        } else {
            counts[nil, default: Count()].raised += 1
        }
    }

    private static let home = GeodeticPosition(latitude: 51.4565, longitude: 6.7330)

    /// The picture with a pose that trembles.
    private func frame(_ number: Int, look: UInt64, of water: VisibleWater, _ encoder: JPEGEncoder) throws -> Frame {
        let picture = water.picture(number)
        var pose = Pose(latitude: Self.home.latitude, longitude: Self.home.longitude)
        pose.heightMetres = Float(scene.heightMetres)
        pose.rollDegrees = Float(WitnessScene.jitterDegrees * scene.normal(look * 2))
        pose.pitchDegrees = Float(WitnessScene.jitterDegrees * scene.normal(look * 2 + 1))
        pose.yawDegrees = 0
        pose.groundSpeed = 0
        pose.quality = .interpolated
        let moment = Double(number) / VisibleWater.framesPerSecond
        return Frame(
            id: ObjectID(flight: 1, stream: StreamID(.visible), sequence: UInt64(number)),
            captureTime: CaptureTime(
                monotonic: MonotonicInstant(nanoseconds: Int64(moment * 1e9) + 1), wall: WallTime(nanoseconds: 1)),
            pose: pose, encoding: .jpeg, width: UInt16(picture.width), height: UInt16(picture.height),
            payload: try WitnessScene.jpeg(picture, encoder))
    }
}
