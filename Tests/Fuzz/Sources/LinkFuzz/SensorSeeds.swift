import FlightTypes
import ImageCoding

@testable import Sensors

/// Inputs to begin with for the sensors' targets: what real ones send.
enum SensorSeeds {
    static func of(_ target: FuzzTarget) -> [(name: String, bytes: [UInt8])] {
        switch target {
        case .mavlink:
            [("heartbeat", [20] + heartbeat), ("position", [7] + heartbeat + position), ("parts", [50] + parts)]
        case .tlog:
            [("two", [30] + [UInt8](repeating: 0, count: 8) + heartbeat + [UInt8](repeating: 1, count: 8) + position)]
        case .nmea:
            [
                ("epoch", [40] + Array(sentences.utf8)), ("modes", [33] + Array(modes.utf8)),
                ("foreign", [21] + heartbeat + position + [0x80, 0xF8, 0, 0xE6] + ubx),
            ]
        case .gpsd:
            [
                ("report", [60] + Array(report.utf8)), ("habits", [60] + Array(habits.utf8)),
                ("foreign", [60] + Array(sentences.utf8) + heartbeat),
            ]
        case .gymcu:
            serial(frame(GYMCU90640Frame(pixels: [Int16](repeating: 2500, count: 768), ambient: 3000)?.encoded()))
        case .teraranger:
            serial(frame(TeraRangerEvoFrame(pixels: [UInt16](repeating: 2982, count: 1024), ambient: 3042)?.encoded()))
        case .senxor: serial(Array("   #000ARREG83026C   #0008WREG01FD".utf8))
        case .lepton:
            [("lepton", [1, 160, 122, 1, 0, 0, 0, 0]), ("halves", [0, 8, 0, 8, 0, 0, 2, 8, 0, 8, 0, 0, 0, 200, 0])]
        case .thermalCoding: [("picture", ThermalCoder.encode([10, 12, 10, 10, 11, 10], width: 3, height: 2) ?? [])]
        case .pgm: [("small", PGM.encode([1, 2, 3, 4, 5, 65_535], width: 3, height: 2) ?? [])]
        case .tiff: [("float", floatTIFF)]
        case .png: [("grey", (try? PNG.encodeGray(width: 3, height: 2, pixels: [1, 2, 3, 4, 5, 255])) ?? [])]
        case .jpeg: jpegs
        default: []
        }
    }

    /// A whole file; one with stray bytes and without its end; two behind each other.
    private static var jpegs: [(name: String, bytes: [UInt8])] {
        let pixels = (0..<16 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 &* $0) }
        let encoder = try? JPEGEncoder(quality: 40)
        let file = (try? encoder?.encode(pixels, layout: .rgb, width: 16, height: 16)) ?? []
        let stray = file.prefix(2) + [0, 1, 2] + file.dropFirst(2).dropLast(2)
        return [("whole", file), ("mended", Array(stray)), ("two", file.dropLast(2) + file)]
    }
    /// Two pixels of 32-bit floating point.
    private static let floatTIFF: [UInt8] = [
        73, 73, 42, 0, 16, 0, 0, 0, 0, 0, 172, 65, 0, 0, 150, 67, 8, 0, 0, 1, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 1, 3, 0,
        1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 0, 1, 0, 0, 0, 32, 0, 0, 0, 3, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 17, 1, 4, 0, 1,
        0, 0, 0, 8, 0, 0, 0, 21, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 23, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0, 83, 1, 3, 0, 1,
        0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    ]
    private static func frame(_ bytes: [UInt8]?) -> [UInt8] { bytes ?? [] }
    /// In blocks as the target reads them: a length of two bytes before each.
    private static func serial(_ bytes: [UInt8]) -> [(name: String, bytes: [UInt8])] {
        let blocks = stride(from: 0, to: bytes.count, by: 1000).flatMap { start -> [UInt8] in
            let block = bytes[start..<min(start + 1000, bytes.count)]
            return [UInt8(truncatingIfNeeded: block.count), UInt8(truncatingIfNeeded: block.count >> 8)] + block
        }
        return [("one", [0, 0, 9, 9] + blocks), ("turned", [1, 1, 0, 0] + blocks + blocks)]
    }
    private static let heartbeat: [UInt8] = [
        0xFD, 9, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0x51, 4, 3, 0xE7, 0x1E,
    ]
    private static let position: [UInt8] = [
        0xFD, 0x1C, 0, 0, 5, 1, 1, 0x21, 0, 0, 0x40, 0xE2, 1, 0, 0x88, 0xA3, 0xAB, 0x1E, 0xD0, 0x5F, 3, 4, 0x68, 0x3C,
        1, 0,
        0x50, 0xC3, 0, 0, 0x64, 0, 0x38, 0xFF, 0, 0, 0x78, 0x69, 0x6C, 0xA7,
    ]
    private static let sentences =
        "$GNRMC,102030.00,A,5127.390000,N,00643.980000,E,4.346,270.00,010726,,,A*79\r\n"
        + "$GNGGA,102030.00,5127.390000,N,00643.980000,E,1,14,0.80,81.000,M,46.500,M,,*7A\r\n"
    /// Reckoned, typed in, simulated, unsafe.
    private static let modes =
        "$GPGGA,102031.00,5127.390000,N,00643.980000,E,6,00,,81.000,M,46.500,M,,\r\n"
        + "$GNRMC,102032.00,A,5127.390000,N,00643.980000,E,4.346,270.00,010726,,,S,U\r\n"
        + "$GNGNS,102033.00,5127.390000,N,00643.980000,E,MN,00,,81.0,46.5,,,V\r\n"
        + "$GNGLL,5127.390000,N,00643.980000,E,102034.00,A,E\r\n"
    /// NAV-POSLLH of an old receiver.
    private static let ubx: [UInt8] =
        [0xB5, 0x62, 1, 2, 28, 0] + [UInt8](repeating: 7, count: 28) + [0, 0]
    /// A gimbal by all three messages, a component that is no vehicle, an estimator in doubt, a second vehicle.
    private static let parts: [UInt8] =
        [
            (0, 154, [0, 0, 0, 0, 26, 0, 0, 0, 3]), (285, 154, [UInt8](repeating: 63, count: 49)),
            (265, 1, [UInt8](repeating: 65, count: 20)), (158, 1, [UInt8](repeating: 1, count: 15)),
            (193, 1, [UInt8](repeating: 0, count: 22)), (1, 1, [UInt8](repeating: 255, count: 31)),
        ].flatMap { id, component, payload in
            MAVLinkPacket(
                version: 2, sequence: 0, system: 1, component: component, messageID: id, payload: payload
            ).encoded() ?? []
        } + heartbeat + position + [0xFE, 9, 0, 2, 1, 0, 0, 0, 0, 0, 2, 3, 0x51, 4, 3, 0, 0]
    /// What gpsd prints for what is no number, and a comma too many.
    private static let habits =
        "{\"class\":\"DEVICES\",\"devices\":[],}\r\n{\"class\":\"TPV\",\"mode\":3,\"status\":5,\"lat\":51.4565,"
        + "\"lon\":6.733,\"epx\":nan,\"eph\":-inf,}\r\n"
    private static let report =
        "{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-07-01T10:20:35.000Z\",\"lat\":51.4565,\"lon\":6.733,\"eph\":15.2}\r\n"
}
