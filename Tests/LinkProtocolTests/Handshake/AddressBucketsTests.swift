import FlightTypes
import Testing

@testable import LinkProtocol

@Suite struct AddressBucketsTests {
    @Test func addressesAreBounded() {
        var buckets = AddressBuckets()
        var now = MonotonicInstant(nanoseconds: 0)
        for number in 0..<3_000 {
            now = now.advanced(by: .microseconds(100))
            expect(
                buckets.take(LinkEndpoint(host: [UInt8(number >> 8), UInt8(number & 0xFF)], port: 1), at: now), is: true
            )
            #expect(buckets.count <= AddressBuckets.limit)
        }
    }

    @Test func twentyASecondAndFiveAtOnceWhateverThePort() {
        var buckets = AddressBuckets()
        var taken = 0
        for step in 0..<10_000 {
            let now = MonotonicInstant(nanoseconds: Int64(step) * 1_000_000)
            if buckets.take(LinkEndpoint(host: [1, 2], port: UInt16(step)), at: now) { taken += 1 }
        }
        #expect((195...205).contains(taken))
    }
}
