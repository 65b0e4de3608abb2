/// A register of a SenXor sensor that is used here. Source: the register map of Meridian's `pysenxor-lite`.
public enum SenXorRegister: UInt8, Hashable, Sendable, CaseIterable {
    /// How frames are sent, ``SenXorFrameMode``.
    case frameMode = 0xB1
    /// Every how manieth frame is sent; 0 is each.
    case frameDivider = 0xB4
    /// How the sensor does, ``SenXorStatus``.
    case status = 0xB6
    /// Which sensor it is.
    case chipType = 0xBA
    /// Emissivity in percent.
    case emissivity = 0xCA
    /// Added to all values, signed, in 0.1 K.
    case offset = 0xCB
}

/// The bits of the register `frameMode`.
public struct SenXorFrameMode: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// From its raw form.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Send one frame.
    public static let single = SenXorFrameMode(rawValue: 1)
    /// Send frames on and on.
    public static let continuous = SenXorFrameMode(rawValue: 2)
    /// Leave out the line with counter, times and temperatures before the pixels.
    public static let withoutHeader = SenXorFrameMode(rawValue: 0x20)
    /// Send raw counts instead of temperatures.
    public static let rawCounts = SenXorFrameMode(rawValue: 0x80)
}

/// The bits of the register `status`, as far as we know them.
public struct SenXorStatus: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// From its raw form.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// A frame is ready, or the sensor for one.
    public static let ready = SenXorStatus(rawValue: 0x10)
}

/// What can be told to a SenXor sensor; it answers each with a message of the same command.
public enum SenXorCommand: Hashable, Sendable {
    /// Ask for a register; the answer holds its value only.
    case read(SenXorRegister)
    /// Write a register.
    case write(SenXorRegister, UInt8)
    /// Ask for several; the answer holds pairs of register and value.
    case readSeveral([SenXorRegister])

    /// The bytes for the wire.
    public var encoded: [UInt8] {
        func hex(_ values: [UInt8]) -> [UInt8] { values.flatMap { SenXorMessage.digits(Int($0), count: 2) } }
        let (command, content) =
            switch self {
            case .read(let register): ("RREG", hex([register.rawValue]))
            case .write(let register, let value): ("WREG", hex([register.rawValue, value]))
            case .readSeveral(let registers): ("RRSE", hex(registers.map(\.rawValue) + [0xFF]))
            }
        return SenXorMessage(command: command, content: content)?.encoded(byHost: true) ?? []
    }
}
