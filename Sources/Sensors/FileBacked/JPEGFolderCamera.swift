import FlightTypes
import ImageCoding

/// A camera that is a folder of JPEG files, played in the order of their names.
public final class JPEGFolderCamera: ImageSensor {
    private let path: String
    private let framesPerSecond: Double
    private let isLooping: Bool
    private let clocks: any Clocks
    private let stopSignal = StopSignal()

    /// - Parameters:
    ///   - path: a folder; its `.jpg` and `.jpeg` files are taken, whatever their case.
    ///   - framesPerSecond: 0.01…1000.
    ///   - isLooping: whether the folder is listed and played anew at its end.
    public init(path: String, framesPerSecond: Double, isLooping: Bool, clocks: any Clocks = SystemClocks()) {
        self.path = path
        self.framesPerSecond = framesPerSecond
        self.isLooping = isLooping
        self.clocks = clocks
    }
    /// Makes ``run(_:)`` return soon, also out of a wait; for good.
    public func stop() { stopSignal.request() }

    /// Returns at the end unless looped. Throws when the folder cannot be read or holds no picture.
    public func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        let pacer = FramePacer(framesPerSecond: framesPerSecond)
        var delivery = FileDelivery(name: path, clocks: clocks, stop: stopSignal, pacer: pacer, sink: sink)
        repeat {
            let before = delivery.delivered
            for name in try DirectoryListing.names(in: path) where Self.isJPEG(name) && !stopSignal.isRequested {
                delivery.deliver(jpeg: { try Self.read("\(path)/\(name)") })
            }
            guard stopSignal.isRequested || delivery.delivered > before else {
                throw SensorError(
                    "\(path): holds no JPEG file that can be taken\(delivery.reasonForNone); no pictures from it")
            }
        } while isLooping && !stopSignal.isRequested
        delivery.end()
    }

    private static func isJPEG(_ name: String) -> Bool {
        let lower = name.lowercased()
        return lower.hasSuffix(".jpg") || lower.hasSuffix(".jpeg")
    }
    private static func read(_ path: String) throws(SensorError) -> [UInt8] {
        let file = try OpenFile(path)
        guard file.isRegular else { throw SensorError("\(path): not a regular file") }
        guard file.size <= JPEGSplitter.standardFileLimit else {
            throw SensorError("\(path): \(file.size) bytes; at most \(JPEGSplitter.standardFileLimit)")
        }
        return try file.read(upTo: file.size)
    }
}
