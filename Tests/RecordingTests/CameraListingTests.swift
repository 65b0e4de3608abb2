import FlightTypes
import Recording
import Testing

/// What a record says of the cameras that took its pictures.
@Suite struct CameraListingTests {
    private func camera(_ sequence: UInt64, flight: UInt32 = 1, index: UInt8 = 0, sensor: String) -> FlightObject {
        .camera(
            CameraDescription(
                id: ObjectID(flight: flight, stream: StreamID(.camera, index), sequence: sequence),
                captureTime: CaptureTime(
                    monotonic: .init(nanoseconds: Int64(sequence)), wall: WallTime(nanoseconds: 1)),
                stream: StreamID(.visible, index), sensor: sensor))
    }

    @Test func theNewestOfEachCameraAndFlight() throws {
        try withFolder { folder in
            let path = folder + "/a.lagebild"
            let writer = try Samples.writer(path)
            let objects = [
                camera(0, sensor: "old"), Samples.frame(0), camera(1, sensor: "new"),
                camera(0, index: 1, sensor: "second"),
                camera(0, flight: 2, sensor: "later"), Samples.telemetry(0),
            ]
            let result = try writer.append(objects.map { Samples.item($0) }, recordTime: Samples.wall(2))
            #expect(result.durable.count == 6 && result.durable.allSatisfy { $0.representation == .original })
            // Sent again with a new session: it is there already.
            #expect(try writer.append([Samples.item(objects[2])], recordTime: Samples.wall(3)).duplicates == 1)
            try writer.close()
            let reader = try IncidentReader(path: path)
            #expect(try reader.cameras().map(\.camera.sensor) == ["new", "second", "later"])
            #expect(try reader.cameras().map(\.drone) == ["alpha", "alpha", "alpha"])
            #expect(try reader.verify().isEmpty && reader.gaps().isEmpty)
            var frames = 0
            try reader.forEachFrame { _ in frames += 1 }
            #expect(frames == 1, "a camera's description is no frame")
        }
    }
}
