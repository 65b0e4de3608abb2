import FlightTypes
import Glibc
import ImageCoding

/// A camera that is a file of JPEG pictures one behind the other, or a named pipe some program writes them into.
///
/// A file is played at a rate, once or over and over. From a pipe, pictures are taken as they come; when its writer
/// goes, the next one is waited for.
public final class MJPEGFileCamera: ImageSensor {
    private let path: String
    private let framesPerSecond: Double
    private let isLooping: Bool
    private let clocks: any Clocks
    private let stopSignal = StopSignal()

    /// - Parameters:
    ///   - framesPerSecond: for a file, 0.01…1000; of no effect for a pipe.
    ///   - isLooping: whether a file begins anew at its end.
    public init(path: String, framesPerSecond: Double, isLooping: Bool, clocks: any Clocks = SystemClocks()) {
        self.path = path
        self.framesPerSecond = framesPerSecond
        self.isLooping = isLooping
        self.clocks = clocks
    }
    /// Makes ``run(_:)`` return soon, also out of a wait; for good.
    public func stop() { stopSignal.request() }

    /// Returns at the end of a file that is not looped. Throws when the file cannot be read or holds no picture.
    public func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        let file = try OpenFile(path)
        let pacer = file.isPipe ? nil : FramePacer(framesPerSecond: framesPerSecond)
        var delivery = FileDelivery(name: path, clocks: clocks, stop: stopSignal, pacer: pacer, sink: sink)
        if file.isPipe {
            try readPipe(file, &delivery)
        } else {
            repeat {
                let before = delivery.delivered
                file.rewind()
                try readThrough(file, &delivery)
                guard stopSignal.isRequested || delivery.delivered > before else {
                    throw SensorError(
                        "\(path): holds no JPEG picture that can be taken\(delivery.reasonForNone); no pictures from it"
                    )
                }
            } while isLooping && !stopSignal.isRequested
            delivery.end()
        }
    }

    private func readThrough(_ file: OpenFile, _ delivery: inout FileDelivery) throws(SensorError) {
        var splitter = JPEGSplitter()
        while !stopSignal.isRequested {
            let bytes = try file.read(upTo: 64 << 10)
            if bytes.isEmpty { break }
            split(bytes[...], &splitter, &delivery)
        }
        if !stopSignal.isRequested { finish(&splitter, &delivery) }
    }

    private func readPipe(_ first: OpenFile, _ delivery: inout FileDelivery) throws(SensorError) {
        var file = first
        var splitter = JPEGSplitter()
        while !stopSignal.isRequested {
            let events = stopSignal.poll(file.descriptor, for: Int16(POLLIN), timeout: .seconds(1))
            if events & Int16(POLLIN) != 0 {
                split(try file.read(upTo: 64 << 10)[...], &splitter, &delivery)
            } else if events != 0 {
                // All writers are gone and everything is read. Only a newly opened end waits for the next writer.
                finish(&splitter, &delivery)
                delivery.end(.missing, "its writer has gone; waiting for the next")
                file = try OpenFile(path)
            }
        }
        delivery.end()
    }

    private func split(_ bytes: ArraySlice<UInt8>, _ splitter: inout JPEGSplitter, _ delivery: inout FileDelivery) {
        let before = splitter
        let files = splitter.append(bytes)
        note(before, splitter, &delivery)
        for file in files where !stopSignal.isRequested { delivery.deliver(jpeg: { file }) }
    }
    private func finish(_ splitter: inout JPEGSplitter, _ delivery: inout FileDelivery) {
        let before = splitter
        let last = splitter.finish()
        note(before, splitter, &delivery)
        if let last, !stopSignal.isRequested { delivery.deliver(jpeg: { last }) }
    }
    private func note(_ before: JPEGSplitter, _ after: JPEGSplitter, _ delivery: inout FileDelivery) {
        delivery.refuse(
            "it breaks the format or has no picture data",
            count: Int(clamping: after.filesMalformed &- before.filesMalformed))
        delivery.refuse(
            "it is larger than \(JPEGSplitter.standardFileLimit) bytes",
            count: Int(clamping: after.filesOversized &- before.filesOversized))
    }
}
