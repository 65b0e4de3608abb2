import FlightTypes
import Testing

@testable import LinkProtocol

private func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000)
}

@Suite struct EndpointBucketsTests {
    @Test func endpointsAreBounded() {
        var buckets = EndpointBuckets(rate: 2, burst: 4)
        for number in 0..<50_000 {
            let endpoint = LinkEndpoint(
                host: [UInt8(number >> 16), UInt8(number >> 8 & 255)], port: UInt16(number & 255))
            expect(buckets.take(endpoint, at: at(number / 20)), is: true)
            #expect(buckets.count <= 2 * EndpointBuckets.halfLimit)
        }
    }

    @Test func twoASecondAndFourAtOnceForEachPort() {
        var buckets = EndpointBuckets(rate: 2, burst: 4)
        var taken = [0, 0]
        for step in 0..<10_000 {
            for port in 0..<2 where buckets.take(LinkEndpoint(host: [1], port: UInt16(port)), at: at(step)) {
                taken[port] += 1
            }
        }
        #expect(taken == [23, 23] || taken == [24, 24])
    }

    @Test func failureCostsThreeSeconds() {
        var buckets = EndpointBuckets(rate: 2, burst: 4)
        let endpoint = LinkEndpoint(host: [1], port: 1)
        expect(buckets.take(endpoint, at: at(0)), is: true)
        buckets.failed(endpoint, at: at(0))
        expect(buckets.take(endpoint, at: at(2_700)), is: false)
        expect(buckets.take(endpoint, at: at(3_100)), is: true)
        expect(buckets.take(LinkEndpoint(host: [1], port: 2), at: at(0)), is: true)
    }
}
