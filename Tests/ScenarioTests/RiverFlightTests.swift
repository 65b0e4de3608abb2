import FlightTypes
import Geodesy
import Testing

@testable import Scenario

/// The made-up flight over the river is what its table says.
@Suite struct RiverFlightTests {
    private func flight(_ view: RiverFlight.View, seed: UInt64 = 3, kelvin: Double = 6) -> RiverFlight {
        RiverFlight(seed: seed, view: view, sensor: .lepton, heightMetres: 40, headKelvin: kelvin)
    }

    /// By Fresnel with the index of water at 10 µm: what the detector's research worked out for itself.
    @Test func waterMirrorsMoreTheFlatterOneLooks() {
        for (cosine, emissivity) in [(1.0, 0.990), (0.7071, 0.985), (0.5, 0.961), (0.3420, 0.900), (0.1736, 0.697)] {
            #expect(abs(1 - WaterSurface.reflectance(cosine: cosine) - emissivity) < 0.003, "\(cosine)")
        }
        #expect(WaterSurface.reflectance(cosine: 0) == 1 && WaterSurface.reflectance(cosine: 7) < 0.02)
        let surface = WaterSurface(water: 15, air: 10, cloud: 4)
        // Straight down half a kelvin under a clear sky, and ever more to the side.
        #expect(abs(surface.clear[512] - 0.5) < 0.1)
        #expect(zip(surface.clear, surface.clear.dropFirst()).dropFirst(60).allSatisfy { $0 >= $1 - 0.02 })
        #expect(zip(surface.clear, surface.clouded).dropFirst(200).allSatisfy { $0 > $1 })
    }

