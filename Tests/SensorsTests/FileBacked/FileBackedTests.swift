import TestSupport
import FlightTypes
import Foundation
import ImageCoding
import Testing

@testable import Sensors

@Suite struct FileBackedTests {
    static func picture(_ value: UInt8) throws -> [UInt8] {
        try JPEGEncoder(quality: 70).encode(
            [UInt8](repeating: value, count: 16 * 8), layout: .grey, width: 16, height: 8)
    }

    @Test func playsAFileOnce() async throws {
        let folder = try TemporaryFolder()
        let files = try [10, 20, 30].map(Self.picture)
        // The second of five lacks its end marker; the third breaks off before its picture.
        let stream = files[0] + files[1].dropLast(2) + files[1].prefix(20) + files[1] + files[2]
        let path = try folder.write(stream, to: "a.mjpeg")
        let record = await RunRecord.of(MJPEGFileCamera(path: path, framesPerSecond: 1000, isLooping: false))
        #expect(record.images.map(\.file) == [files[0], files[1], files[1], files[2]])
        #expect(record.images.allSatisfy { $0.width == 16 && $0.height == 8 && $0.file != nil })
        #expect(record.lost == 1 && record.states == [.running])
        #expect(record.remarks.contains { $0.hasSuffix("1 picture mended so far: missing end marker added") })
        let times = record.images.map(\.captureTime.monotonic)
        #expect(times == times.sorted())
    }
    @Test func loopsUntilStopped() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.picture(10) + Self.picture(20), to: "a.mjpeg")
        let record = await RunRecord.of(
            MJPEGFileCamera(path: path, framesPerSecond: 1000, isLooping: true), stopAfter: 5)
        #expect(record.images.count >= 5)
    }
    @Test func throwsOnAFileWithoutPictures() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "a.mjpeg")
        let record = await RunRecord.of(MJPEGFileCamera(path: path, framesPerSecond: 1000, isLooping: true))
        #expect(record.images.isEmpty && record.states == [.failing])
        let missing = await RunRecord.of(MJPEGFileCamera(path: path + "x", framesPerSecond: 9, isLooping: true))
        #expect(missing.states == [.failing])
    }
    /// A clock that stands still makes the wait for the second picture endless: only stop() ends it.
    @Test(.timeLimit(.minutes(10))) func stopEndsAWait() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.picture(10) + Self.picture(20), to: "a.mjpeg")
        let record = await RunRecord.of(
            MJPEGFileCamera(
                path: path, framesPerSecond: 1, isLooping: true,
                clocks: ScriptedClocks(monotonic: MonotonicInstant(nanoseconds: 1_000_000_000_000))), stopAfter: 1)
        #expect(record.images.count == 1)
    }

    @Test func readsAPipeAndItsNextWriter() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let files = try [10, 20, 30].map(Self.picture)
        let camera = MJPEGFileCamera(path: path, framesPerSecond: 1, isLooping: false)
        var record = RunRecord()
        Self.write(files[0] + files[1] + [0xFF, 0xD8, 0xFF], toPipe: path)
        for await event in events(of: camera) {
            record.take(event)
            if case .state(.missing, _) = event { Self.write(files[2], toPipe: path) }
            if record.images.count == 3 { camera.stop() }
        }
        #expect(record.images.map(\.file) == files)
        #expect(record.states.prefix(3) == [.running, .missing, .running])
        #expect(record.lost == 1)
    }
    /// Opening a pipe for writing blocks until it has a reader: on a thread of its own.
    static func write(_ bytes: [UInt8], toPipe path: String) {
        Thread.detachNewThread { FileHandle(forWritingAtPath: path)?.write(Data(bytes)) }
    }
    @Test func stopEndsTheWaitForAWriter() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let camera = MJPEGFileCamera(path: path, framesPerSecond: 1, isLooping: false)
        let stream = events(of: camera)
        camera.stop()
        for await _ in stream { Issue.record("nothing was written") }
    }

    @Test func playsAFolderInOrder() async throws {
        let folder = try TemporaryFolder()
        let files = try [10, 20, 30].map(Self.picture)
        _ = try folder.write(files[1], to: "b.JPG")
        _ = try folder.write(files[0], to: "a.jpg")
        _ = try folder.write(files[2], to: "d.jpeg")
        _ = try folder.write([0xFF, 0xD8, 9], to: "c.jpg")
        _ = try folder.write([1], to: "notes.txt")
        let record = await RunRecord.of(JPEGFolderCamera(path: folder.path, framesPerSecond: 1000, isLooping: false))
        #expect(record.images.map(\.file) == files)
        #expect(record.lost == 1 && record.images[2].lostBefore == 1)
        #expect(record.remarks.contains { $0.contains("1 picture refused so far") })
    }
    /// One reader: what a folder gives, a stream gives, byte for byte; and what one refuses the other does.
    @Test func aFolderAndAStreamGiveTheSamePictures() async throws {
        let file = try Self.picture(10)
        let (start, rest) = (Array(file.prefix(2)), Array(file.dropFirst(2)))
        var variants = [file, Array(file.dropLast(2)), file + [0, 0, 0], start + file, Array(file.prefix(20)) + file]
        for inserted: [UInt8] in [[0, 7, 9], [0xFF], [0xFF, 0xF3, 0, 3, 1], [0xFF, 0xFE, 0, 4, 1, 2]] {
            variants.append(start + inserted + rest)
            variants.append(Array(file.dropLast(2)) + inserted + [0xFF, 0xD9])
        }
        let refused: [[UInt8]] = [Array(file.prefix(60)), [0xFF, 0xD8, 0xFF, 0xD9]]
        let folder = try TemporaryFolder()
        for (index, variant) in (variants + refused).enumerated() {
            _ = try folder.write(variant, to: "\(index + 100).jpg")
        }
        let stream = try TemporaryFolder()
        let path = try stream.write(Array((variants + refused).joined()), to: "a.mjpeg")
        let fromFolder = await RunRecord.of(
            JPEGFolderCamera(path: folder.path, framesPerSecond: 1000, isLooping: false))
        let fromStream = await RunRecord.of(MJPEGFileCamera(path: path, framesPerSecond: 1000, isLooping: false))
        #expect(fromFolder.images.map(\.file) == fromStream.images.map(\.file))
        #expect(fromFolder.images.count == variants.count)
        for file in fromFolder.images.compactMap(\.file) { #expect(try JPEGIntake.take(file).mendings == []) }
    }
    /// A pipe on which nothing can be taken says so, and counts, although no picture follows.
    @Test func aStreamOfRefusedPicturesIsTold() async throws {
        let folder = try TemporaryFolder()
        let broken: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC3, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0, 0xFF, 0xD9]
        let path = try folder.write(Array([[UInt8]](repeating: broken, count: 20).joined()), to: "a.mjpeg")
        let record = await RunRecord.of(MJPEGFileCamera(path: path, framesPerSecond: 1000, isLooping: false))
        #expect(record.lost == 20 && record.images.isEmpty && record.states == [.failing])
        #expect(record.remarks.count == 2 && record.remarks[1].contains("10 pictures refused so far"))
        #expect(record.reasons[0].contains("lossless, hierarchical or arithmetic"))
    }

    @Test func playsRawFrames() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write((0..<27).map { UInt8($0) }, to: "t.u16le")
        func sensor(_ width: UInt16, looping: Bool = false) -> RawThermalFile {
            RawThermalFile(
                path: path, width: width, height: 2, unit: .centikelvin, framesPerSecond: 1000, isLooping: looping)
        }
        let record = await RunRecord.of(sensor(3))
        #expect(record.images.map { $0.values.map(Gray16.payload) } == [Array(0..<12), Array(12..<24)])
        #expect(record.images.allSatisfy { $0.file == nil && $0.unit == .centikelvin && $0.width == 3 })
        #expect(record.lost == 1)
        #expect(await RunRecord.of(sensor(3, looping: true), stopAfter: 7).images.count >= 7)
        #expect(await RunRecord.of(sensor(7)).states == [.failing])
        #expect(await RunRecord.of(sensor(0)).states == [.failing])
    }

    @Test func pacesWithoutCatchingUp() {
        var pacer = FramePacer(framesPerSecond: 10)
        func at(_ milliseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: milliseconds * 1_000_000) }
        #expect(pacer.next(at: at(1000)) == at(1000))
        #expect(pacer.next(at: at(1010)) == at(1100))
        // A little late keeps the beat; held up for long, the beat begins anew.
        #expect(pacer.next(at: at(1250)) == at(1200))
        #expect(pacer.next(at: at(5000)) == at(5000))
        #expect(pacer.next(at: at(5001)) == at(5100))
        #expect(FramePacer(framesPerSecond: .nan).interval == .seconds(1))
        #expect(FramePacer(framesPerSecond: -3).interval == .seconds(100))
    }
}
