// What a detection report says behind its header: docs/wire-format.md §5.3. Each part behind the detections is there
// only where it or one behind it says something, so that a report has one form and an older one reads as it always did.

/// What reports gained later.
private enum Addition: UInt8 { case unit = 1, kinds }

extension ByteWriter {
    /// Appends a report's body.
    mutating func write(_ report: DetectionReport) {
        write(report.stream.code)
        write(report.sequence)
        write(UInt8(clamping: report.detections.count))
        for detection in report.detections { write(detection) }
        let additions = report.additions
        guard !report.crop.isEmpty || !report.tracks.isEmpty || !additions.isEmpty else { return }
        write(UInt16(clamping: report.crop.count))
        write(bytes: report.crop)
        guard !report.tracks.isEmpty || !additions.isEmpty else { return }
        write(UInt8(clamping: report.tracks.count))
        for track in report.tracks { write(track) }
        for (addition, bytes) in additions { write(addition: addition.rawValue, bytes) }
    }
}

extension DetectionReport {
    /// Only what is not as it would be taken for without them, so a list of spots without a unit has none.
    fileprivate var additions: [(Addition, [UInt8])] {
        var additions: [(Addition, [UInt8])] = []
        if unit != .none { additions.append((.unit, [unit.rawValue])) }
        let kinds = detections.prefix((detections.lastIndex { $0.kind != .spot } ?? -1) + 1).map(\.kind.rawValue)
        if !kinds.isEmpty { additions.append((.kinds, kinds)) }
        return additions
    }

    /// Reads all that is left.
    init(body reader: inout ByteReader, id: ObjectID, captureTime: CaptureTime) throws(ByteReader.Malformed) {
        let stream = StreamID(code: try reader.read())
        let sequence = try reader.read(UInt64.self)
        let count = Int(try reader.read(UInt8.self))
        guard count <= Self.detectionsLimit else { throw ByteReader.Malformed("number of detections") }
        var detections: [Detection] = []
        for _ in 0..<count { detections.append(try reader.readDetection()) }
        let crop = try reader.readCrop()
        let tracks = try reader.readTracks(detections: count)
        self.init(
            id: id, captureTime: captureTime, stream: stream, sequence: sequence, detections: detections, crop: crop,
            tracks: tracks)
        try readAdditions(from: &reader)
    }

    private mutating func readAdditions(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        var last: UInt8 = 0
        while let (number, bytes) = try reader.readAddition(after: &last) {
            switch Addition(rawValue: number) {
            case .unit: try readUnit(bytes)
            case .kinds: try readKinds(bytes)
            case nil: continue
            }
        }
    }

    private mutating func readUnit(_ bytes: ArraySlice<UInt8>) throws(ByteReader.Malformed) {
        guard bytes.count == 1, let value = bytes.first, value != 0 else {
            throw ByteReader.Malformed("unit of a report")
        }
        unit = ThermalUnit(rawValue: value) ?? .none
    }

    private mutating func readKinds(_ bytes: ArraySlice<UInt8>) throws(ByteReader.Malformed) {
        guard bytes.count <= detections.count, let last = bytes.last, last != 0 else {
            throw ByteReader.Malformed("kinds of detections")
        }
        for (place, value) in bytes.enumerated() { detections[place].kind = Detection.Kind(rawValue: value) ?? .spot }
    }
}

extension ByteReader {
    /// Empty where the report has no crop. A length of 0 stands only where something follows.
    fileprivate mutating func readCrop() throws(Malformed) -> [UInt8] {
        guard remaining > 0 else { return [] }
        let length = Int(try read(UInt16.self))
        guard length > 0 || remaining > 0, length <= DetectionReport.cropLimit else {
            throw Malformed("length of a crop")
        }
        return Array(try readBytes(length))
    }

    /// Empty where the report has no tracks. A number of 0 stands only where something follows.
    fileprivate mutating func readTracks(detections: Int) throws(Malformed) -> [TrackReport] {
        guard remaining > 0 else { return [] }
        let count = Int(try read(UInt8.self))
        guard count > 0 || remaining > 0, count <= DetectionReport.tracksLimit else {
            throw Malformed("number of tracks")
        }
        var tracks: [TrackReport] = []
        for _ in 0..<count { tracks.append(try readTrack(detections: detections)) }
        return tracks
    }
}
