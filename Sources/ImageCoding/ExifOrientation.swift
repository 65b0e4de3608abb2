/// Where a JPEG file's Exif segment says how the camera was held (Exif 2.32, tag 0x0112, in the first directory).
struct ExifOrientation: Equatable {
    /// The number's bytes.
    let place: Range<Int>
    let isBigEndian: Bool
    /// 1 is upright; 2…8 turn and mirror. Anything else means nothing.
    let value: Int

    /// Entries looked at of a directory.
    private static let entriesLimit = 256

    /// Every place in the segment whose payload is given.
    static func all(in bytes: [UInt8], _ payload: Range<Int>) -> [ExifOrientation] {
        guard payload.count >= 14, bytes[payload].starts(with: Array("Exif\0".utf8)) else { return [] }
        // Offsets count from here.
        let tiff = payload.lowerBound + 6
        let isBig = bytes[tiff] == 0x4D
        guard bytes[tiff] == bytes[tiff + 1], isBig || bytes[tiff] == 0x49 else { return [] }
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place >= tiff, place <= payload.upperBound - count else { return nil }
            return (0..<count).reduce(0) { $0 << 8 | Int(bytes[isBig ? place + $1 : place + count - 1 - $1]) }
        }
        guard number(tiff + 2, 2) == 42, let offset = number(tiff + 4, 4), let entries = number(tiff + offset, 2) else {
            return []
        }
        var found: [ExifOrientation] = []
        for entry in 0..<min(entries, entriesLimit) {
            let at = tiff + offset + 2 + 12 * entry
            guard let tag = number(at, 2), let type = number(at + 2, 2) else { break }
            guard tag == 0x0112, let size = [1: 1, 3: 2, 4: 4][type], let value = number(at + 8, size) else { continue }
            found.append(ExifOrientation(place: (at + 8)..<(at + 8 + size), isBigEndian: isBig, value: value))
        }
        return found
    }

    /// Makes it say that the picture is upright.
    func neutralise(in bytes: inout [UInt8]) {
        for place in place { bytes[place] = 0 }
        bytes[isBigEndian ? place.upperBound - 1 : place.lowerBound] = 1
    }
}
