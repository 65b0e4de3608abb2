import FlightTypes
import Foundation
import ImageCoding
import Sensors

/// Files of a hover 40 m above water as warm as what drifts in it: the thermal picture shows nothing, the visible one an orange vest.
struct HoverFiles {
    /// 57° across: 0.45 m a pixel.
    static let thermalWidth = 96, thermalHeight = 72
    let folder: String

    /// Writes `thermal.u16le`, the folder `visible` and `hover.tlog`.
    func write() throws {
        try FileManager.default.createDirectory(atPath: folder + "/visible", withIntermediateDirectories: true)
        try Data(thermal()).write(to: URL(fileURLWithPath: folder + "/thermal.u16le"))
        try Data(positions(seconds: 60)).write(to: URL(fileURLWithPath: folder + "/hover.tlog"))
        let encoder = try JPEGEncoder(quality: 80)
        let grain = Self.grain
        for number in 0..<16 {
            let jpeg = try encoder.encode(picture(number, grain), layout: .rgb, width: 1280, height: 720)
            try Data(jpeg).write(to: URL(fileURLWithPath: String(format: "%@/visible/%02d.jpg", folder, number)))
        }
    }

    /// Noise of some 50 mK, never the same twice in a row.
    private func thermal() -> [UInt8] {
        var random = SplitMix(state: 3)
        let values = (0..<16 * Self.thermalWidth * Self.thermalHeight).map { _ in
            let bits = random.next()
            return UInt16(29_500 + (0..<4).reduce(0) { $0 + Int(bits >> UInt64(8 * $1) & 7) })
        }
        return Gray16.payload(values)
    }

    /// Grained water, with room to take another part of the grain for each picture.
    private static let grain: [UInt8] = {
        var random = SplitMix(state: 99)
        var rgb: [UInt8] = []
        rgb.reserveCapacity(3 * 1280 * 736)
        for _ in 0..<1280 * 736 {
            let grain = UInt8(truncatingIfNeeded: random.next() >> 60)
            rgb += [70 + grain, 82 + grain, 74 + grain]
        }
        return rgb
    }()

    /// The vest is half a metre wide at 0.044 m a pixel, and stays where it is.
    private func picture(_ number: Int, _ grain: [UInt8]) -> [UInt8] {
        let first = 3 * 1280 * number
        var rgb = Array(grain[first..<first + 3 * 1280 * 720])
        for y in 295..<307 {
            for x in 820..<832 {
                let place = 3 * (y * 1280 + x)
                (rgb[place], rgb[place + 1], rgb[place + 2]) = (225, 95, 35)
            }
        }
        return rgb
    }

    /// A flight log: ten times a second heartbeat, attitude and position, level and with the nose to the north.
    private func positions(seconds: Int) -> [UInt8] {
        var log: [UInt8] = []
        for tick in 0..<10 * seconds {
            let milliseconds = UInt32(tick * 100 + 100)
            let time = UInt64(1_700_000_000_000_000) + UInt64(tick) * 100_000
            // MAVLink's HEARTBEAT, ATTITUDE and GLOBAL_POSITION_INT, fields in the order of the wire.
            let messages: [(UInt32, [UInt8])] = [
                (0, Self.bytes(UInt32(0)) + [2, 3, 0x81, 4, 3]),
                (30, Self.bytes(milliseconds) + [UInt8](repeating: 0, count: 24)),
                (
                    33,
                    Self.bytes(milliseconds) + Self.bytes(Int32(514_565_000)) + Self.bytes(Int32(67_330_000))
                        + Self.bytes(Int32(71_000)) + Self.bytes(Int32(40_000)) + [UInt8](repeating: 0, count: 8)
                ),
            ]
            for (index, (id, payload)) in messages.enumerated() {
                let packet = MAVLinkPacket(
                    version: 2, sequence: UInt8(truncatingIfNeeded: 3 * tick + index), system: 1, component: 1,
                    messageID: id, payload: payload)
                log += Self.bytes(time.bigEndian) + (packet.encoded() ?? [])
            }
        }
        return log
    }
    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
}
