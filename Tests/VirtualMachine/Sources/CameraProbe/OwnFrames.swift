import CVideoNode
import Glibc
import Sensors
import Synchronization

/// Pictures of ours that tell their number and whose every byte follows from it: eight bytes of head, then words that differ
/// from each other and from picture to picture, so that a shifted, torn or recoded picture cannot pass for whole.
enum OwnFrame {
    static let mark: UInt64 = 0x4C61_6765 << 32

    static func fill(_ bytes: UnsafeMutableRawBufferPointer, number: UInt32) {
        let words = bytes.bindMemory(to: UInt64.self)
        for place in words.indices { words[place] = word(place, number) }
    }
    /// A picture as 16-bit words.
    static func words(count: Int, number: UInt32) -> [UInt16] {
        (0..<count).map { UInt16(truncatingIfNeeded: word($0 / 4, number) >> UInt64($0 % 4 * 16)) }
    }
    /// The number of a picture of ours; nil for any other.
    static func number(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
        guard bytes.count >= 8 else { return nil }
        let head = bytes.loadUnaligned(as: UInt64.self)
        return head & 0xFFFF_FFFF_0000_0000 == mark ? UInt32(truncatingIfNeeded: head) : nil
    }
    /// The place of the first word that differs, nil when all are as they were written.
    static func firstDifference(_ bytes: UnsafeRawBufferPointer, number: UInt32) -> Int? {
        let words = bytes.bindMemory(to: UInt64.self)
        return words.indices.first { words[$0] != word($0, number) }
    }
    private static func word(_ place: Int, _ number: UInt32) -> UInt64 {
        if place == 0 { return mark | UInt64(number) }
        let mixed = (UInt64(number) &+ 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(place) &* 0xBF58_476D_1CE4_E5B9
        return mixed ^ mixed >> 29
    }
}

/// Compares what the capture loop reads with what was written.
final class OwnFrameReader: Sendable {
    struct Seen {
        var numbers: [UInt32] = []
        var differing: [String] = []
        var strangersBefore = 0
        var strangersAfter = 0
    }
    let seen = Mutex(Seen())
    let size: Int
    init(size: Int) { self.size = size }

    func take(_ bytes: UnsafeRawBufferPointer) {
        guard let number = OwnFrame.number(bytes) else {
            // Before the first picture arrives the receiver shows a picture of its own.
            seen.withLock { seen in
                if seen.numbers.isEmpty { seen.strangersBefore += 1 } else { seen.strangersAfter += 1 }
            }
            return
        }
        var fault: String?
        if bytes.count != size {
            fault = "frame \(number) has \(bytes.count) bytes, not \(size)"
        } else if let word = OwnFrame.firstDifference(bytes, number: number) {
            fault = "frame \(number) differs from byte \(word * 8)"
        }
        seen.withLock { seen in
            seen.numbers.append(number)
            if let fault { seen.differing.append(fault) }
        }
    }
}

/// Shows pictures of ours on a video output until told to stop.
final class OwnFrameWriter: Sendable {
    private let stopped = Atomic<Bool>(false)
    let written = Atomic<Int>(0)
    let failure = Mutex<String?>(nil)
    /// Bytes of a picture.
    let size: Int
    private let output: Mutex<lb_output>

    init(_ node: VideoNode, width: Int, height: Int, fourCC: UInt32) throws(Failure) {
        var output = lb_output()
        let status = lb_output_open(node.descriptor, UInt32(width), UInt32(height), fourCC, &output)
        guard status == 0 else { throw Failure("\(node.path): set up output: \(String(cString: strerror(-status)))") }
        size = Int(output.size)
        self.output = Mutex(output)
    }

    func run() {
        output.withLock { output in
            var number: UInt32 = 1
            while !stopped.load(ordering: .relaxed) {
                var memory: UnsafeMutableRawPointer?
                var status = lb_output_take(&output, &memory)
                if status >= 0 {
                    OwnFrame.fill(UnsafeMutableRawBufferPointer(start: memory, count: size), number: number)
                    status = lb_output_show(&output, status)
                }
                guard status >= 0 else {
                    let reason = "showing frame \(number): \(String(cString: strerror(-status)))"
                    failure.withLock { $0 = reason }
                    break
                }
                number &+= 1
                written.add(1, ordering: .relaxed)
            }
            lb_output_close(&output)
        }
    }
    func stop() { stopped.store(true, ordering: .relaxed) }
}
