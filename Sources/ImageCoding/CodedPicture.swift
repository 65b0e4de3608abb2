import Glibc

/// Tells whether two JPEG files show one picture, without decoding either.
public enum CodedPicture {
    /// Whether all that makes the picture is the same: tables, frame and scans. Comments, application segments and what stands
    /// behind the end marker may differ: cameras write counters and times there.
    public static func isSame(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        if first == second { return true }
        var (left, right) = (Parts(first), Parts(second))
        var (a, b): (Range<Int>?, Range<Int>?) = (left.next(), right.next())
        guard a != nil, b != nil else { return false }
        while let one = a, let other = b {
            let count = min(one.count, other.count)
            guard isSame(first, one.lowerBound, second, other.lowerBound, count) else { return false }
            a = one.count > count ? one.dropFirst(count) : left.next()
            b = other.count > count ? other.dropFirst(count) : right.next()
        }
        return a == nil && b == nil
    }

    private static func isSame(_ first: [UInt8], _ from: Int, _ second: [UInt8], _ at: Int, _ count: Int) -> Bool {
        first.withUnsafeBytes { first in
            second.withUnsafeBytes { second in
                guard let one = first.baseAddress, let other = second.baseAddress else { return count == 0 }
                return memcmp(one + from, other + at, count) == 0
            }
        }
    }

    /// The places of a file that make its picture, in order.
    private struct Parts {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            position = bytes.starts(with: [0xFF, JPEGMarker.startOfImage]) ? 2 : bytes.count
        }

        mutating func next() -> Range<Int>? {
            while true {
                while position < bytes.count, bytes[position] != 0xFF { position += 1 }
                while position < bytes.count, bytes[position] == 0xFF { position += 1 }
                guard position + 2 < bytes.count, bytes[position] != JPEGMarker.endOfImage else {
                    position = bytes.count
                    return nil
                }
                let code = bytes[position]
                if code <= 1 || JPEGMarker.isRestart(code) || code == JPEGMarker.startOfImage {
                    position += 1
                    continue
                }
                let start = position
                let length = Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
                position = min(bytes.count, position + 1 + max(2, length))
                if code == JPEGMarker.startOfScan { position = JPEGMarker.endOfScan(bytes, from: position) }
                if code < 0xE0 { return start..<position }
            }
        }
    }
}

extension Range<Int> {
    fileprivate func dropFirst(_ count: Int) -> Range<Int> { lowerBound + count..<upperBound }
}
