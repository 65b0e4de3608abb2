import LinkProtocol
import NIOCore
import NIOPosix

/// Writes datagrams in rows: those of equal size to one address leave in one call, which the kernel cuts up (generic
/// segmentation offload). Where the device refuses that, one by one from then on.
///
/// Some devices report the refusal only when the datagrams leave (EIO, seen on mobile modems) or for segments above their MTU
/// (EINVAL). NIO then closes the channel; the owner binds anew, and the lost datagrams are repaired like any others.
struct SegmentedWriter {
    /// Linux' `UDP_MAX_SEGMENTS`, and the largest UDP payload.
    private static let segmentsLimit = 64
    private static let bytesLimit = 65_000
    private var row: ByteBuffer?
    private var rowSegment = 0
    private var rowCount = 0
    private var rowAddress: SocketAddress?
    private var isRowFull = false
    /// Whether rows are still tried.
    private(set) var isOffloading = System.supportsUDPSegmentationOffload
    /// Calls into the channel, and datagrams.
    private(set) var writes: UInt64 = 0, datagrams: UInt64 = 0

    /// Takes a datagram; it leaves with `flush`, or earlier when its row is full.
    mutating func write(
        _ bytes: [UInt8], to address: SocketAddress, on channel: any Channel, onRefused: @escaping @Sendable () -> Void
    ) {
        datagrams += 1
        let fits =
            isOffloading && row != nil && !isRowFull && rowAddress == address && bytes.count <= rowSegment
            && rowCount < Self.segmentsLimit && (row?.readableBytes ?? 0) + bytes.count <= Self.bytesLimit
        if !fits {
            flushRow(on: channel, onRefused)
            row = channel.allocator.buffer(capacity: isOffloading ? min(bytes.count * 8, Self.bytesLimit) : bytes.count)
            rowSegment = bytes.count
            rowCount = 0
            rowAddress = address
            isRowFull = false
        }
        row?.writeBytes(bytes)
        rowCount += 1
        // Only the last segment of a row may be shorter.
        if bytes.count < rowSegment { isRowFull = true }
    }

    /// Lets everything leave.
    mutating func flush(on channel: any Channel, onRefused: @escaping @Sendable () -> Void) {
        flushRow(on: channel, onRefused)
        channel.flush()
    }

    private mutating func flushRow(on channel: any Channel, _ onRefused: @escaping @Sendable () -> Void) {
        guard let buffer = row, let address = rowAddress else { return }
        row = nil
        writes += 1
        let isRow = rowCount > 1
        let metadata = AddressedEnvelope<ByteBuffer>.Metadata(
            ecnState: .transportCapableFlag0, packetInfo: nil, segmentSize: isRow ? rowSegment : nil)
        let envelope = AddressedEnvelope(remoteAddress: address, data: buffer, metadata: metadata)
        guard isRow else { return channel.write(envelope, promise: nil) }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenFailure { error in
            if Self.isRefusal(error) { onRefused() }
        }
        channel.write(envelope, promise: promise)
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        guard let error = error as? IOError else { return error as? ChannelError == .operationUnsupported }
        return [EIO, EINVAL, EOPNOTSUPP, ENOPROTOOPT].contains(error.errnoCode)
    }

    /// From now on one by one.
    mutating func refuse() { isOffloading = false }
}
