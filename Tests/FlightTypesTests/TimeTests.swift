import TestSupport
import FlightTypes
import Testing

@Suite struct TimeTests {
    private func at(_ nanoseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    @Test func ordinaryArithmetic() {
        #expect(at(5).advanced(by: .seconds(2)) == at(2_000_000_005))
        #expect(at(5).advanced(by: .nanoseconds(-7)) == at(-2))
        #expect(at(2_000_000_005).since(at(5)) == .seconds(2))
        #expect(at(5).since(at(2_000_000_005)) == .seconds(-2))
        #expect(at(1) < at(2))
        #expect(Duration.milliseconds(1500).milliseconds == 1500)
        #expect(Duration.seconds(-3).nanosecondsClamped == -3_000_000_000)
    }

    @Test func instantsSaturate() {
        #expect(at(.max).advanced(by: .nanoseconds(1)) == at(.max))
        #expect(at(.min).advanced(by: .nanoseconds(-1)) == at(.min))
        #expect(at(0).advanced(by: .seconds(Int64.max)) == at(.max))
        #expect(at(0).advanced(by: .seconds(Int64.min)) == at(.min))
        #expect(at(.max).since(at(.min)) == .nanoseconds(Int64.max))
        #expect(at(.min).since(at(.max)) == .nanoseconds(Int64.min))
        #expect(at(0).since(at(.min)) == .nanoseconds(Int64.max))
        #expect(at(-1).since(at(.max)) == .nanoseconds(Int64.min))
    }

    @Test func durationsSaturate() {
        #expect(Duration.nanoseconds(Int64.max).nanosecondsClamped == .max)
        #expect(Duration.nanoseconds(Int64.min).nanosecondsClamped == .min)
        #expect((Duration.nanoseconds(Int64.max) + .nanoseconds(1)).nanosecondsClamped == .max)
        #expect((Duration.nanoseconds(Int64.min) - .nanoseconds(1)).nanosecondsClamped == .min)
        #expect(Duration.seconds(Int64.max).nanosecondsClamped == .max)
        #expect(Duration.seconds(Int64.min).nanosecondsClamped == .min)
    }

    /// Whatever the instants are, `advanced(by: since)` leads back unless one of the two saturated.
    @Test func sinceAndAdvancedAreInverse() {
        var random = SplitMix(seed: 1)
        let edges: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for _ in 0..<10_000 {
            let a =
                Bool.random(using: &random) ? Int64(truncatingIfNeeded: random.next()) : edges[Int(random.next() % 7)]
            let b =
                Bool.random(using: &random) ? Int64(truncatingIfNeeded: random.next()) : edges[Int(random.next() % 7)]
            let back = at(a).advanced(by: at(b).since(at(a)))
            if !b.subtractingReportingOverflow(a).overflow { #expect(back == at(b)) }
            #expect((at(b).since(at(a)) > .zero) == (b > a))
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, 9.3e9, -9.3e9])
    func wallTimeBeyondItsRangeIsTheEpoch(seconds: Double) {
        #expect(WallTime(unixSeconds: seconds).nanoseconds == 0)
    }

    @Test func wallTime() {
        #expect(WallTime(unixSeconds: 1.5).nanoseconds == 1_500_000_000)
        #expect(WallTime(unixSeconds: -1.5).nanoseconds == -1_500_000_000)
        #expect(WallTime(nanoseconds: 2_500_000_000).unixSeconds == 2.5)
        #expect(WallTime(nanoseconds: 1) < WallTime(nanoseconds: 2))
    }
}

@Suite struct ByteReaderTests {
    @Test func integersOfEveryWidth() throws {
        var writer = ByteWriter()
        writer.write(UInt8.max)
        writer.write(Int8.min)
        writer.write(Int16.min)
        writer.write(UInt32(0x0102_0304))
        writer.write(Int64.min)
        writer.write(Float.infinity)
        writer.write(-0.5)
        // A slice that does not start at 0, as the link hands them in.
        let padded = [9, 9] + writer.bytes + [7]
        var reader = ByteReader(padded[2...])
        #expect(try reader.read(UInt8.self) == .max)
        #expect(try reader.read(Int8.self) == .min)
        #expect(try reader.read(Int16.self) == .min)
        #expect(try reader.read(UInt32.self) == 0x0102_0304)
        #expect(try reader.read(Int64.self) == .min)
        #expect(try reader.readFloat() == .infinity)
        #expect(try reader.readDouble() == -0.5)
        #expect(Array(reader.readRest()) == [7])
        #expect(reader.remaining == 0)
        #expect(throws: ByteReader.Malformed("integer")) { try reader.read(UInt8.self) }
    }

    @Test func countsBeyondTheEndAreRefused() {
        for count in [-1, 4, Int.max, Int.min] {
            var reader = ByteReader([1, 2, 3])
            #expect(throws: ByteReader.Malformed("bytes")) { try reader.readBytes(count) }
        }
    }
}
