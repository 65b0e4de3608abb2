import FlightTypes
import Glibc

/// The objects of simulated flights: a head that names them, then bytes of a shared noise, so that any altered byte is noticed
/// and making one costs a copy.
enum SimulatedObject {
    private static let noise: [UInt8] = {
        var state: UInt64 = 0x4C61_6765_6269_6C64
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 18)
        for _ in 0..<(1 << 15) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            withUnsafeBytes(of: (state ^ state >> 29).littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }()
    static let headSize = 20

    static func bytes(_ id: ObjectID, isReduced: Bool, size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(size, headSize))
        var writer = ByteWriter(capacity: headSize)
        writer.write(id.flight)
        writer.write(id.stream.code)
        writer.write(UInt16(isReduced ? 1 : 0))
        writer.write(id.sequence)
        writer.write(UInt32(max(size, headSize)))
        bytes += writer.bytes
        var offset = Int(truncatingIfNeeded: id.sequence &* 7919 % 65_521)
        while bytes.count < size {
            let count = min(size - bytes.count, noise.count - offset)
            bytes += noise[offset..<offset + count]
            offset = 0
        }
        return bytes
    }

    /// What the bytes say to be, if they are exactly that.
    static func identify(_ bytes: [UInt8]) -> (id: ObjectID, isReduced: Bool)? {
        var reader = ByteReader(bytes)
        guard let flight = try? reader.read(UInt32.self), let code = try? reader.read(UInt16.self),
            case let stream = StreamID(code: code), let reduced = try? reader.read(UInt16.self), reduced <= 1,
            let sequence = try? reader.read(UInt64.self), let size = try? reader.read(UInt32.self),
            Int(size) == bytes.count
        else { return nil }
        let id = ObjectID(flight: flight, stream: stream, sequence: sequence)
        var place = headSize
        var offset = Int(truncatingIfNeeded: sequence &* 7919 % 65_521)
        while place < bytes.count {
            let count = min(bytes.count - place, noise.count - offset)
            let isEqual = bytes.withUnsafeBytes { left in
                noise.withUnsafeBytes { right in
                    guard let left = left.baseAddress, let right = right.baseAddress else { return false }
                    return memcmp(left + place, right + offset, count) == 0
                }
            }
            guard isEqual else { return nil }
            place += count
            offset = 0
        }
        return (id, reduced == 1)
    }
}
