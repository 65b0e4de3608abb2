import FlightTypes
import ImageCoding

/// A thermal sensor that is a file of raw frames one behind the other: rows of 16-bit little-endian values.
public final class RawThermalFile: ImageSensor {
    private let path: String
    private let width: UInt16
    private let height: UInt16
    private let unit: ThermalUnit
    private let framesPerSecond: Double
    private let isLooping: Bool
    private let clocks: any Clocks
    private let stopSignal = StopSignal()

    /// - Parameters:
    ///   - width: pixels of a frame, within `ImageLimits.thermal`.
    ///   - height: pixels of a frame.
    ///   - framesPerSecond: 0.01…1000.
    ///   - isLooping: whether the file begins anew at its end.
    public init(
        path: String, width: UInt16, height: UInt16, unit: ThermalUnit, framesPerSecond: Double, isLooping: Bool,
        clocks: any Clocks = SystemClocks()
    ) {
        self.path = path
        self.width = width
        self.height = height
        self.unit = unit
        self.framesPerSecond = framesPerSecond
        self.isLooping = isLooping
        self.clocks = clocks
    }
    /// Makes ``run(_:)`` return soon, also out of a wait; for good.
    public func stop() { stopSignal.request() }

    /// Returns at the end unless looped; a frame cut off there counts as lost. Throws when there is no whole frame.
    public func run(_ sink: @escaping @Sendable (SensorEvent) -> Void) throws {
        guard ImageLimits.thermal.admits(width: Int(width), height: Int(height)) else {
            throw SensorError("\(path): frames of \(width)×\(height) pixels are not possible; no pictures from it")
        }
        let frameBytes = Int(width) * Int(height) * 2
        let file = try OpenFile(path)
        let pacer = FramePacer(framesPerSecond: framesPerSecond)
        var delivery = FileDelivery(name: path, clocks: clocks, stop: stopSignal, pacer: pacer, sink: sink)
        guard file.isRegular, file.size >= frameBytes else {
            throw SensorError("\(path): \(file.size) bytes hold no frame of \(frameBytes) bytes; no pictures from it")
        }
        repeat {
            let before = delivery.delivered
            file.rewind()
            while !stopSignal.isRequested {
                let frame = try file.read(upTo: frameBytes)
                guard frame.count == frameBytes else {
                    if !frame.isEmpty { delivery.refuse("the file ends inside a frame") }
                    break
                }
                delivery.deliver { time in
                    CapturedImage(
                        captureTime: time, picture: .thermal(Gray16.values(frame), unit), width: width, height: height)
                }
            }
            // Cut short while it was being played: a loop over nothing would spin.
            guard stopSignal.isRequested || delivery.delivered > before else {
                throw SensorError("\(path): holds no whole frame any more; no pictures from it")
            }
        } while isLooping && !stopSignal.isRequested
        delivery.end()
    }
}
