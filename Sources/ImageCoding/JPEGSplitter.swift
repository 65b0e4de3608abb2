/// Splits a stream of JPEG files written one behind the other (`.mjpeg`, a pipe from a camera program) into files.
///
/// Works by markers, not by searching for the end marker: a thumbnail inside a segment does not end the file. It takes what
/// ``JPEGWalk`` takes of a single file: bytes between segments that belong to none stay in the file, and where the end marker is
/// missing the next start marker ends it, if there was a scan with data. A file that breaks the format or has no scan is dropped and
/// counted, and the search goes on where it broke, so that every byte is looked at once whatever the stream holds.
public struct JPEGSplitter: Sendable {
    /// Largest file taken, in bytes, unless told otherwise.
    public static let standardFileLimit = 8 << 20

    /// Files handed out.
    public private(set) var filesFound: UInt64 = 0
    /// Bytes between files.
    public private(set) var bytesSkipped: UInt64 = 0
    /// Files dropped because they broke the format or broke off before their first scan.
    public private(set) var filesMalformed: UInt64 = 0
    /// Files dropped because they exceeded the limit.
    public private(set) var filesOversized: UInt64 = 0

    private enum State {
        /// Between files; whether the byte before was 0xFF.
        case searching(afterFF: Bool)
        /// Before a marker's 0xFF, or bytes that belong to no segment.
        case expectingMarker
        /// Behind a marker's 0xFF.
        case expectingCode
        /// Before the first length byte of a segment.
        case expectingLength(code: UInt8)
        /// Before the second length byte.
        case expectingLengthLow(code: UInt8, high: UInt8)
        /// Inside a segment.
        case skipping(code: UInt8, remaining: Int)
        /// Inside a scan; whether the byte before was 0xFF.
        case scanning(afterFF: Bool)
    }
    private let fileLimit: Int
    private var state = State.searching(afterFF: false)
    private var file: [UInt8] = []
    private var scans = 0
    /// Whether the first scan has data.
    private var hasScanData = false
    /// Whether anything but a start marker has come of the file.
    private var hasSegments = false

    /// A splitter that takes files up to `fileLimit` bytes (at least 4).
    public init(fileLimit: Int = JPEGSplitter.standardFileLimit) {
        self.fileLimit = max(4, fileLimit)
    }

    /// Takes the next bytes of the stream; the files that became whole with them, in order.
    public mutating func append(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var files: [[UInt8]] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if case .skipping(let code, let remaining) = state {
                index = skip(bytes, from: index, code: code, remaining: remaining)
                continue
            }
            if let whole = take(bytes[index]) { files.append(whole) }
            index += 1
        }
        return files
    }
    /// Ends the stream: the file under way is handed out where only its end is missing, else dropped and counted. The splitter is
    /// ready for another stream.
    public mutating func finish() -> [UInt8]? {
        defer { state = .searching(afterFF: false) }
        guard !file.isEmpty else { return nil }
        if hasScanData { return handOut() }
        drop(\.filesMalformed)
        return nil
    }

    private mutating func skip(_ bytes: ArraySlice<UInt8>, from index: Int, code: UInt8, remaining: Int) -> Int {
        let count = min(remaining, bytes.endIndex - index)
        guard file.count + count <= fileLimit else {
            drop(\.filesOversized)
            return index
        }
        file.append(contentsOf: bytes[index..<(index + count)])
        if remaining > count {
            state = .skipping(code: code, remaining: remaining - count)
        } else {
            endSegment(code)
        }
        return index + count
    }

    private mutating func endSegment(_ code: UInt8) {
        if code == JPEGMarker.startOfScan {
            scans &+= 1
            state = .scanning(afterFF: false)
        } else {
            state = .expectingMarker
        }
    }

    private mutating func take(_ byte: UInt8) -> [UInt8]? {
        if case .searching(let afterFF) = state {
            search(byte, afterFF: afterFF)
            return nil
        }
        guard file.count < fileLimit else {
            drop(\.filesOversized)
            search(byte, afterFF: false)
            return nil
        }
        file.append(byte)
        switch state {
        case .searching, .skipping: break
        case .expectingMarker: if byte == 0xFF { state = .expectingCode }
        case .expectingCode: return takeCode(byte)
        case .expectingLength(let code): state = .expectingLengthLow(code: code, high: byte)
        case .expectingLengthLow(let code, let high):
            let length = Int(high) << 8 | Int(byte)
            if length < 2 {
                drop(\.filesMalformed)
            } else if length == 2 {
                endSegment(code)
            } else {
                state = .skipping(code: code, remaining: length - 2)
            }
        case .scanning(let afterFF):
            if afterFF, byte != 0, byte != 0xFF, !JPEGMarker.isRestart(byte) { return takeCode(byte) }
            if scans == 1, afterFF || byte != 0xFF { hasScanData = true }
            state = .scanning(afterFF: byte == 0xFF)
        }
        return nil
    }

    private mutating func takeCode(_ code: UInt8) -> [UInt8]? {
        switch code {
        case 0xFF: state = .expectingCode
        // Stuffing and markers that stand alone mean nothing outside a scan.
        case 0x00, 0x01, 0xD0...0xD7: state = .expectingMarker
        case JPEGMarker.endOfImage: return handOut()
        case JPEGMarker.startOfImage: return beginAnew()
        case 0x02...0xBF: drop(\.filesMalformed)
        default:
            hasSegments = true
            state = .expectingLength(code: code)
        }
        return nil
    }

    /// The file before had no end marker, and the next one begins here.
    private mutating func beginAnew() -> [UInt8]? {
        file.removeLast(2)
        if hasScanData {
            let whole = handOut()
            begin()
            return whole
        }
        // A start marker that is told twice is no file.
        if hasSegments { drop(\.filesMalformed) } else { forget() }
        begin()
        return nil
    }

    private mutating func handOut() -> [UInt8] {
        let whole = file
        (scans, hasScanData, hasSegments) = (0, false, false)
        file.removeAll(keepingCapacity: true)
        state = .searching(afterFF: false)
        filesFound &+= 1
        return whole
    }

    private mutating func search(_ byte: UInt8, afterFF: Bool) {
        if afterFF, byte == JPEGMarker.startOfImage {
            bytesSkipped = bytesSkipped &- 1
            begin()
        } else {
            bytesSkipped = bytesSkipped &+ 1
            state = .searching(afterFF: byte == 0xFF)
        }
    }
    private mutating func begin() {
        file.append(contentsOf: [0xFF, JPEGMarker.startOfImage])
        state = .expectingMarker
    }
    private mutating func drop(_ counter: WritableKeyPath<JPEGSplitter, UInt64>) {
        self[keyPath: counter] &+= 1
        forget()
    }
    private mutating func forget() {
        bytesSkipped = bytesSkipped &+ UInt64(file.count)
        (scans, hasScanData, hasSegments) = (0, false, false)
        file.removeAll(keepingCapacity: true)
        state = .searching(afterFF: false)
    }
}
