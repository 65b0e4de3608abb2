import FlightTypes
import Synchronization

/// The only meeting place: sources publish, readers read. A live flight, a replay and a synthetic scenario enter alike.
public final class StreamHub: Sendable {
    /// Readers at once; one more is refused.
    public static let readersLimit = 256
    private let readers = Mutex<[ObjectIdentifier: HubReader]>([:])

    /// An empty hub.
    public init() {}

    /// A new reader; nil when `readersLimit` are there already. `afterFlood` is called on the owner's task when it has taken all
    /// of a queue that had `HubReader.floodBytes` or more, and asks for more.
    public func subscribe(
        _ rule: DropRule, interest: Interest = .live, afterFlood: @escaping @Sendable () -> Void = {}
    ) -> HubReader? {
        let reader = HubReader(rule: rule, interest: interest, afterFlood: afterFlood)
        return readers.withLock { readers in
            guard readers.count < Self.readersLimit else { return nil }
            readers[ObjectIdentifier(reader)] = reader
            return reader
        }
    }

    /// Ends a reader.
    public func unsubscribe(_ reader: HubReader) {
        readers.withLock { readers in readers[ObjectIdentifier(reader)] = nil }
        reader.finish()
    }

    /// Offers an item to every reader that is interested. Never waits.
    public func publish(_ item: HubItem) {
        for reader in readers.withLock({ Array($0.values) }) { reader.offer(item) }
    }
}
