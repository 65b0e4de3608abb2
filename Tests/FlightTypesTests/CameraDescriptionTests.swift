import FlightTypes
import Testing

/// What docs/wire-format.md §5.6 says, byte by byte.
@Suite struct CameraDescriptionTests {
    private let id = ObjectID(flight: 1, stream: StreamID(.camera, 2), sequence: 3)
    private let time = CaptureTime(monotonic: .init(nanoseconds: 0), wall: .init(nanoseconds: 0))

    private var full: CameraDescription {
        var lens = CameraDescription.Lens(
            size: .init(width: 640, height: 512), focalLengthPixels: 2, focalLengthDownPixels: 4, principalX: 8,
            principalY: 16)
        (lens.k1, lens.k2, lens.p1, lens.p2, lens.k3) = (-1, -2, -4, -8, -16)
        var mounting = CameraDescription.Mounting(holder: .gimbal, pitchDegrees: -90)
        mounting.boresightRollDegrees = 1
        mounting.boresightPitchDegrees = 2
        mounting.boresightYawDegrees = -4
        mounting.forwardMetres = 0.5
        mounting.rightMetres = -0.5
        mounting.downMetres = 0.25
        return CameraDescription(
            id: id, captureTime: time, stream: StreamID(.thermal, 1), sensor: "Bö",
            size: .init(width: 320, height: 256),
            framesPerSecond: 8, unit: .decikelvin, lens: lens, mounting: mounting)
    }
    private func body(_ camera: CameraDescription) -> [UInt8] {
        Array(FlightObject.camera(camera).encoded().dropFirst(FlightObject.headerSize))
    }
    private func read(_ body: [UInt8]) throws -> CameraDescription {
        let head = FlightObject.camera(full).encoded().prefix(FlightObject.headerSize)
        guard case .camera(let camera) = try FlightObject(decoding: head + body) else { throw NotThatKind() }
        return camera
    }
    private struct NotThatKind: Error {}
    private func single(_ value: Float) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }
    private func double(_ value: Double) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }

    @Test func layout() throws {
        #expect(Array(FlightObject.camera(full).encoded().prefix(8)) == [5, 1, 1, 0, 0, 0, 2, 5])
        var expected: [UInt8] = [1, 3, 2, 3, 64, 1, 0, 1] + single(8) + [3, 66, 0xC3, 0xB6, 2]
        for value in [-90, 1, 2, -4, 0.5, -0.5, 0.25] as [Float] { expected += single(value) }
        expected += [128, 2, 0, 2]
        for value in [2, 4, 8, 16, -1, -2, -4, -8, -16] as [Double] { expected += double(value) }
        #expect(body(full) == expected)
        #expect(try read(expected) == full)
        let bare = CameraDescription(id: id, captureTime: time, stream: StreamID(.visible), sensor: "")
        #expect(body(bare) == [0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try read(body(bare)) == bare)
    }

    /// A newer agent may say more at the end, and may know units and holders that this reader does not.
    @Test func whatIsNotKnownIsPassedOver() throws {
        var bytes = body(full) + [1, 1, 0, 9, 7, 0, 0]
        #expect(try read(bytes) == full)
        (bytes[2], bytes[16]) = (77, 77)
        let camera = try read(bytes)
        #expect(camera.unit == .none && camera.mounting?.holder == .asReported && camera.lens == full.lens)
    }

    /// Each number outside its range, and each length that does not fit.
    @Test func otherFormsAreRefused() {
        let good = body(full)
        var broken: [[UInt8]] = []
        func replace(_ offset: Int, _ bytes: [UInt8]) {
            broken.append(Array(good[..<offset]) + bytes + good[(offset + bytes.count)...])
        }
        replace(3, [4])
        replace(4, [0, 0])
        for rate in [-1, .infinity, .nan] as [Float] { replace(8, single(rate)) }
        replace(12, [65])
        for (place, limit) in ([90, 45, 45, 45, 100, 100, 100] as [Float]).enumerated() {
            for value in [limit * 1.001, -limit * 1.001, .nan] { replace(17 + 4 * place, single(value)) }
        }
        replace(45, [0, 0])
        for place in 0..<9 {
            for value in [2e6, .nan, -.infinity] as [Double] { replace(49 + 8 * place, double(value)) }
        }
        for place in 0..<2 { for value in [0, -1] as [Double] { replace(49 + 8 * place, double(value)) } }
        for length in 0..<good.count { broken.append(Array(good.prefix(length))) }
        broken.append(good + [0])
        broken.append(good + [1, 0, 0, 1, 0, 0])
        for bytes in broken { #expect(throws: ByteReader.Malformed.self) { try read(bytes) } }
    }

    @Test func textsAreBoundedAndPlain() {
        func text(_ sensor: String) -> String {
            CameraDescription(id: id, captureTime: time, stream: StreamID(.visible), sensor: sensor).sensor
        }
        #expect(text("a\n\u{1B}[31mb\u{9B}") == "a[31mb")
        #expect(text(String(repeating: "ö", count: 100)) == String(repeating: "ö", count: 32))
        for rate in [-1, Float.nan, .infinity] {
            let camera = CameraDescription(
                id: id, captureTime: time, stream: StreamID(.visible), sensor: "", framesPerSecond: rate)
            #expect(camera.framesPerSecond == 0)
        }
    }
}
