// A track inside a detection report: docs/wire-format.md §5.3.

extension ByteWriter {
    mutating func write(_ track: TrackReport) {
        write(track.number)
        write(track.doubts.rawValue)
        write(UInt8(track.isSeen ? 1 : 0) | UInt8(track.isPictured ? 2 : 0) | track.sense.rawValue << 2)
        write(track.witness.rawValue)
        write(track.detection ?? .max)
        for value in [track.ageMilliseconds, track.unseenMilliseconds, track.hits, track.looks] { write(value) }
        for value in [track.bestScore, track.areaSquareMetres, track.contrast] { write(value) }
        write(track.latitude)
        write(track.longitude)
        for value in [
            track.ellipse.semiMajorMetres, track.ellipse.semiMinorMetres, track.ellipse.directionDegrees,
            track.velocityEast, track.velocityNorth, track.velocitySigma,
        ] { write(value) }
    }
}

extension ByteReader {
    /// The next track of a report with `detections` detections.
    mutating func readTrack(detections: Int) throws(Malformed) -> TrackReport {
        let number = try read(UInt32.self)
        let doubts = TrackReport.Doubts(rawValue: try read())
        let marks = try read(UInt8.self)
        guard marks < 8 else { throw Malformed("marks of a track") }
        guard let witness = TrackReport.Witness(rawValue: try read()) else { throw Malformed("witness of a track") }
        let detection = try read(UInt8.self)
        guard detection == .max || Int(detection) < detections else { throw Malformed("detection of a track") }
        let (age, unseen) = (try read(UInt32.self), try read(UInt32.self))
        let (hits, looks) = (try read(UInt32.self), try read(UInt32.self))
        let (score, area, contrast) = (try readFloat(), try readFloat(), try readFloat())
        let (latitude, longitude) = (try readDouble(), try readDouble())
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { throw Malformed("place of a track") }
        let ellipse = TrackReport.Ellipse(
            semiMajorMetres: try readFloat(), semiMinorMetres: try readFloat(), directionDegrees: try readFloat())
        var track = TrackReport(
            number: number, isSeen: marks & 1 != 0, ageMilliseconds: age, unseenMilliseconds: unseen, hits: hits,
            looks: looks, bestScore: score, areaSquareMetres: area, contrast: contrast, latitude: latitude,
            longitude: longitude, ellipse: ellipse, velocityEast: try readFloat(), velocityNorth: try readFloat(),
            velocitySigma: try readFloat())
        track.doubts = doubts
        track.sense = marks & 4 != 0 ? .visible : .thermal
        track.witness = witness
        track.isPictured = marks & 2 != 0
        track.detection = detection == .max ? nil : detection
        return track
    }
}
