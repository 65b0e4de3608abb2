import FlightTypes
import Geodesy
import Testing

@testable import Lookout

/// What a frame's report says about tracks.
@Suite struct ThermalLookTests {
    private func look() -> ThermalLook {
        let settings = LookSettings(horizontalFieldOfViewDegrees: 57)
        return ThermalLook(settings, current: WeakHead.current, id: StreamID(.detections))
    }
    /// Metres east and north of the drone.
    private func offset(_ track: TrackReport) -> (east: Double, north: Double) {
        let offset = LocalPlane(origin: WeakHead.home).offset(
            to: GeodeticPosition(latitude: track.latitude, longitude: track.longitude))
        return (offset.east, offset.north)
    }

    @Test func aTrackIsReportedWithItsEvidence() throws {
        var look = look()
        var reports: [DetectionReport] = []
        for number in 0..<32 { reports.append(look.report(on: WeakHead.frame(number, head: true))) }
        let track = try #require(reports.last?.tracks.first)
        #expect(reports.allSatisfy { $0.tracks.count <= 1 } && track.doubts == [] && track.witness == .silent)
        #expect(track.ageMilliseconds > 3000 && track.hits >= 24 && track.looks >= track.hits)
        #expect(track.contrast > 20 && track.areaSquareMetres > 0 && track.areaSquareMetres < 2)
        // Frame 31: the head is 31/8 s · 1.5 m/s east of pixel 30.5 of 96.
        let east = (30.5 - 48) * 0.4525 + 1.5 * 31 / 8
        #expect(abs(offset(track).east - east) < 1 && abs(offset(track).north) < 1, "\(offset(track))")
        #expect(abs(track.velocityEast - 1.5) < 0.4 && abs(track.velocityNorth) < 0.4)
        #expect(track.ellipse.semiMajorMetres >= track.ellipse.semiMinorMetres && track.ellipse.semiMinorMetres > 1)
        for report in reports where report.tracks.first?.isSeen == true {
            let index = Int(try #require(report.tracks[0].detection))
            #expect(abs(report.detections[index].centroidY - 36) < 2)
        }
    }

    @Test func aTracksFirstPictureComesWithItsFirstSightings() throws {
        var look = look()
        let reports = (0..<32).map { look.report(on: WeakHead.frame($0, head: true)) }
        let first = try #require(reports.firstIndex { !$0.tracks.isEmpty })
        let pictured = try #require(reports.firstIndex { $0.tracks.first?.isPictured == true })
        #expect(pictured - first <= 8 && !reports[pictured].crop.isEmpty)
        #expect(reports.allSatisfy { $0.tracks.first?.isPictured != true || !$0.crop.isEmpty })
    }

    @Test func whatGoesUnderIsForetoldAndThenEnds() throws {
        var look = look()
        for number in 0..<24 { _ = look.report(on: WeakHead.frame(number, head: true)) }
        var unseen: [TrackReport] = []
        for number in 24..<80 {
            let tracks = look.report(on: WeakHead.frame(number, head: false)).tracks
            unseen += tracks.filter { !$0.isSeen }
            if number == 79 { #expect(tracks.isEmpty, "unseen for seven seconds where it should be") }
        }
        let (first, last) = (try #require(unseen.first), try #require(unseen.last))
        #expect(last.unseenMilliseconds > 3000 && last.detection == nil)
        let gone = Double(last.ageMilliseconds - first.ageMilliseconds) / 1000
        #expect(abs(offset(last).east - offset(first).east - 1.5 * gone) < 0.5 * gone)
        #expect(last.ellipse.semiMajorMetres > first.ellipse.semiMajorMetres)
    }

    /// Also while the sensor corrects itself or the pose is gone: the dispatcher must not think that it has ended.
    @Test(arguments: [(Frame.Flags.flatField, Pose.Quality.interpolated), (Frame.Flags(), .none)])
    func aTrackStaysWhileNothingCanBeSeen(flags: Frame.Flags, quality: Pose.Quality) throws {
        var look = look()
        for number in 0..<24 { _ = look.report(on: WeakHead.frame(number, head: true)) }
        let report = look.report(on: WeakHead.frame(26, head: true, flags: flags, quality: quality))
        let track = try #require(report.tracks.first)
        #expect(!track.isSeen && track.unseenMilliseconds >= 250)
    }

    /// A warm patch of 6 × 6 pixels, 2.7 metres wide: weak it is told by nobody, clear it is, as too large.
    @Test(arguments: [(60, false), (900, true)])
    func largeThingsAreToldOnlyWhereTheyAreClear(warmer: Int, isTold: Bool) {
        var look = look()
        var told: [TrackReport] = []
        for number in 0..<24 {
            var frame = WeakHead.frame(number, head: false)
            for y in 28..<34 { for x in 40..<46 { frame.values[y * 96 + x] += UInt16(warmer) } }
            told += look.report(on: frame).tracks
        }
        #expect(told.isEmpty != isTold)
        #expect(told.allSatisfy { $0.doubts.contains(.large) })
    }

    @Test func numbersAreNeverUsedAgain() throws {
        var look = look()
        var numbers: Set<UInt32> = []
        for number in 0..<24 {
            numbers.formUnion(look.report(on: WeakHead.frame(number, head: true)).tracks.map(\.number))
        }
        let far = GeodeticPosition(latitude: WeakHead.home.latitude + 0.1, longitude: WeakHead.home.longitude)
        var later: Set<UInt32> = []
        for number in 24..<48 {
            later.formUnion(look.report(on: WeakHead.frame(number, head: true, home: far)).tracks.map(\.number))
        }
        #expect(!numbers.isEmpty && !later.isEmpty && numbers.isDisjoint(with: later))
    }
}
