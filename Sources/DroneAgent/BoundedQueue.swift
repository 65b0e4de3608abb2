import Foundation
import Synchronization

/// A queue between two threads with a limit, a drop rule and a counter.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    // @unchecked: `condition` guards every stored variable.
    enum DropRule { case oldest, newest }
    private let condition = NSCondition()
    private let limit: Int
    private let rule: DropRule
    private let cost: (Element) -> Int
    private var elements: [Element] = []
    private var total = 0
    private var isClosed = false
    private var droppedCount: UInt64 = 0

    /// `limit` in units of `cost`.
    init(limit: Int, rule: DropRule, cost: @escaping @Sendable (Element) -> Int = { _ in 1 }) {
        self.limit = limit
        self.rule = rule
        self.cost = cost
    }

    var dropped: UInt64 { condition.withLock { droppedCount } }

    /// Whether it was taken: not without room under the rule `.newest`, and not after `close`.
    @discardableResult func append(_ element: Element) -> Bool {
        condition.withLock {
            guard !isClosed else { return false }
            let size = cost(element)
            switch rule {
            case .newest:
                guard total + size <= limit else {
                    droppedCount += 1
                    return false
                }
            case .oldest:
                while !elements.isEmpty, total + size > limit {
                    total -= cost(elements.removeFirst())
                    droppedCount += 1
                }
            }
            elements.append(element)
            total += size
            condition.signal()
            return true
        }
    }

    /// Waits for elements and takes all; nil after `close` once empty.
    func takeAll() -> [Element]? {
        condition.withLock {
            while elements.isEmpty, !isClosed { condition.wait() }
            guard !elements.isEmpty else { return nil }
            defer {
                elements = []
                total = 0
            }
            return elements
        }
    }

    func close() {
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }
}
