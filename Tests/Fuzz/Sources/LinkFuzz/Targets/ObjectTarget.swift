import FlightTypes

/// A flight object's bytes. Whatever is readable must be stable: hashes of an object are taken over its bytes.
enum ObjectTarget {
    static func run(_ bytes: [UInt8]) {
        guard let object = try? FlightObject(decoding: bytes) else { return }
        let again = object.encoded()
        must(again.count == bytes.count, "an object is as long as what it was read from")
        guard let reread = try? FlightObject(decoding: again) else { fatalError("does not hold: an object rereads") }
        must(reread.encoded() == again, "an object's bytes are stable")
        must(reread.id == object.id && reread.captureTime == object.captureTime, "identity survives")
    }
}
