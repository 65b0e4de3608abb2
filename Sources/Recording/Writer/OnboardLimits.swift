import Glibc

/// How far a record may grow. Checked at every append, so that it recovers by itself once there is room again.
public struct OnboardLimits: Sendable {
    /// The record may not exceed this; nil is no limit.
    public var maximumBytes: Int64?
    /// This much disk stays free.
    public var reserveBytes: Int64
    /// Limits of their parts.
    public init(maximumBytes: Int64?, reserveBytes: Int64) {
        self.maximumBytes = maximumBytes
        self.reserveBytes = reserveBytes
    }

    /// Throws when `added` bytes do not fit a record of `size` bytes at `path`.
    func check(path: String, adding added: Int64, to size: Int64) throws(RecordingError) {
        if let limit = maximumBytes {
            let (sum, overflow) = size.addingReportingOverflow(added)
            guard !overflow, sum <= limit else { throw .full(path: path, limitBytes: limit) }
        }
        guard reserveBytes > 0 else { return }
        let free = try Self.freeBytes(path)
        let (left, overflow) = free.subtractingReportingOverflow(added)
        guard !overflow, left >= reserveBytes else {
            throw .diskReserve(path: path, freeBytes: free, reserveBytes: reserveBytes)
        }
    }

    /// Bytes that an ordinary user may still write to the disk of `path`.
    static func freeBytes(_ path: String) throws(RecordingError) -> Int64 {
        var statistics = statvfs()
        guard statvfs(path, &statistics) == 0 else {
            throw .failed(path: path, reason: "cannot tell how much disk is free: \(String(cString: strerror(errno)))")
        }
        let (free, overflow) = UInt64(statistics.f_bavail).multipliedReportingOverflow(by: UInt64(statistics.f_frsize))
        return overflow ? .max : Int64(clamping: free)
    }
}
