import Glibc
import Synchronization

/// A USB camera of this process: one Motion JPEG format of 320×240 at 30 frames a second over a bulk endpoint.
///
/// Source: USB Device Class Definition for Video Devices 1.0 and its Motion JPEG payload.
final class UVCDevice: Sendable {
    static let (width, height) = (320, 240)
    /// What the camera does with its next frame.
    enum Act: Sendable { case send, damage, garble }
    struct Seen {
        /// Files sent whole, by their place among all frames.
        var files: [Int: [UInt8]] = [:]
        var frames = 0
        var acts: [Act] = []
    }
    let seen = Mutex(Seen())
    private let files: [[UInt8]]
    /// Bytes of the longest file, with its number.
    private let longest: Int
    private let isUnplugged = Atomic<Bool>(false)

    /// A camera that sends `files` in turn, each with its number in it.
    init(files: [[UInt8]]) {
        self.files = files
        longest = 6 + (files.map(\.count).max() ?? 0)
    }

    /// What is to be done with the next frames; after that they are sent whole.
    func plan(_ acts: [Act]) { seen.withLock { $0.acts += acts } }
    func unplug() { isUnplugged.store(true, ordering: .releasing) }

    /// Plugs in, and answers the host until ``unplug()``.
    func run() throws(Failure) {
        let cable = try USBCable()
        var probe = Self.streamParameters
        var buffers: [(sequence: UInt32, length: Int)] = []
        var (due, frameBit) = (Clock.now, UInt8(0))
        while !isUnplugged.load(ordering: .acquiring) {
            if let request = try cable.next(milliseconds: buffers.isEmpty ? 20 : 2) {
                switch request {
                case .input(let sequence, let length): buffers.append((sequence, length))
                case .unlink(let sequence, let target):
                    let place = buffers.firstIndex { $0.sequence == target }
                    if let place { buffers.remove(at: place) }
                    try cable.unlinked(sequence, wasPending: place != nil)
                case .control(let sequence, let setup, let data, let length):
                    if let answer = Self.answer(setup, data, &probe) {
                        try cable.answer(
                            sequence, Array(answer.prefix(length)), written: data.isEmpty ? nil : data.count)
                    } else {
                        try cable.stall(sequence)
                    }
                }
                continue
            }
            // Only when the host has room for all of it: what is never sent is no frame, and the host could not know of it.
            guard Clock.now >= due, let size = buffers.first?.length, size > 2,
                (longest + size - 3) / (size - 2) <= buffers.count
            else { continue }
            due = max(due + 1 / 30, Clock.now - 1 / 30)
            for payload in nextFrame(frameBit, payloadSize: size) {
                try cable.answer(buffers.removeFirst().sequence, payload)
            }
            frameBit ^= 1
        }
    }

    /// The next frame cut into payloads: two bytes of header (frame bit, end of frame, error), then a piece of the file.
    private func nextFrame(_ frameBit: UInt8, payloadSize: Int) -> [[UInt8]] {
        let (number, act) = seen.withLock { seen in
            seen.frames += 1
            return (seen.frames - 1, seen.acts.isEmpty ? .send : seen.acts.removeFirst())
        }
        var file = Self.numbered(files[number % files.count], number)
        if act == .garble { file = file.map { $0 ^ 0x55 } }
        if act == .send { seen.withLock { [file] in $0.files[number] = file } }
        var payloads: [[UInt8]] = []
        var rest = file[...]
        while !rest.isEmpty {
            let piece = rest.prefix(payloadSize - 2)
            rest = rest.dropFirst(piece.count)
            payloads.append([2, 0x80 | frameBit | (rest.isEmpty ? 0x02 : 0) | (act == .damage ? 0x40 : 0)] + piece)
        }
        return payloads
    }
    /// The file with a comment behind its first marker.
    private static func numbered(_ file: [UInt8], _ number: Int) -> [UInt8] {
        let digits = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        return file.prefix(2) + [0xFF, 0xFE, 0, 6] + digits + file.dropFirst(2)
    }

    /// The answer to a control request; nil refuses it.
    private static func answer(_ setup: [UInt8], _ data: [UInt8], _ probe: inout [UInt8]) -> [UInt8]? {
        switch (setup[0], setup[1]) {
        case (0x80, 6):
            switch setup[3] {
            case 1: return device
            case 2: return configuration
            case 3: return setup[2] == 0 ? [4, 3, 9, 4] : string("Lagebild probe")
            default: return nil
            }
        case (0x80...0x82, 0): return [0, 0]
        case (0x00, 9), (0x01, 11), (0x02, 1): return []
        // Only the stream's probe and commit are known. Whatever is wanted, there is one format.
        case (0x21, 1): return setup[4] == 1 ? [] : nil
        case (0xA1, 0x81...0x83), (0xA1, 0x87): return setup[4] == 1 ? probe : nil
        default: return nil
        }
    }
    private static let streamParameters: [UInt8] =
        [0, 0, 1, 1] + number(interval, 4) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + number(frameLimit, 4) + number(16_384, 4)
    /// In 100 ns.
    private static let interval = 333_333
    private static let frameLimit = 65_536
    private static let device: [UInt8] = [
        18, 1, 0x00, 0x02, 0xEF, 2, 1, 64, 0x6B, 0x1D, 0x02, 0x01, 0x00, 0x01, 0, 1, 0, 1,
    ]
    private static let configuration: [UInt8] = {
        let terminals: [UInt8] =
            [18, 0x24, 2, 1, 0x01, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0] + [9, 0x24, 3, 2, 0x01, 0x01, 0, 1, 0]
        let control: [UInt8] =
            [13, 0x24, 1, 0x00, 0x01] + number(13 + terminals.count, 2) + number(48_000_000, 4) + [1, 1] + terminals
        let formats: [UInt8] =
            [11, 0x24, 6, 1, 1, 1, 1, 0, 0, 0, 0]
            + [30, 0x24, 7, 1, 0] + number(width, 2) + number(height, 2) + number(1_000_000, 4) + number(20_000_000, 4)
            + number(frameLimit, 4) + number(interval, 4) + [1] + number(interval, 4) + [6, 0x24, 13, 1, 1, 4]
        let stream: [UInt8] =
            [14, 0x24, 1, 1] + number(14 + formats.count, 2) + [0x81, 0, 2, 0, 0, 0, 1, 0] + formats
        let interfaces: [UInt8] =
            [8, 11, 0, 2, 0x0E, 3, 0, 0] + [9, 4, 0, 0, 0, 0x0E, 1, 0, 0] + control + [9, 4, 1, 0, 1, 0x0E, 2, 0, 0]
            + stream + [7, 5, 0x81, 2, 0, 2, 0]
        return [9, 2] + number(9 + interfaces.count, 2) + [2, 1, 0, 0x80, 250] + interfaces
    }()
    private static func string(_ text: String) -> [UInt8] {
        let units = text.utf16.flatMap { number(Int($0), 2) }
        return [UInt8(units.count + 2), 3] + units
    }
    /// Little-endian.
    private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
