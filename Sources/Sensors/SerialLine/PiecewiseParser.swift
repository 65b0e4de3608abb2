/// A parser that takes bytes in and gives something out, and holds only so much between the two.
///
/// `read` is the way to use one: whatever number of bytes comes, the parser gets pieces that it can hold and is drained after
/// each, so that nothing is lost because somebody handed over more than it has room for.
public protocol PiecewiseParser {
    /// What it finds.
    associatedtype Output
    /// So many bytes may be handed over between two drains without any loss.
    static var pieceLimit: Int { get }
    /// Takes the next bytes of the stream; drain with `next` afterwards.
    mutating func handle(_ bytes: ArraySlice<UInt8>)
    /// What was found next, or nil until more bytes came.
    mutating func next() -> Output?
}

extension PiecewiseParser {
    /// Takes the next bytes of the stream, any number, and hands on all that is found with them, in order.
    public mutating func read(_ bytes: ArraySlice<UInt8>, _ body: (Output) throws -> Void) rethrows {
        var rest = bytes
        repeat {
            handle(rest.prefix(Self.pieceLimit))
            rest = rest.dropFirst(Self.pieceLimit)
            while let found = next() { try body(found) }
        } while !rest.isEmpty
    }
}
