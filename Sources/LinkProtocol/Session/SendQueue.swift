import FlightTypes

/// What the link does with an object when it cannot do everything: lower goes first.
public enum ObjectClass: Int, CaseIterable, Sendable {
    case telemetry, detections, thermal, visible

    /// The class of a stream's objects.
    public init(_ kind: StreamKind) {
        switch kind {
        case .status, .telemetry: self = .telemetry
        case .detections: self = .detections
        case .thermal: self = .thermal
        case .visible: self = .visible
        }
    }
    /// Objects of the class that may wait.
    var limit: Int {
        switch self {
        case .telemetry: 64
        case .detections: 32
        case .thermal: 8
        case .visible: 8
        }
    }
}

/// Objects on their way out, cut into fragments as they leave. Strict priority between classes; within a class in order.
///
/// Limit per class (`ObjectClass.limit`); when full the oldest object that has not begun to leave is dropped and counted:
/// live pictures want the newest, and the onboard record has them all.
struct SendQueue: Sendable {
    private struct Waiting: Sendable {
        var number: UInt32
        var bytes: [UInt8]
        var next = 0
    }
    private var waiting = [[Waiting]](repeating: [], count: ObjectClass.allCases.count)
    private var nextNumber: UInt32 = 0
    private(set) var dropped: UInt64 = 0
    private(set) var accepted: UInt64 = 0

    mutating func append(_ bytes: [UInt8], class objectClass: ObjectClass) {
        guard !bytes.isEmpty, bytes.count <= LinkLimits.objectSize else {
            dropped += 1
            return
        }
        let row = objectClass.rawValue
        if waiting[row].count >= objectClass.limit {
            waiting[row].remove(at: (waiting[row].first?.next ?? 0) > 0 ? 1 : 0)
            dropped += 1
        }
        accepted += 1
        waiting[row].append(Waiting(number: 0, bytes: bytes))
    }

    var isEmpty: Bool { waiting.allSatisfy(\.isEmpty) }
    var count: Int { waiting.reduce(0) { $0 + $1.count } }

    mutating func nextFragment() -> Fragment? {
        guard let row = waiting.firstIndex(where: { !$0.isEmpty }) else { return nil }
        // A number is given when an object begins to leave, so that numbers on the wire have no holes.
        if waiting[row][0].next == 0 {
            waiting[row][0].number = nextNumber
            nextNumber &+= 1
        }
        let head = waiting[row][0]
        let size = LinkLimits.fragmentSize
        let start = head.next * size
        let end = min(start + size, head.bytes.count)
        if end == head.bytes.count { waiting[row].removeFirst() } else { waiting[row][0].next += 1 }
        return Fragment(
            object: head.number, length: UInt32(head.bytes.count), size: UInt16(size), index: UInt16(head.next),
            data: head.bytes[start..<end])
    }
}
