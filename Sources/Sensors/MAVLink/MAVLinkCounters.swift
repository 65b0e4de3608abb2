/// What a MAVLink source gave and what it lost.
public struct MAVLinkCounters: Hashable, Sendable {
    /// How many message numbers without a layout are told apart; more go into `unknownBeyondLimit`.
    public static let unknownLimit = 256
    /// How many senders have their sequence watched; more are let through unwatched.
    public static let senderLimit = 1024

    /// Packets handed out.
    public internal(set) var packets: UInt64 = 0
    /// Bytes that belonged to no packet.
    public internal(set) var bytesSkipped: UInt64 = 0
    /// Places where a known message seemed to begin but the checksum was wrong. Each is also skipped.
    public internal(set) var badChecksums: UInt64 = 0
    /// Packets dropped because they demand a feature we do not have (unknown incompatibility flag).
    public internal(set) var incompatible: UInt64 = 0
    /// With a key: packets without a signature, refused.
    public internal(set) var unsigned: UInt64 = 0
    /// With a key: packets whose signature is wrong, refused.
    public internal(set) var forged: UInt64 = 0
    /// With a key: packets whose signature is right and whose timestamp is not newer than the one before, refused.
    public internal(set) var replayed: UInt64 = 0
    /// With a key: authentic packets of more senders and links than are kept apart, refused.
    public internal(set) var signersBeyondLimit: UInt64 = 0
    /// Packets of messages we have no layout of, by message number. They are handed out undecoded.
    public internal(set) var unknown: [UInt32: UInt64] = [:]
    /// Packets of further such messages.
    public internal(set) var unknownBeyondLimit: UInt64 = 0
    /// Packets missing by the senders' sequence numbers.
    public internal(set) var lost: UInt64 = 0
    /// Packets whose sequence went back or stood still: repeated, overtaken, or the sender began anew.
    public internal(set) var outOfOrder: UInt64 = 0

    private var senders: [UInt16: Int] = [:]
    /// The last sequence of each sender, at the place that `senders` tells.
    private var sequences: [UInt8] = []
    /// The sender of the last packet, who is mostly that of the next one too.
    private var recent: Recent?
    private struct Recent: Hashable {
        var sender: UInt16
        var place: Int
    }

    /// Nothing counted yet.
    public init() {}

    /// Counts a refusal; true when the packet is to be handed out.
    mutating func admits(_ verdict: MAVLinkSignatureCheck.Verdict) -> Bool {
        switch verdict {
        case .authentic: return true
        case .unsigned: unsigned &+= 1
        case .forged: forged &+= 1
        case .replayed: replayed &+= 1
        case .streamBeyondLimit: signersBeyondLimit &+= 1
        }
        return false
    }
    mutating func count(_ packet: MAVLinkPacket, isKnown: Bool) {
        packets &+= 1
        if !isKnown {
            if unknown[packet.messageID] != nil || unknown.count < Self.unknownLimit {
                unknown[packet.messageID, default: 0] &+= 1
            } else {
                unknownBeyondLimit &+= 1
            }
        }
        let sender = UInt16(packet.system) << 8 | UInt16(packet.component)
        guard let place = recent?.sender == sender ? recent?.place : senders[sender] else {
            guard sequences.count < Self.senderLimit else { return }
            senders[sender] = sequences.count
            sequences.append(packet.sequence)
            return
        }
        recent = Recent(sender: sender, place: place)
        let last = sequences[place]
        // The sequence has eight bits: a step of more than half of that is read as one backwards.
        let gap = packet.sequence &- last &- 1
        if gap < 128 { lost &+= UInt64(gap) } else { outOfOrder &+= 1 }
        sequences[place] = packet.sequence
    }
}
