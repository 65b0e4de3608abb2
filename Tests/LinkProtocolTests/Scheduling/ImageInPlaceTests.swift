import ErasureCoding
import FlightTypes
import Testing

@testable import LinkProtocol

/// A frame's image goes from the sensor's array into the datagrams: nothing on the way copies it.
@Suite struct ImageInPlaceTests {
    private let frame = Frame(
        id: ObjectID(flight: 1, stream: StreamID(.visible), sequence: 7),
        captureTime: CaptureTime(
            monotonic: MonotonicInstant(nanoseconds: 5), wall: WallTime(nanoseconds: 6)), pose: .unknown,
        encoding: .jpeg, width: 1280, height: 720, payload: (0..<79_321).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    private func begun(_ bytes: EncodedObject, size: Int, queued: Int = 0) throws -> OutgoingObject {
        let layout = try #require(ObjectLayout.cutting(length: bytes.count, largestSymbol: size))
        let now = MonotonicInstant(nanoseconds: 0)
        var object = OutgoingObject(
            number: 1, id: nil, objectClass: .visible, layout: layout, bytes: bytes, submitted: now, deadline: now)
        for block in 0..<layout.blocks { object.blocks[block].queued = layout.count(of: block) + queued }
        return object
    }

    @Test func thePartsAreTheObject() {
        let object = FlightObject.frame(frame)
        #expect(object.parts().joined == object.encoded())
        #expect(object.parts().count == object.encoded().count)
    }

    @Test func theImageIsSentFromWhereItLies() throws {
        let parts = FlightObject.frame(frame).parts()
        try frame.payload.withUnsafeBytes { camera in
            let base = try #require(camera.baseAddress)
            var object = try begun(parts, size: 1400)
            var place = 0
            var inPlace = 0
            while let fragment = object.nextFragment(at: MonotonicInstant(nanoseconds: 0)) {
                let address = fragment.data.withUnsafeBytes { $0.baseAddress }
                if place >= parts.head.count {
                    #expect(address == base + (place - parts.head.count))
                    inPlace += fragment.data.count
                }
                place += fragment.data.count
            }
            #expect(place == parts.count)
            #expect(inPlace >= frame.payload.count - 1400, "all but what shares a datagram with the head")
        }
    }

    /// Data and parity are the same however the bytes are divided, whatever the symbols' size.
    @Test(arguments: [256, 300, 777, 1136, 1400])
    func partsMakeTheSameSymbols(size: Int) throws {
        let whole = FlightObject.frame(frame).encoded()
        for head in [0, 1, 255, 256, 1000, 79_000, whole.count - 1, whole.count] {
            let divided = EncodedObject(head: Array(whole[..<head]), image: Array(whole[head...]))
            var (one, other) = (
                try begun(EncodedObject(head: whole), size: size, queued: 5), try begun(divided, size: size, queued: 5)
            )
            while let fragment = one.nextFragment(at: MonotonicInstant(nanoseconds: 0)) {
                let same = other.nextFragment(at: MonotonicInstant(nanoseconds: 0))
                guard fragment == same else {
                    Issue.record("divided at \(head): symbol \(fragment.index) of block \(fragment.block) differs")
                    return
                }
            }
        }
    }
}
