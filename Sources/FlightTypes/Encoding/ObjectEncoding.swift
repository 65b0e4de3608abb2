// The one byte encoding of a flight object: docs/wire-format.md §5. On the link, in the onboard record and at the station
// the bytes are the same, so that a hash made on the drone holds in the Leitstelle.
//
//   kind u8 · version u8 (1) · flight u32 · stream u16 · sequence u64 · capture monotonic i64 · capture wall i64 · body

extension FlightObject {
    /// Bytes before the body.
    public static let headerSize = ObjectHead.size

    /// The object's bytes in one piece.
    public func encoded() -> [UInt8] { parts().joined }

    /// The object's bytes; a frame's image as it is.
    public func parts() -> EncodedObject {
        guard case .frame(let frame) = self else { return EncodedObject(head: written()) }
        return EncodedObject(head: written(), image: frame.payload)
    }

    /// The bytes, for a frame those before its image.
    private func written() -> [UInt8] {
        switch self {
        case .frame(let frame):
            var writer = header(.frame, capacity: 128)
            writer.write(frame.pose)
            writer.write(frame.encoding.rawValue)
            writer.write(frame.unit.rawValue)
            writer.write(frame.flags.rawValue)
            writer.write(frame.width)
            writer.write(frame.height)
            return writer.bytes
        case .telemetry(let sample):
            var writer = header(.telemetry, capacity: 128)
            writer.write(sample.pose)
            writer.write(sample.batteryPercent)
            writer.write(UInt8(sample.armed ? 1 : 0))
            return writer.bytes
        case .detections(let report):
            var writer = header(
                .detections,
                capacity: 96 + report.detections.count * 48 + report.crop.count
                    + report.tracks.count * 76)
            writer.write(report)
            return writer.bytes
        case .status(let report):
            let sensors = report.listed
            var writer = header(.status, capacity: 64 + sensors.count * 20)
            writer.write(UInt8(report.isRecording ? 1 : 0))
            writer.write(report.objectsSent)
            writer.write(report.objectsDropped)
            writer.write(UInt8(sensors.count))
            for sensor in sensors {
                writer.write(sensor.stream.code)
                writer.write(sensor.state.rawValue)
                writer.write(sensor.taken)
                writer.write(sensor.lost)
            }
            if let link = report.link {
                writer.write(link.rung)
                writer.write(link.kilobitsPerSecond)
                writer.write(link.missing)
                // Notes stand behind the link, which every agent that writes notes has.
                writer.write(sensors.compactMap { sensor in sensor.note.map { (sensor.stream, $0) } })
            }
            return writer.bytes
        case .camera(let camera):
            var writer = header(.camera, capacity: 256)
            writer.write(camera)
            return writer.bytes
        case .unknown(let object): return object.bytes
        }
    }

    private func header(_ kind: ObjectHead.Kind, capacity: Int) -> ByteWriter {
        var writer = ByteWriter(capacity: capacity)
        writer.write(kind.rawValue)
        writer.write(ObjectHead.version)
        writer.write(id.flight)
        writer.write(id.stream.code)
        writer.write(id.sequence)
        writer.write(captureTime.monotonic.nanoseconds)
        writer.write(captureTime.wall.nanoseconds)
        return writer
    }

    /// Reads an object from all of `bytes`; throws when they are anything else than one object. What has a head and is of a kind or
    /// version that is not known comes out as `unknown`.
    public init(decoding bytes: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(bytes)
        let head = try ObjectHead(&reader)
        let (id, time) = (head.id, head.captureTime)
        if let unknown = UnknownObject(head: head, bytes: bytes) {
            self = .unknown(unknown)
            return
        }
        switch ObjectHead.Kind(rawValue: head.kind) {
        case .frame?: self = .frame(try Frame(body: &reader, id: id, captureTime: time))
        case .telemetry?: self = .telemetry(try TelemetrySample(body: &reader, id: id, captureTime: time))
        case .detections?: self = .detections(try DetectionReport(body: &reader, id: id, captureTime: time))
        case .status?: self = .status(try StatusReport(body: &reader, id: id, captureTime: time))
        case .camera?: self = .camera(try CameraDescription(body: &reader, id: id, captureTime: time))
        case nil: throw ByteReader.Malformed("object kind")
        }
        guard reader.remaining == 0 else { throw ByteReader.Malformed("end of object") }
    }
}

extension TelemetrySample {
    fileprivate init(body reader: inout ByteReader, id: ObjectID, captureTime: CaptureTime) throws(ByteReader.Malformed)
    {
        let pose = try reader.readPose()
        let battery = try reader.read(UInt8.self)
        let armed = try reader.read(UInt8.self) != 0
        self.init(id: id, captureTime: captureTime, pose: pose, batteryPercent: battery, armed: armed)
    }
}

extension Frame {
    fileprivate init(body reader: inout ByteReader, id: ObjectID, captureTime: CaptureTime) throws(ByteReader.Malformed)
    {
        let pose = try reader.readPose()
        guard let encoding = FrameEncoding(rawValue: try reader.read()) else {
            throw ByteReader.Malformed("frame encoding")
        }
        guard let unit = ThermalUnit(rawValue: try reader.read()) else { throw ByteReader.Malformed("thermal unit") }
        let flags = Flags(rawValue: try reader.read())
        let width = try reader.read(UInt16.self)
        let height = try reader.read(UInt16.self)
        guard width > 0, height > 0 else { throw ByteReader.Malformed("frame size") }
        let payload = Array(reader.readRest())
        if encoding == .gray16, payload.count != Int(width) * Int(height) * 2 {
            throw ByteReader.Malformed("gray16 payload")
        }
        if encoding == .codedGray16, payload.count <= 10 { throw ByteReader.Malformed("coded payload") }
        self.init(
            id: id, captureTime: captureTime, pose: pose, encoding: encoding, unit: unit, flags: flags, width: width,
            height: height, payload: payload)
    }
}

extension StatusReport {
    fileprivate init(body reader: inout ByteReader, id: ObjectID, captureTime: CaptureTime) throws(ByteReader.Malformed)
    {
        let isRecording = try reader.read(UInt8.self) != 0
        let sent = try reader.read(UInt64.self)
        let dropped = try reader.read(UInt64.self)
        let count = Int(try reader.read(UInt8.self))
        guard count <= 16 else { throw ByteReader.Malformed("number of sensors") }
        var sensors: [Sensor] = []
        for _ in 0..<count {
            let stream = StreamID(code: try reader.read())
            guard let state = SensorState(rawValue: try reader.read()) else {
                throw ByteReader.Malformed("sensor state")
            }
            sensors.append(Sensor(stream: stream, state: state, taken: try reader.read(), lost: try reader.read()))
        }
        var link: LinkReport?
        if reader.remaining > 0 {
            link = LinkReport(rung: try reader.read(), kilobitsPerSecond: try reader.read(), missing: try reader.read())
        }
        if reader.remaining > 0 {
            for (stream, note) in try reader.readNotes() {
                guard let index = sensors.firstIndex(where: { $0.stream == stream }) else {
                    throw ByteReader.Malformed("note without a sensor")
                }
                sensors[index].note = note
            }
        }
        let recordNote = Self.takeRecordNote(from: &sensors)
        self.init(
            id: id, captureTime: captureTime, sensors: sensors, isRecording: isRecording, objectsSent: sent,
            objectsDropped: dropped, link: link, recordNote: recordNote)
    }
}
