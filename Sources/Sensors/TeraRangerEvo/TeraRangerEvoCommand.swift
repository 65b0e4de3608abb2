/// What can be told to a TeraRanger Evo Thermal. Each is answered by ``TeraRangerEvoReply``, also in the middle of a
/// frame. To be written in one go: the sensor times out between bytes.
///
/// Source: Terabee's `terabee_api` and the sensor's manual, page 15.
public enum TeraRangerEvoCommand: Hashable, Sendable {
    /// Send frames, or stop. Over USB the sensor is mute until told; on the UART board it sends from power-on.
    case output(Bool)
    /// Set the emissivity in percent, 1…100; beyond that it is brought into the range.
    case emissivity(percent: UInt8)

    /// The bytes for the wire.
    public var encoded: [UInt8] {
        let bytes: [UInt8] =
            switch self {
            case .output(let isOn): [0x00, 0x52, 0x02, isOn ? 1 : 0]
            case .emissivity(let percent): [0x00, 0x51, min(100, max(1, percent))]
            }
        return bytes + [TeraRangerEvoChecksum.crc8(bytes)]
    }
}

/// What the sensor answers to a command: `14`, the command's kind (always 5), `00` or `FF`, CRC-8.
public enum TeraRangerEvoReply: Hashable, Sendable, CaseIterable {
    case acknowledged, refused
    /// The four bytes.
    public var encoded: [UInt8] {
        let bytes: [UInt8] = [0x14, 0x05, self == .acknowledged ? 0x00 : 0xFF]
        return bytes + [TeraRangerEvoChecksum.crc8(bytes)]
    }
    static let size = 4
    static let acknowledgedBytes = acknowledged.encoded
    static let refusedBytes = refused.encoded

    /// The reply that lies `offset` after the head of `queue`.
    static func at(_ offset: Int, in queue: SensorByteQueue) -> TeraRangerEvoReply? {
        if queue.holds(acknowledgedBytes, at: offset) { return .acknowledged }
        return queue.holds(refusedBytes, at: offset) ? .refused : nil
    }
    /// Whether the bytes from `offset` to the newest may be the beginning of a reply.
    static func mayBegin(at offset: Int, in queue: SensorByteQueue) -> Bool {
        let count = queue.count - offset
        guard count > 0, count < size else { return false }
        return queue.holds(Array(acknowledgedBytes.prefix(count)), at: offset)
            || queue.holds(Array(refusedBytes.prefix(count)), at: offset)
    }
}