    /// Vectors here, rotations there: the pose that is told, without its errors, must put pixels on the same place.
    @Test(arguments: RiverFlight.View.allCases) func itsCameraIsThatOfTheProduct(view: RiverFlight.View) throws {
        let flight = flight(view)
        let pose = flight.pose(at: 12.5)
        let mine = RiverView(pose, width: 160, height: 120, pixelRadians: flight.sensor.pixelRadians)
        let camera = try #require(
            CameraModel(width: 160, height: 120, focalLengthPixels: 1 / flight.sensor.pixelRadians))
        let ground = flight.plane.position(east: pose.place.x, north: -pose.place.y)
        let theirs = try CameraView(
            of: camera,
            at: CameraPose(
                position: ground, heightMetres: pose.height, rollDegrees: 0, pitchDegrees: 0, yawDegrees: pose.yaw,
                gimbalPitchDegrees: pose.pitch, gimbalYawDegrees: pose.yaw))
        for (x, y) in [(80.0, 60.0), (12.5, 40.5), (150.5, 110.5), (30, 90)] {
            let point = try #require(mine.point(mine.ray(x: x, y: y)))
            let other = try theirs.point(at: ImagePoint(x: x, y: y))
            #expect(abs(point.x - pose.place.x - other.east) < 0.01 && abs(pose.place.y - point.y - other.north) < 0.01)
            let back = try #require(mine.pixel(of: point))
            #expect(abs(back.x - x) < 1e-6 && abs(back.y - y) < 1e-6)
        }
    }

    @Test func theSameSeedGivesTheSameFlight() {
        let (one, two) = (flight(.slant).picture(200), flight(.slant).picture(200))
        #expect(one.thermal == two.thermal && one.pose == two.pose)
        #expect(flight(.slant, seed: 4).picture(200).thermal != one.thermal)
        #expect(flight(.slant).picture(201).thermal != one.thermal)
    }

    /// A hot head is the warmest thing around the pixel where truth has it.
    @Test(arguments: RiverFlight.View.allCases) func headsAreWhereTruthHasThem(view: RiverFlight.View) {
        var shown = 0
        for seed in 0..<3 as Range<UInt64> {
            let flight = flight(view, seed: seed, kelvin: 60)
            for number in stride(from: 60, to: flight.pictures, by: 40) {
                let picture = flight.picture(number)
                guard !picture.isFlatField else { continue }
                for head in flight.seen(in: number) where head.thing.kind == .head {
                    let (x, y) = (Int(head.pixel.x), Int(head.pixel.y))
                    guard (5..<155).contains(x), (5..<115).contains(y) else { continue }
                    shown += 1
                    func value(_ x: Int, _ y: Int) -> Int { Int(picture.thermal.values[y * 160 + x]) }
                    let around = [(-4, 0), (4, 0), (0, -4), (0, 4)].map { value(x + $0.0, y + $0.1) }.sorted()
                    #expect(value(x, y) > around[1] + 60, "\(view) \(seed) \(number)")
                }
            }
        }
        #expect(shown >= 5, "\(view): \(shown)")
    }

    @Test func headsGoUnderAndComeUpAndAreNeverOnLand() {
        for seed in 0..<6 as Range<UInt64> {
            let flight = flight(.bank, seed: seed)
            var times: [Int: Int] = [:]
            for number in 0..<flight.pictures {
                for head in flight.seen(in: number) where head.thing.kind == .head {
                    times[head.thing.number, default: 0] += 1
                    #expect(flight.bank.ground(at: head.thing.place) == .water)
                }
            }
            // Seven seconds less one and a half, unless land comes between.
            #expect(times.values.allSatisfy { $0 <= 49 } && (times.values.max() ?? 0) >= 46)
        }
    }

    @Test func whileItCorrectsItselfThePictureStandsStillAndThenThePatternIsAnother() throws {
        let flight = flight(.hover)
        let all = (0..<flight.pictures).map(flight.picture)
        let frozen = all.indices.filter { all[$0].isFlatField }
        #expect((4...5).contains(frozen.count))
        let first = try #require(frozen.first)
        #expect(frozen.allSatisfy { all[$0].thermal == all[first].thermal })
        #expect(all[first].thermal == all[first - 1].thermal && all[first - 2].thermal != all[first - 1].thermal)
        #expect(all[first].pose != all[first - 1].pose)
        // The fixed part of pixels: means over twenty pictures before and after.
        func mean(_ pictures: Range<Int>, _ place: Int) -> Double {
            Double(pictures.reduce(0) { $0 + Int(all[$1].thermal.values[place]) }) / Double(pictures.count)
        }
        var alike = 0.0, other = 0.0
        let last = try #require(frozen.last)
        for place in 4000..<4400 {
            let right = place + 1
            let early = mean(first - 40..<first - 20, place) - mean(first - 40..<first - 20, right)
            let before = mean(first - 20..<first, place) - mean(first - 20..<first, right)
            let after = mean(last + 1..<last + 21, place) - mean(last + 1..<last + 21, right)
            alike += early * before
            other += before * after
        }
        #expect(alike > 5 * abs(other), "\(alike) \(other)")
    }

    @Test func thePoseIsOffByWhatIsStated() {
        var off: [Double] = [], turned: [Double] = []
        for seed in 0..<200 as Range<UInt64> {
            let flight = flight(.hover, seed: seed)
            let told = flight.picture(7).pose, true_ = flight.pose(at: flight.seconds(of: 7))
            let place = flight.plane.offset(
                to: GeodeticPosition(latitude: told.latitude, longitude: told.longitude))
            off.append(place.east - true_.place.x)
            turned.append((Double(told.yawDegrees) - true_.yaw + 540).truncatingRemainder(dividingBy: 360) - 180)
        }
        func sigma(_ values: [Double]) -> Double {
            (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        }
        #expect((1.2...1.8).contains(sigma(off)) && (2.5...3.5).contains(sigma(turned)))
    }

    @Test func smokeHidesAndWarms() throws {
        let flight = flight(.smoke)
        let smoke = try #require(flight.smoke)
        flight.texture.values.withUnsafeBufferPointer { texture in
            var most: Float = 0
            for x in stride(from: -40.0, through: 40, by: 1) {
                let (share, kelvin) = smoke.cover(at: RiverPoint(x: x, y: -60), seconds: 4, texture)
                #expect((0...0.6).contains(share) && (share == 0 || (3...28).contains(kelvin)))
                most = max(most, share)
            }
            #expect(most > 0.2)
            #expect(smoke.cover(at: RiverPoint(x: 0, y: 40), seconds: 4, texture).share == 0)
        }
        #expect(self.flight(.hover).smoke == nil)
    }

    @Test func theBankHasGroynesStonesAndPeople() {
        for seed in 0..<5 as Range<UInt64> {
            let bank = RiverBank(seed: seed)
            #expect(bank.ground(at: RiverPoint(x: 3, y: -80)) == .water)
            #expect(bank.ground(at: RiverPoint(x: 3, y: 6)) == .stones)
            #expect(bank.ground(at: RiverPoint(x: 3, y: 30)) == .meadow)
            // Somewhere in eighty metres there is a groyne twenty metres out, some ten metres broad.
            let out = stride(from: 0.0, to: 80, by: 0.5).count { bank.ground(at: RiverPoint(x: $0, y: -20)) == .stones }
            #expect((6...24).contains(out), "\(out)")
            #expect(bank.people(near: 0, 10).count == 3)
            #expect(bank.people(near: 0, 10).allSatisfy { bank.ground(at: $0.place) != .water })
        }
    }
}
