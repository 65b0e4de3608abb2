// What a camera's description says behind its header: docs/wire-format.md §5.6.

extension ByteWriter {
    /// Appends a description's body.
    mutating func write(_ camera: CameraDescription) {
        write(camera.stream.code)
        write(camera.unit.rawValue)
        write(UInt8(camera.mounting == nil ? 0 : 1) | UInt8(camera.lens == nil ? 0 : 2))
        write(camera.size?.width ?? 0)
        write(camera.size?.height ?? 0)
        write(camera.framesPerSecond)
        let text = Array(camera.sensor.utf8)
        write(UInt8(clamping: text.count))
        write(bytes: text)
        if let mounting = camera.mounting { write(mounting) }
        if let lens = camera.lens { write(lens) }
    }

    private mutating func write(_ mounting: CameraDescription.Mounting) {
        write(mounting.holder.rawValue)
        for value in [
            mounting.pitchDegrees, mounting.boresightRollDegrees, mounting.boresightPitchDegrees,
            mounting.boresightYawDegrees, mounting.forwardMetres, mounting.rightMetres, mounting.downMetres,
        ] { write(value) }
    }

    private mutating func write(_ lens: CameraDescription.Lens) {
        write(lens.size.width)
        write(lens.size.height)
        for value in [
            lens.focalLengthPixels, lens.focalLengthDownPixels, lens.principalX, lens.principalY, lens.k1, lens.k2,
            lens.p1, lens.p2, lens.k3,
        ] { write(value) }
    }
}

extension CameraDescription {
    /// Reads all that is left.
    init(body reader: inout ByteReader, id: ObjectID, captureTime: CaptureTime) throws(ByteReader.Malformed) {
        let stream = StreamID(code: try reader.read())
        let unit = ThermalUnit(rawValue: try reader.read()) ?? .none
        let parts = try reader.read(UInt8.self)
        guard parts < 4 else { throw ByteReader.Malformed("parts of a camera") }
        let (width, height) = (try reader.read(UInt16.self), try reader.read(UInt16.self))
        guard (width == 0) == (height == 0) else { throw ByteReader.Malformed("size of a camera") }
        let rate = try reader.readFloat()
        guard rate >= 0, rate.isFinite else { throw ByteReader.Malformed("rate of a camera") }
        let length = Int(try reader.read(UInt8.self))
        guard length <= Self.textLimit else { throw ByteReader.Malformed("length of a camera's text") }
        let text = String(decoding: try reader.readBytes(length), as: UTF8.self)
        self.init(
            id: id, captureTime: captureTime, stream: stream, sensor: text,
            size: width > 0 ? Size(width: width, height: height) : nil, framesPerSecond: rate, unit: unit)
        if parts & 1 != 0 { mounting = try reader.readMounting() }
        if parts & 2 != 0 { lens = try reader.readLens() }
        var last: UInt8 = 0
        while try reader.readAddition(after: &last) != nil {}
    }
}

extension ByteReader {
    fileprivate mutating func readMounting() throws(Malformed) -> CameraDescription.Mounting {
        let holder = CameraDescription.Mounting.Holder(rawValue: try read()) ?? .asReported
        var mounting = CameraDescription.Mounting(holder: holder, pitchDegrees: try readFloat(within: 90))
        mounting.boresightRollDegrees = try readFloat(within: 45)
        mounting.boresightPitchDegrees = try readFloat(within: 45)
        mounting.boresightYawDegrees = try readFloat(within: 45)
        mounting.forwardMetres = try readFloat(within: 100)
        mounting.rightMetres = try readFloat(within: 100)
        mounting.downMetres = try readFloat(within: 100)
        return mounting
    }

    fileprivate mutating func readLens() throws(Malformed) -> CameraDescription.Lens {
        let size = CameraDescription.Size(width: try read(), height: try read())
        guard size.width > 0, size.height > 0 else { throw Malformed("size of a lens") }
        let (across, down) = (try readDouble(within: 1e6), try readDouble(within: 1e6))
        guard across > 0, down > 0 else { throw Malformed("focal length") }
        var lens = CameraDescription.Lens(
            size: size, focalLengthPixels: across, focalLengthDownPixels: down,
            principalX: try readDouble(within: 131_070), principalY: try readDouble(within: 131_070))
        (lens.k1, lens.k2) = (try readDouble(within: 1000), try readDouble(within: 1000))
        (lens.p1, lens.p2) = (try readDouble(within: 1000), try readDouble(within: 1000))
        lens.k3 = try readDouble(within: 1000)
        return lens
    }

    private mutating func readFloat(within limit: Float) throws(Malformed) -> Float {
        let value = try readFloat()
        // Also false for what is no number.
        guard value.magnitude <= limit else { throw Malformed("mounting of a camera") }
        return value
    }
    private mutating func readDouble(within limit: Double) throws(Malformed) -> Double {
        let value = try readDouble()
        guard value.magnitude <= limit else { throw Malformed("lens of a camera") }
        return value
    }
}
