/// What can be told to a GY-MCU90640: four bytes `A5 command argument sum`, the sum over the first three modulo 256.
///
/// Source: vendor manual "GY_MCU9064 user manual v1". The sensor answers none of them but `queryEmissivity`; a setting
/// lasts over power-off only after `save`.
public enum GYMCU90640Command: Hashable, Sendable {
    /// The serial speeds the sensor knows, in bit/s.
    public enum Baud: UInt32, Hashable, Sendable, CaseIterable {
        case baud9600 = 9600
        case baud115200 = 115_200
        case baud460800 = 460_800
        fileprivate var code: UInt8 { self == .baud9600 ? 1 : self == .baud115200 ? 2 : 3 }
    }
    /// Frames a second. A frame is 15,440 bits on the line, so that 115,200 bit/s carry 7.46 and 8 Hz need 460,800.
    public enum Rate: UInt8, Hashable, Sendable, CaseIterable {
        case halfHertz = 0, oneHertz = 1, twoHertz = 2, fourHertz = 3, eightHertz = 4
        /// In frames a second.
        public var hertz: Double { Double(UInt32(1) << UInt32(rawValue)) / 2 }
        /// The slowest speed that carries it.
        public var leastBaud: Baud {
            switch self {
            case .halfHertz: .baud9600
            case .oneHertz, .twoHertz, .fourHertz: .baud115200
            case .eightHertz: .baud460800
            }
        }
    }
    /// Change the serial speed.
    case baud(Baud)
    /// Change the frame rate.
    case rate(Rate)
    /// Send one frame when asked (`isAutomatic` false: this asks for it), or send on its own, as after power-on.
    case output(isAutomatic: Bool)
    /// Set the emissivity in percent, 1…100; beyond that it is brought into the range.
    case emissivity(percent: UInt8)
    /// Ask for the emissivity.
    case queryEmissivity
    /// Keep the settings and start anew.
    case save

    /// The four bytes for the wire.
    public var encoded: [UInt8] {
        let (command, argument): (UInt8, UInt8) =
            switch self {
            case .baud(let baud): (0x15, baud.code)
            case .rate(let rate): (0x25, rate.rawValue)
            case .output(let isAutomatic): (0x35, isAutomatic ? 2 : 1)
            case .emissivity(let percent): (0x45, min(100, max(1, percent)))
            case .queryEmissivity: (0x55, 1)
            case .save: (0x65, 1)
            }
        return [0xA5, command, argument, 0xA5 &+ command &+ argument]
    }

    /// The command that four bytes are, for a simulated sensor; nil when the sum is wrong or there is no such command.
    public init?(encoded bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 4, bytes[0] == 0xA5, bytes[3] == bytes[0] &+ bytes[1] &+ bytes[2] else { return nil }
        let argument = bytes[2]
        switch (bytes[1], argument) {
        case (0x15, _):
            guard let baud = Baud.allCases.first(where: { $0.code == argument }) else { return nil }
            self = .baud(baud)
        case (0x25, _):
            guard let rate = Rate(rawValue: argument) else { return nil }
            self = .rate(rate)
        case (0x35, 1...2): self = .output(isAutomatic: argument == 2)
        case (0x45, 1...100): self = .emissivity(percent: argument)
        case (0x55, 1): self = .queryEmissivity
        case (0x65, 1): self = .save
        default: return nil
        }
    }

    /// What the sensor answers to `queryEmissivity`, for a simulated one.
    public static func emissivityReply(percent: UInt8) -> [UInt8] {
        [0x5A, 0x5A, percent, 0x5A &+ 0x5A &+ percent]
    }
}
