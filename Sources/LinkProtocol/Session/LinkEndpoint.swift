/// Where a datagram came from, as bytes that the transport makes and reads; the protocol only compares and hashes them.
public struct LinkEndpoint: Hashable, Sendable {
    /// The address without the port: what a rate limit counts by.
    public var host: [UInt8]
    /// The UDP port.
    public var port: UInt16
    /// An endpoint of its parts.
    public init(host: [UInt8], port: UInt16) {
        self.host = host
        self.port = port
    }
    var bytes: [UInt8] { host + [UInt8(port >> 8), UInt8(port & 0xFF)] }
}
