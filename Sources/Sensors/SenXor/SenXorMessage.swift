/// One message of the SenXor protocol: three spaces and `#`, a length in four hexadecimal digits, four letters of a
/// command, content, a checksum in four digits. The length counts from the command to the checksum.
///
/// Source: Meridian's `pysenxor-lite`. The device's checksum is the sum of the bytes of length, command and content,
/// modulo 65,536; the host writes `XXXX` instead.
public struct SenXorMessage: Hashable, Sendable {
    /// Four capital letters, such as `RREG`.
    public let command: String
    /// What follows the command: hexadecimal digits, for a picture the values themselves.
    public let content: [UInt8]

    static let prefix: [UInt8] = Array("   #".utf8)
    /// Bytes of prefix and length.
    static let headerSize = 8
    /// Bytes of command and checksum.
    static let overhead = 8

    /// A message; nil unless `command` is four capital letters and `content` fits the length's four digits.
    public init?(command: String, content: [UInt8]) {
        guard command.utf8.count == 4, command.utf8.allSatisfy({ (65...90).contains($0) }),
            content.count <= 0xFFFF - Self.overhead
        else { return nil }
        self.command = command
        self.content = content
    }
    /// Nil unless it is one whole message of the device with a right checksum.
    init?(bytes: [UInt8]) {
        guard bytes.count >= Self.headerSize + Self.overhead, bytes.starts(with: Self.prefix),
            Self.number(bytes[4..<8]) == bytes.count - Self.headerSize,
            let sum = Self.number(bytes[(bytes.count - 4)...]), sum == Self.sum(bytes[4..<bytes.count - 4])
        else { return nil }
        self.init(command: String(decoding: bytes[8..<12], as: UTF8.self), content: Array(bytes[12..<bytes.count - 4]))
    }

    /// The message as the device sends it, with its checksum; or as the host does, without.
    public func encoded(byHost: Bool = false) -> [UInt8] {
        let length = Self.digits(content.count + Self.overhead, count: 4)
        let body = length + Array(command.utf8) + content
        return Self.prefix + body + (byHost ? Array("XXXX".utf8) : Self.digits(Self.sum(body), count: 4))
    }

    static func sum(_ bytes: some Sequence<UInt8>) -> Int {
        var sum = 0
        for byte in bytes { sum = (sum + Int(byte)) & 0xFFFF }
        return sum
    }
    /// Hexadecimal digits as a number; nil when one of them is none, or there are none or more than four.
    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...4).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            switch digit {
            case 48...57: number = number << 4 | Int(digit - 48)
            case 65...70: number = number << 4 | Int(digit - 55)
            case 97...102: number = number << 4 | Int(digit - 87)
            default: return nil
            }
        }
        return number
    }
    /// The lower `count` hexadecimal digits of `number`.
    static func digits(_ number: Int, count: Int) -> [UInt8] {
        (0..<count).reversed().map { place in
            let digit = UInt8(truncatingIfNeeded: number >> (4 * place) & 0xF)
            return digit < 10 ? 48 + digit : 55 + digit
        }
    }
}
