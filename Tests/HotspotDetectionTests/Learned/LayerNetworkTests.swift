import TestSupport
import CHotspotKernels
import Testing

@testable import HotspotDetection

/// Layers beside the plainest code that says the same, and network files that nobody should have written.
@Suite struct LayerNetworkTests {
    /// A file of one convolution with random weights, and what it must give.
    private struct OneLayer {
        var inputs: Int, outputs: Int, kernel: Int, dilation: Int
        var isRectified: Bool
        var weights: [Int8], bias: [Int32], multipliers: [UInt16], shifts: [UInt8]

        init(_ random: inout SplitMix) {
            (inputs, kernel, dilation) = (1 + random.below(2), random.below(2) == 0 ? 1 : 3, 1 + random.below(2))
            outputs = 1
            isRectified = random.below(2) == 0
            weights = (0..<inputs * kernel * kernel).map { _ in Int8(random.below(255) - 127) }
            bias = [Int32(random.below(20_000) - 10_000)]
            multipliers = [UInt16(random.below(65_536))]
            shifts = [UInt8(1 + random.below(30))]
        }
        var file: [UInt8] {
            var bytes = Array("LBCN".utf8) + [1, 0, 0, UInt8(inputs), 1, 1, 0, 0, 0, 0, 1, 0, 0, 1]
            bytes += [UInt8(outputs), UInt8(inputs), UInt8(kernel), UInt8(dilation), isRectified ? 1 : 0]
            bytes += weights.map { UInt8(bitPattern: $0) }
            for value in bias { bytes += (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
            for value in multipliers {
                bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
            }
            return bytes + shifts
        }
        func value(_ x: Int, _ y: Int, width: Int, height: Int, _ input: (Int, Int, Int) -> Int) -> Int {
            var sum = Int(bias[0])
            for channel in 0..<inputs {
                for down in 0..<kernel {
                    for across in 0..<kernel {
                        let (fromX, fromY) = (
                            x + (across - kernel / 2) * dilation, y + (down - kernel / 2) * dilation
                        )
                        guard (0..<width).contains(fromX), (0..<height).contains(fromY) else { continue }
                        let weight = Int(weights[(channel * kernel + down) * kernel + across])
                        sum += weight * input(channel, fromX, fromY)
                    }
                }
            }
            let scaled = (sum * Int(multipliers[0]) + 1 << (Int(shifts[0]) - 1)) >> Int(shifts[0])
            return isRectified ? min(max(scaled, 0), 255) : min(max(scaled, -32_768), 32_767)
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func aConvolutionIsWhatItSays(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let one = OneLayer(&random)
        let (width, height) = (1 + random.below(50), 1 + random.below(20))
        let values = (0..<one.inputs * width * height).map { _ in Int16(random.below(256) - 128) }
        var network = LayerNetwork(try NetworkFile(one.file))
        // Twice: frames must still be zero the second time.
        for _ in 0..<2 {
            network.run(width: width, height: height) { input, first, stride in
                for y in 0..<height {
                    for x in 0..<width { first[y * stride + x] = values[(input * height + y) * width + x] }
                }
            }
        }
        let wrong = network.withOutput { first, stride in
            (0..<width * height).count { place in
                let (x, y) = (place % width, place / width)
                let wanted = one.value(x, y, width: width, height: height) {
                    Int(values[($0 * height + $2) * width + $1])
                }
                return Int(first[y * stride + x]) != wanted
            }
        }
        #expect(wrong == 0)
    }

    @Test func theNetworkInTheProgramIsWhole() throws {
        let network = try #require(NetworkFile.smallTargets)
        #expect(network.parameters <= NetworkFile.parametersLimit && network.edge == 48)
    }

    @Test func damagedFilesAreRefusedOrRun() throws {
        let bytes = Array(UnsafeBufferPointer(start: hotspot_small_targets(), count: hotspot_small_targets_size()))
        for length in 0..<bytes.count where length < 200 || length % 97 == 0 {
            #expect(throws: NetworkFile.Malformed.self) { try NetworkFile(Array(bytes.prefix(length))) }
        }
        #expect(throws: NetworkFile.Malformed.self) { try NetworkFile(bytes + [0]) }
        let image = try #require(
            ThermalImage(width: 70, height: 50, values: (0..<3500).map { UInt16($0 * 7919 % 251) }))
        var random = SplitMix(seed: 9)
        var accepted = 0
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0...random.below(3) {
                // Mostly the structure: the weights may be anything.
                let index = random.below(3) == 0 ? random.below(bytes.count) : random.below(40)
                damaged[index] = UInt8(random.below(256))
            }
            guard let network = try? NetworkFile(damaged) else { continue }
            accepted += 1
            var detector = HotspotDetector(configuration: .chips, network: network)
            _ = detector.mask(of: image)
        }
        #expect(accepted > 0)
    }

    /// Sizes that no chip fits into, and values that no 8-bit picture has.
    @Test(arguments: [(1, 1), (1, 90), (90, 1), (47, 13), (300, 200)])
    func everySizeAndValue(width: Int, height: Int) throws {
        let network = try #require(NetworkFile.smallTargets)
        var detector = HotspotDetector(configuration: .chips, network: network)
        for values in extremes(width * height) {
            let image = try #require(ThermalImage(width: width, height: height, values: values))
            let (first, second) = (detector.mask(of: image), detector.mask(of: image))
            #expect(first == second && first.allSatisfy { $0 == 0 || $0 == 255 })
        }
    }
}
