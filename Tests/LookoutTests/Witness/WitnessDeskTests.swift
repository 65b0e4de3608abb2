import FlightTypes
import Geodesy
import ImageCoding
import Testing
import VisibleWitness

@testable import Lookout

/// Tracks find their place in the visible picture, and what is seen there gets into the reports.
@Suite struct WitnessDeskTests {
    private static let home = WeakHead.home

    private static func calibration(boresight: Boresight = Boresight()) throws -> CameraCalibration {
        var camera = try #require(CameraModel(width: 1280, height: 720, horizontalFieldOfViewDegrees: 70))
        camera.boresight = boresight
        return CameraCalibration(
            name: "", camera: camera, timeOffsetMilliseconds: 0,
            uncertainty: CalibrationUncertainty(
                focalLengthPercent: 1, boresightDegrees: 0.3, timeOffsetMilliseconds: 10))
    }

    /// Grained water, the same in each picture: for what is asked here that does no harm.
    private static let grain: [UInt8] = {
        var rgb: [UInt8] = []
        rgb.reserveCapacity(3 * 1280 * 720)
        var state: UInt64 = 99
        for _ in 0..<1280 * 720 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let grain = UInt8(truncatingIfNeeded: state >> 60)
            rgb.append(70 + grain)
            rgb.append(82 + grain)
            rgb.append(74 + grain)
        }
        return rgb
    }()

    private static func frame(
        _ milliseconds: Int, orangeAt spot: ImagePoint, encoding: FrameEncoding = .jpeg, flags: Frame.Flags = [],
        quality: Pose.Quality = .interpolated
    ) throws -> Frame {
        try frame(milliseconds, orangeAt: [spot], encoding: encoding, flags: flags, quality: quality)
    }

    /// Water with orange squares around pixels, from 40 m.
    private static func frame(
        _ milliseconds: Int, orangeAt spots: [ImagePoint], encoding: FrameEncoding = .jpeg, flags: Frame.Flags = [],
        quality: Pose.Quality = .interpolated
    ) throws -> Frame {
        var rgb = grain
        for spot in spots {
            for y in max(0, Int(spot.y) - 5)...min(719, Int(spot.y) + 6) {
                for x in max(0, Int(spot.x) - 5)...min(1279, Int(spot.x) + 6) {
                    let place = 3 * (y * 1280 + x)
                    (rgb[place], rgb[place + 1], rgb[place + 2]) = (225, 95, 35)
                }
            }
        }
        return Frame(
            id: ObjectID(flight: 1, stream: StreamID(.visible), sequence: UInt64(milliseconds)),
            captureTime: WeakHead.time(milliseconds: milliseconds), pose: WeakHead.pose(quality), encoding: encoding,
            unit: .none, flags: flags, width: 1280, height: 720,
            payload: try JPEGEncoder(quality: 80).encode(rgb, layout: .rgb, width: 1280, height: 720))
    }

    /// A track so many metres east and north of the drone, going east.
    private static func track(east: Double, north: Double, velocityEast: Float) -> TrackReport {
        let place = LocalPlane(origin: home).position(east: east, north: north)
        return TrackReport(
            number: 5, isSeen: true, ageMilliseconds: 1000, unseenMilliseconds: 0, hits: 8, looks: 8, bestScore: 9,
            areaSquareMetres: 0.2, contrast: 100, latitude: place.latitude, longitude: place.longitude,
            ellipse: .init(semiMajorMetres: 2, semiMinorMetres: 2, directionDegrees: 0), velocityEast: velocityEast,
            velocityNorth: 0, velocitySigma: 0.2)
    }
    private static func told(at milliseconds: Int, east: Double, north: Double, velocityEast: Float = 0)
        -> WitnessDesk.Told
    {
        WitnessDesk.Told(
            tracks: [track(east: east, north: north, velocityEast: velocityEast)],
            captureTime: MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000 + 1))
    }
    /// Where that is: north is up, 0.04376 m a pixel.
    private static func pixel(east: Double, north: Double) -> ImagePoint {
        let metres = 40 * 0.700_207_5 * 2 / 1280
        return ImagePoint(x: 640 + east / metres, y: 360 - north / metres)
    }

    @Test func whatTheVisibleCameraSeesAtATracksPlaceSupportsIt() throws {
        var desk = try #require(WitnessDesk(visible: try Self.calibration(), thermal: try Self.calibration()))
        var other = try #require(WitnessDesk(visible: try Self.calibration(), thermal: try Self.calibration()))
        for look in 0..<5 {
            let frame = try Self.frame(look * 300, orangeAt: Self.pixel(east: 8, north: 5))
            desk.look(at: frame, for: Self.told(at: look * 300, east: 8, north: 5))
            other.look(at: frame, for: Self.told(at: look * 300, east: -8, north: -5))
            if look < 3 { #expect(desk.testimony(of: 5) == .silent) }
        }
        #expect(desk.testimony(of: 5) == .supports)
        #expect(other.testimony(of: 5) != .supports && other.testimony(of: 5) != .silent)
    }

    /// The report is a second older than the picture: the track has gone on three metres.
    @Test func tracksAreForetoldToThePicture() throws {
        for (velocity, isFound) in [(Float(3), true), (0, false)] {
            var desk = try #require(WitnessDesk(visible: try Self.calibration(), thermal: try Self.calibration()))
            for look in 0..<5 {
                let frame = try Self.frame(1000 + look * 300, orangeAt: Self.pixel(east: 7, north: 2))
                desk.look(at: frame, for: Self.told(at: look * 300, east: 4, north: 2, velocityEast: velocity))
            }
            #expect((desk.testimony(of: 5) == .supports) == isFound)
        }
    }

    @Test func theMountingCounts() throws {
        let turned = try Self.calibration(boresight: Boresight(yawDegrees: 10))
        for (calibration, isFound) in [(try Self.calibration(), true), (turned, false)] {
            var desk = try #require(WitnessDesk(visible: calibration, thermal: try Self.calibration()))
            for look in 0..<5 {
                let frame = try Self.frame(look * 300, orangeAt: Self.pixel(east: 0, north: 0))
                desk.look(at: frame, for: Self.told(at: look * 300, east: 0, north: 0))
            }
            #expect((desk.testimony(of: 5) == .supports) == isFound)
        }
    }

    @Test func framesWithoutPoseOrSenseAreLeftOut() throws {
        var desk = try #require(WitnessDesk(visible: try Self.calibration(), thermal: nil))
        let spot = Self.pixel(east: 8, north: 5)
        for look in 0..<5 {
            for frame in [
                try Self.frame(look * 300, orangeAt: spot, quality: .none),
                try Self.frame(look * 300, orangeAt: spot, encoding: .gray16),
                try Self.frame(look * 300, orangeAt: spot, flags: .frozen),
            ] { desk.look(at: frame, for: Self.told(at: look * 300, east: 8, north: 5)) }
            desk.look(
                at: try Self.frame(10_000 + look * 300, orangeAt: spot), for: Self.told(at: 0, east: 8, north: 5))
        }
        var other = try Self.frame(20_000, orangeAt: spot)
        (other.width, other.height) = (400, 400)
        desk.look(at: other, for: Self.told(at: 20_000, east: 8, north: 5))
        // The five that are too late for the track are looked at for colours only.
        #expect(desk.testimony(of: 5) == .silent && desk.counters.pictures == 5)
    }

    /// A colour that water does not have is followed and told of where the thermal camera follows nothing, and not twice.
    @Test func aColourIsRaisedWhereNothingIsFollowed() throws {
        var desk = try #require(
            WitnessDesk(visible: try Self.calibration(), thermal: try Self.calibration(), current: WeakHead.current))
        func raised(_ milliseconds: Int, beside tracks: [TrackReport] = []) -> [TrackReport] {
            desk.raised(at: MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000 + 1), beside: tracks)
        }
        for look in 0..<8 {
            // It drifts with the current, 1.5 m/s to the east.
            desk.look(
                at: try Self.frame(look * 250, orangeAt: Self.pixel(east: -5 + 0.375 * Double(look), north: 3)),
                for: nil)
            if look == 2 { #expect(raised(500).isEmpty, "told after half a second") }
        }
        let track = try #require(raised(1750).first)
        #expect(raised(1750).count == 1 && track.sense == .visible && track.number >= 1 << 31 && track.doubts.isEmpty)
        #expect(track.isSeen && raised(2500).first?.isSeen == false)
        let off = LocalPlane(origin: Self.home).offset(
            to: GeodeticPosition(latitude: track.latitude, longitude: track.longitude))
        #expect(abs(off.east + 2.4) < 0.5 && abs(off.north - 3) < 0.5)
        #expect(raised(1750, beside: [Self.track(east: -2, north: 4, velocityEast: 0)]).isEmpty)
        #expect(raised(1750, beside: [Self.track(east: -20, north: 4, velocityEast: 0)]).count == 1)
        #expect(raised(5000).isEmpty, "nobody has looked for three seconds")
        // The report of a thermal camera that sees nothing carries it.
        let settings = LookSettings(horizontalFieldOfViewDegrees: 57)
        var look = ThermalLook(
            settings, current: WeakHead.current, id: StreamID(.detections), visible: try Self.calibration())
        var tracks: [TrackReport] = []
        for number in 0..<20 {
            tracks = look.report(on: WeakHead.frame(number, head: false)).tracks
            let east = -5 + 1.5 * Double(number) / 8
            look.look(atVisible: try Self.frame(number * 125, orangeAt: Self.pixel(east: east, north: 3)))
        }
        #expect(tracks.map(\.sense) == [.visible] && tracks.first?.detection == nil)
    }

    /// A picture full of colours is land, and nobody swims there.
    @Test func landIsFullOfColours() throws {
        var desk = try #require(WitnessDesk(visible: try Self.calibration(), thermal: nil))
        let spots = (0..<8).map { ImagePoint(x: 100 + 150 * Double($0), y: 200 + 40 * Double($0 % 3)) }
        for look in 0..<8 { desk.look(at: try Self.frame(look * 250, orangeAt: spots), for: nil) }
        #expect(desk.raised(at: MonotonicInstant(nanoseconds: 1_750_000_001), beside: []).isEmpty)
    }

    /// Thermal frames and visible ones through the whole look: the testimony is in the reports, and only with a calibration.
    @Test func theTestimonyIsReported() throws {
        for visible in [try Self.calibration(), nil] {
            let settings = LookSettings(horizontalFieldOfViewDegrees: 57)
            var look = ThermalLook(settings, current: WeakHead.current, id: StreamID(.detections), visible: visible)
            var witnesses: [TrackReport.Witness] = []
            for number in 0..<32 {
                witnesses += look.report(on: WeakHead.frame(number, head: true)).tracks.map(\.witness)
                guard number % 3 == 0 else { continue }
                let east = (30.5 - 48) * 0.4525 + 1.5 * Double(number) / 8
                look.look(
                    atVisible: try Self.frame(number * 125, orangeAt: Self.pixel(east: east, north: -0.2)))
            }
            #expect(witnesses.first == .silent)
            #expect(witnesses.last == (visible == nil ? .silent : .supports), "\(witnesses)")
        }
    }
}
