extension ByteWriter {
    /// Appends a pose: docs/wire-format.md §5.1, 61 bytes; 79 where its basis is not all measured.
    mutating func write(_ pose: Pose) {
        let hasBasis = pose.basis != .measured
        write(pose.quality.rawValue | pose.remarks.rawValue << 2 | (hasBasis ? 128 : 0))
        write(pose.latitude)
        write(pose.longitude)
        for value in [
            pose.altitudeMSLMetres, pose.heightMetres, pose.rollDegrees, pose.pitchDegrees, pose.yawDegrees,
            pose.gimbalPitchDegrees, pose.gimbalYawDegrees, pose.groundSpeed, pose.courseDegrees,
            pose.horizontalAccuracyMetres,
        ] { write(value) }
        write(pose.fix)
        write(pose.satellites)
        write(pose.ageMilliseconds)
        if hasBasis { write(pose.basis) }
    }
    private mutating func write(_ basis: PoseBasis) {
        write(basis.position.rawValue | basis.height.rawValue << 4)
        write(basis.attitude.rawValue | basis.direction.rawValue << 4)
        for margin in [
            basis.positionMarginMetres, basis.heightMarginMetres, basis.tiltMarginDegrees, basis.yawMarginDegrees,
        ] { write(margin) }
    }

    /// Appends a detection: docs/wire-format.md §5.3.
    mutating func write(_ detection: Detection) {
        for value in [detection.x, detection.y, detection.width, detection.height, detection.peak] { write(value) }
        write(detection.centroidX)
        write(detection.centroidY)
        write(detection.contrast)
        write(detection.score)
        guard let place = detection.place else { return write(UInt8(0)) }
        write(UInt8(1))
        write(place.latitude)
        write(place.longitude)
        write(place.radiusMetres)
    }
}

extension ByteReader {
    /// The next pose; a position that lies nowhere on Earth is refused.
    mutating func readPose() throws(Malformed) -> Pose {
        let marks = try read(UInt8.self)
        guard let quality = Pose.Quality(rawValue: marks & 3) else { throw Malformed("pose quality") }
        let latitude = try readDouble()
        let longitude = try readDouble()
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { throw Malformed("position") }
        var pose = Pose(latitude: latitude, longitude: longitude, quality: quality)
        pose.altitudeMSLMetres = try readFloat()
        pose.heightMetres = try readFloat()
        pose.rollDegrees = try readFloat()
        pose.pitchDegrees = try readFloat()
        pose.yawDegrees = try readFloat()
        pose.gimbalPitchDegrees = try readFloat()
        pose.gimbalYawDegrees = try readFloat()
        pose.groundSpeed = try readFloat()
        pose.courseDegrees = try readFloat()
        pose.horizontalAccuracyMetres = try readFloat()
        pose.fix = try read()
        pose.satellites = try read()
        pose.ageMilliseconds = try read()
        pose.remarks = Pose.Remarks(rawValue: marks >> 2)
        if marks & 128 != 0 { pose.basis = try readBasis() }
        return pose
    }
    /// A basis that says nothing is not written, so that each pose has one form only.
    private mutating func readBasis() throws(Malformed) -> PoseBasis {
        let (first, second) = (try read(UInt8.self), try read(UInt8.self))
        guard let position = PoseBasis.Basis(rawValue: first & 15), let height = PoseBasis.Basis(rawValue: first >> 4),
            let attitude = PoseBasis.Basis(rawValue: second & 15),
            let direction = PoseBasis.Basis(rawValue: second >> 4)
        else { throw Malformed("basis of a pose") }
        var basis = PoseBasis()
        (basis.position, basis.height) = (position, height)
        (basis.attitude, basis.direction) = (attitude, direction)
        basis.positionMarginMetres = try readMargin()
        basis.heightMarginMetres = try readMargin()
        basis.tiltMarginDegrees = try readMargin()
        basis.yawMarginDegrees = try readMargin()
        guard basis != .measured else { throw Malformed("basis of a pose") }
        return basis
    }
    private mutating func readMargin() throws(Malformed) -> Float {
        let margin = try readFloat()
        // Also false for what is no number: an error nobody can state must not count as none.
        guard margin >= 0 else { throw Malformed("margin of a pose") }
        return margin
    }

    /// The next detection.
    mutating func readDetection() throws(Malformed) -> Detection {
        let x = try read(UInt16.self)
        let y = try read(UInt16.self)
        let width = try read(UInt16.self)
        let height = try read(UInt16.self)
        let peak = try read(UInt16.self)
        var detection = Detection(
            x: x, y: y, width: width, height: height, centroidX: try readFloat(), centroidY: try readFloat(),
            peak: peak,
            contrast: try read(), score: try readFloat())
        guard try read(UInt8.self) != 0 else { return detection }
        let latitude = try readDouble()
        let longitude = try readDouble()
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { throw Malformed("place") }
        detection.place = Detection.Place(latitude: latitude, longitude: longitude, radiusMetres: try readFloat())
        return detection
    }
}
