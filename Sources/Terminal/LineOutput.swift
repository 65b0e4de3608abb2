import Foundation

/// Collects lines and writes them in large pieces; the rest when it goes away.
public final class LineOutput {
    private var buffer: [UInt8] = []

    /// Nothing yet.
    public init() {}

    /// Adds a line.
    public func write(_ line: String) {
        buffer += line.utf8
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count > 1 << 16 { flush() }
    }
    /// Writes what is left; ends the program where it cannot.
    public func flush() {
        buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(1, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    // Nobody reads any more, or there is no room: either way the output is not whole.
                    if errno != EPIPE {
                        complain("the output could not be written: \(String(cString: strerror(errno)))")
                    }
                    exit(1)
                }
                rest = rest.dropFirst(written)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddress: UnsafeRawPointer? { UnsafeRawBufferPointer(rebasing: self).baseAddress }
}
