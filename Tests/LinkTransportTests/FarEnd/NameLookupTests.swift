import NIOCore
import Testing

@testable import LinkTransport

@Suite struct NameLookupTests {
    @Test func whatIsWrittenAsAnAddressIsOne() {
        #expect(NameLookup.literal("192.0.2.7", port: 5)?.ipAddress == "192.0.2.7")
        #expect(NameLookup.literal("2001:db8::7", port: 5)?.ipAddress == "2001:db8::7")
        #expect(NameLookup.literal("[2001:db8::7]", port: 5)?.ipAddress == "2001:db8::7")
        #expect(NameLookup.literal("192.0.2.7", port: 5)?.port == 5)
        for name in ["localhost", "leitstelle.example", "192.0.2", "", "[192.0.2.7"] {
            #expect(NameLookup.literal(name, port: 5) == nil, "\(name)")
        }
    }

    /// What needs no name server: numbers, and a name that no name can have.
    @Test func answersAndFailuresCarryWords() throws {
        let found = try NameLookup.addresses(of: "127.0.0.1", port: 4711)
        #expect(found.map(\.ipAddress) == ["127.0.0.1"])
        #expect(found.map(\.port) == [4711])
        #expect(try NameLookup.addresses(of: "::1", port: 1).map(\.ipAddress) == ["::1"])
        #expect(throws: NameLookup.Failure.self) { try NameLookup.addresses(of: "..", port: 1) }
    }
}
