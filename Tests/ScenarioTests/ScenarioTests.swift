import FlightTypes
import Geodesy
import HotspotDetection
import Scenario
import Testing

struct ScenarioTests {
    private func distance(_ spot: Hotspot, _ target: VisibleTarget) -> Double {
        let (x, y) = (Double(spot.centroidX) + 0.5 - target.centreX, Double(spot.centroidY) + 0.5 - target.centreY)
        return (x * x + y * y).squareRoot()
    }

    @Test func sameSeedSameBytes() {
        let (a, b, other) = (Scenario(seed: 3), Scenario(seed: 3), Scenario(seed: 4))
        for second in [0, 20, 72, 125] {
            let time = Duration.seconds(second)
            let picture = a.thermal(at: time, width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
            #expect(picture == b.thermal(at: time, width: 160, height: 120, horizontalFieldOfViewDegrees: 57))
            #expect(picture != other.thermal(at: time, width: 160, height: 120, horizontalFieldOfViewDegrees: 57))
            #expect(a.visible(at: time, width: 64, height: 48) == b.visible(at: time, width: 64, height: 48))
            #expect(a.visible(at: time, width: 64, height: 48) != other.visible(at: time, width: 64, height: 48))
            #expect(a.pose(at: time) == b.pose(at: time))
            #expect(a.truth(at: time) == b.truth(at: time))
        }
    }
    @Test func loopsAndTakesAnyTime() {
        let scenario = Scenario(seed: 1)
        #expect(scenario.pose(at: .seconds(7)) == scenario.pose(at: .seconds(187)))
        for time in [Duration.seconds(Int64.max / 2), .seconds(Int64.min / 2), .seconds(-1), .zero] {
            #expect(scenario.pose(at: time).hasPosition)
            #expect(scenario.truth(at: time).count == 3)
        }
    }
    @Test(arguments: [UInt64(0), 1, 2, 99, .max])
    func fliesWithinItsLimits(seed: UInt64) {
        let scenario = Scenario(seed: seed)
        var last: Pose?
        for tenth in 0..<3600 {
            let pose = scenario.pose(at: .milliseconds(tenth * 100))
            #expect((8...60).contains(pose.heightMetres) && pose.groundSpeed < 12)
            #expect((0..<360).contains(pose.yawDegrees) && (0..<360).contains(pose.courseDegrees))
            if let last {
                let step = LocalPlane(origin: GeodeticPosition(latitude: last.latitude, longitude: last.longitude))
                    .offset(to: GeodeticPosition(latitude: pose.latitude, longitude: pose.longitude))
                #expect((step.east * step.east + step.north * step.north).squareRoot() < 1.3)
            }
            last = pose
        }
    }
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func detectorFindsFireBoatAndSwimmerWhereTheyAre(seed: UInt64) throws {
        let scenario = Scenario(seed: seed)
        for (second, kind) in [(20, TruthTarget.Kind.fire), (78, .boat), (110, .swimmer), (125, .swimmer)] {
            let time = Duration.seconds(second)
            let picture = scenario.thermal(at: time, width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
            let inView = scenario.targetsInView(at: time, width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
            let target = try #require(inView.first { $0.target.kind == kind })
            var detector = HotspotDetector(configuration: .init(unit: .centikelvin))
            let spots = detector.detect(
                try #require(ThermalImage(width: picture.width, height: picture.height, values: picture.values)))
            // The boat's heat sits in its stern, 2.4 m from its middle.
            let reach = Double(target.width) / 2 + 2
            #expect(spots.contains { distance($0, target) <= reach }, "\(kind) of seed \(seed) at \(second) s")
            #expect(spots.count <= 3)
        }
    }
    /// The cheap 32×24 sensor sees a head only in the low pass.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func smallSensorFindsTheSwimmerInTheLowPass(seed: UInt64) throws {
        let scenario = Scenario(seed: seed)
        var hits = 0
        for second in 115..<130 {
            let time = Duration.seconds(second)
            let picture = scenario.thermal(at: time, width: 32, height: 24, horizontalFieldOfViewDegrees: 55)
            let target = try #require(
                scenario.targetsInView(at: time, width: 32, height: 24, horizontalFieldOfViewDegrees: 55).first)
            #expect(target.target.kind == .swimmer)
            var detector = HotspotDetector(configuration: .init(unit: .centikelvin))
            let spots = detector.detect(try #require(ThermalImage(width: 32, height: 24, values: picture.values)))
            if spots.contains(where: { distance($0, target) <= 2 }) { hits += 1 }
        }
        #expect(hits >= 13)
    }
    @Test func geolocationLeadsBackToTheTruth() throws {
        let scenario = Scenario(seed: 5)
        let camera = try #require(CameraModel(width: 160, height: 120, horizontalFieldOfViewDegrees: 57))
        var checked = 0
        for second in 0..<180 {
            let time = Duration.seconds(second)
            let pose = scenario.pose(at: time)
            let targets = scenario.targetsInView(at: time, width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
            for target in targets {
                let ground = try place(
                    pixelX: target.centreX, pixelY: target.centreY, camera: camera, latitude: pose.latitude,
                    longitude: pose.longitude, heightMetres: Double(pose.heightMetres),
                    rollDegrees: Double(pose.rollDegrees), pitchDegrees: Double(pose.pitchDegrees),
                    yawDegrees: Double(pose.yawDegrees), gimbalPitch: Double(pose.gimbalPitchDegrees),
                    gimbalYaw: Double(pose.gimbalYawDegrees)
                ).get()
                let error = LocalPlane(origin: ground.position).offset(
                    to: GeodeticPosition(latitude: target.target.latitude, longitude: target.target.longitude))
                #expect(error.east.magnitude < 0.01 && error.north.magnitude < 0.01)
                checked += 1
            }
        }
        #expect(checked > 60)
    }
    @Test func pictureShowsFireClippedAndWaterMild() throws {
        let scenario = Scenario(seed: 1)
        let fire = scenario.thermal(at: .seconds(20), width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
        #expect(try #require(fire.values.max()) > 27_315 + 10_000)
        #expect(fire.values.allSatisfy { $0 <= 57_315 })
        let water = scenario.thermal(at: .seconds(87), width: 160, height: 120, horizontalFieldOfViewDegrees: 57)
        let middle = water.values.sorted()[water.values.count / 2]
        #expect((28_800...29_030).contains(middle))
    }
    @Test func vestIsOrangeWhereTheSwimmerIs() throws {
        let scenario = Scenario(seed: 2)
        let time = Duration.seconds(120)
        let picture = scenario.visible(at: time, width: 320, height: 180)
        let target = try #require(
            scenario.targetsInView(
                at: time, width: 320, height: 180,
                horizontalFieldOfViewDegrees: Scenario.visibleFieldOfViewDegrees
            ).first)
        var orange = 0
        for y in target.y..<(target.y + target.height) {
            for x in target.x..<(target.x + target.width) {
                let pixel = (y * 320 + x) * 3
                if picture.rgb[pixel] > 220, picture.rgb[pixel + 2] < 60 { orange += 1 }
            }
        }
        #expect(orange > 5)
    }
    @Test(arguments: [(-1, 0, Double.nan), (0, 1, 0), (1, 1, 1e9), (3, 5000, -4)])
    func bringsSizesIntoRange(width: Int, height: Int, field: Double) {
        let scenario = Scenario(seed: 1)
        let thermal = scenario.thermal(
            at: .seconds(20), width: width, height: height, horizontalFieldOfViewDegrees: field)
        #expect(thermal.values.count == thermal.width * thermal.height && thermal.width >= 1 && thermal.height <= 4096)
        let visible = scenario.visible(at: .seconds(20), width: width, height: height)
        #expect(visible.rgb.count == visible.width * visible.height * 3)
        _ = scenario.targetsInView(at: .zero, width: width, height: height, horizontalFieldOfViewDegrees: field)
    }
}
