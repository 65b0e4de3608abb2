import FlightTypes
import Synchronization

/// What a reader's queue does when its owner is slower than the flight.
public enum DropRule: Sendable {
    /// Per drone and stream only the newest frame waits; other objects up to a limit, oldest first; all of them together up to
    /// `newestBytesLimit` bytes, oldest first. For pictures people look at.
    case newestFrame
    /// All wait, up to this many bytes; beyond it new ones are refused, counted, and the owner raises an alarm. One drone may hold
    /// up to three times what is still free, so that another always finds room. Entries of the journal are never refused: they are
    /// few, and bounded where they are made. For evidence.
    case refuseBeyond(bytes: Int)
}

/// One reader's queue at the hub. Readers don't know each other and cannot slow each other down.
public final class HubReader: Sendable {
    /// Objects other than frames that wait under `newestFrame`.
    public static let smallObjectsLimit = 256
    /// Bytes that wait under `newestFrame`; a single object that is larger waits alone.
    public static let newestBytesLimit = 16 << 20
    /// A queue of this many bytes leaves so much freed memory behind that it is worth giving back.
    public static let floodBytes = 64 << 20
    /// How full the queue is and what it has lost.
    public struct Statistics: Sendable, Hashable {
        /// Objects waiting.
        public var queued = 0
        /// Bytes waiting.
        public var queuedBytes = 0
        /// Objects dropped or refused so far.
        public var dropped: UInt64 = 0
    }
    private struct State {
        var interest: Interest
        var queue: [HubItem] = []
        var statistics = Statistics()
        /// Bytes waiting, by drone.
        var held: [DroneID: Int] = [:]
        var waiter: (continuation: CheckedContinuation<[HubItem]?, Never>, limit: Int)?
        var isFinished = false
        /// More than `floodBytes` have been taken, and may still be in the owner's hands.
        var wasFlooded = false
    }
    /// Of what is free, one drone may hold so many times as much: alone three quarters of all, beside it a quarter stays.
    private static let shareOfFree = 3
    private let rule: DropRule
    private let state: Mutex<State>

    private let afterFlood: @Sendable () -> Void

    /// `afterFlood` is called by the owner's task when it comes back for more, all is taken, and `floodBytes` or more had waited.
    init(rule: DropRule, interest: Interest = .live, afterFlood: @escaping @Sendable () -> Void = {}) {
        self.rule = rule
        self.afterFlood = afterFlood
        state = Mutex(State(interest: interest))
    }

    /// From now on the reader is given something else; what waits stays.
    public func turn(to interest: Interest) { state.withLock { $0.interest = interest } }

    /// How full the queue is and what it has lost.
    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Waits for objects and takes all that are queued, or the oldest `limit` of them; nil after `finish`.
    public func next(atMost limit: Int = .max) async -> [HubItem]? {
        let isFloodOver = state.withLock { state in
            defer { if state.queue.isEmpty { state.wasFlooded = false } }
            return state.wasFlooded && state.queue.isEmpty
        }
        if isFloodOver { afterFlood() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: [HubItem]?? = state.withLock { state in
                    if !state.queue.isEmpty { return .some(Self.take(limit, from: &state)) }
                    if state.isFinished || Task.isCancelled { return .some(nil) }
                    state.waiter = (continuation, limit)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            finish()
        }
    }

    /// Ends the reader: what is queued is still given out, then nil.
    public func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.continuation.resume(returning: nil)
    }

    func offer(_ item: HubItem) {
        let (waiter, batch) = state.withLock { state -> (CheckedContinuation<[HubItem]?, Never>?, [HubItem]) in
            guard !state.isFinished, state.interest.admits(item) else { return (nil, []) }
            append(item, to: &state)
            guard let waiter = state.waiter, !state.queue.isEmpty else { return (nil, []) }
            state.waiter = nil
            return (waiter.continuation, Self.take(waiter.limit, from: &state))
        }
        waiter?.resume(returning: batch)
    }

    private func append(_ item: HubItem, to state: inout State) {
        let size = item.size
        switch rule {
        case .refuseBeyond(let bytes):
            if let drone = item.drone {
                let free = bytes - state.statistics.queuedBytes
                let held = state.held[drone, default: 0] + size
                guard size <= free, held <= Self.shareOfFree * free else {
                    state.statistics.dropped += 1
                    return
                }
                state.held[drone] = held
            }
        case .newestFrame:
            if let picture = item.picture {
                let older = state.queue.firstIndex { $0.picture.map { $0 == picture } ?? false }
                if let older { Self.remove(at: older, from: &state) }
            } else {
                // Only small objects make room for small ones: a waiting picture is what the page is open for.
                let small = state.queue.indices.filter { state.queue[$0].picture == nil }
                if small.count >= Self.smallObjectsLimit, let oldest = small.first {
                    Self.remove(at: oldest, from: &state)
                }
            }
            while !state.queue.isEmpty, state.statistics.queuedBytes + size > Self.newestBytesLimit {
                Self.remove(at: 0, from: &state)
            }
        }
        state.queue.append(item)
        state.statistics.queued += 1
        state.statistics.queuedBytes += size
    }

    private static func remove(at index: Int, from state: inout State) {
        let gone = state.queue.remove(at: index)
        state.statistics.queued -= 1
        state.statistics.queuedBytes -= gone.size
        state.statistics.dropped += 1
    }

    private static func take(_ limit: Int, from state: inout State) -> [HubItem] {
        if state.statistics.queuedBytes >= floodBytes { state.wasFlooded = true }
        guard limit < state.queue.count else {
            defer {
                state.queue = []
                state.held = [:]
                state.statistics.queued = 0
                state.statistics.queuedBytes = 0
            }
            return state.queue
        }
        let taken = Array(state.queue.prefix(limit))
        state.queue.removeFirst(limit)
        state.statistics.queued -= limit
        for item in taken {
            let size = item.size
            state.statistics.queuedBytes -= size
            guard let drone = item.drone, let held = state.held[drone] else { continue }
            state.held[drone] = held > size ? held - size : nil
        }
        return taken
    }
}
