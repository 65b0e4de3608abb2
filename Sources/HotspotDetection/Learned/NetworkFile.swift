import CHotspotKernels
import FlightTypes

/// A trained network as `scripts/train` writes it: docs/detector.md, "The network's file".
public struct NetworkFile: Hashable, Sendable {
    /// Parameters (weights and biases) at most: of a network for chips, and of one for whole pictures.
    public static let parametersLimit = 10_000, pictureParametersLimit = 100_000
    /// Planes of a layer at most.
    static let planesLimit = 96
    /// Layers at most.
    public static let layersLimit = 32
    /// Why a file is refused.
    public struct Malformed: Error, Hashable, CustomStringConvertible {
        /// What is wrong with it.
        public let description: String
        init(_ fact: String) { description = "the network cannot be used: \(fact)" }
    }

    /// Weights of one layer in the order that the kernel reads them.
    struct Weights: Hashable, Sendable {
        var outputs: Int, kernel: Int, dilation: Int
        var isRectified: Bool
        var weights: [Int16]
        var bias: [Int32], multipliers: [Int32], shifts: [Int32]

        func withLayer(_ body: (UnsafePointer<hotspot_layer>) -> Void) {
            weights.withUnsafeBufferPointer { weights in
                bias.withUnsafeBufferPointer { bias in
                    multipliers.withUnsafeBufferPointer { multipliers in
                        shifts.withUnsafeBufferPointer { shifts in
                            var layer = hotspot_layer(
                                outputs: Int32(outputs), kernel: Int32(kernel), dilation: Int32(dilation),
                                isRectified: isRectified ? 1 : 0, weights: weights.baseAddress, bias: bias.baseAddress,
                                multipliers: multipliers.baseAddress, shifts: shifts.baseAddress)
                            body(&layer)
                        }
                    }
                }
            }
        }
    }
    enum Operation: Hashable, Sendable {
        case convolution(Weights)
        case pool, double
        case join(Int)
    }
    struct Layer: Hashable, Sendable {
        var source: Int
        var operation: Operation
    }

    /// Edge of a chip in pixels; 0 for a network that takes whole pictures.
    public let edge: Int
    /// Turned copies of a chip that are averaged, 1…4.
    public let passes: Int
    /// Threshold on the summed logits, 1/256.
    public let pixelThreshold: Int
    /// Weights and biases.
    public let parameters: Int
    let inputs: Int
    /// What keeps candidates from getting a chip; without one all get theirs.
    let gate: CandidateGate?
    let layers: [Layer]
    /// Of each slot: planes, and how often it is halved. Slot 0 is the input, slot n + 1 what layer n gives.
    let planes: [Int], levels: [Int]

    /// The network for small targets in pictures of 8 bits: `scripts/train/small-targets.md` says what it was trained on and how well
    /// it does. Nil only if this program was built with a damaged one, which a test excludes.
    public static let smallTargets: NetworkFile? = {
        let bytes = UnsafeBufferPointer(start: hotspot_small_targets(), count: hotspot_small_targets_size())
        return try? NetworkFile(Array(bytes))
    }()

    /// The network for persons on land in pictures of 8 bits: `scripts/train/persons.md`. Nil as above.
    public static let persons: NetworkFile? = {
        let bytes = UnsafeBufferPointer(start: hotspot_persons(), count: hotspot_persons_size())
        return try? NetworkFile(Array(bytes))
    }()

    /// Reads a file; every length, slot and sum is checked.
    public init(_ bytes: [UInt8]) throws {
        do { try self.init(reading: bytes) } catch let cut as ByteReader.Malformed {
            throw Malformed("its \(cut.what) cannot be read")
        }
    }

    private init(reading bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        let isNetwork = try Array(reader.readBytes(4)) == Array("LBCN".utf8)
        let version = try reader.read(UInt16.self)
        guard isNetwork, version == 1 || version == 2 else {
            throw Malformed("not a network file of version 1 or 2")
        }
        edge = Int(try reader.read(UInt8.self))
        inputs = Int(try reader.read(UInt8.self))
        passes = Int(try reader.read(UInt8.self))
        let count = Int(try reader.read(UInt8.self))
        pixelThreshold = Int(Int16(bitPattern: try reader.read()))
        _ = try reader.read(UInt16.self)
        guard edge == 0 || (16...64).contains(edge), (1...(edge == 0 ? 4 : 2)).contains(inputs),
            (1...4).contains(passes),
            (1...Self.layersLimit).contains(count)
        else { throw Malformed("sizes out of range") }
        gate = version == 2 ? try CandidateGate(&reader) : nil
        guard version == 1 || gate != nil else { throw Malformed("its gate holds what is no number") }
        var layers: [Layer] = []
        var (planes, levels, parameters) = ([inputs], [0], gate == nil ? 0 : 5)
        // What the values of each slot are at most, in magnitude.
        var tops = [255]
        for _ in 0..<count {
            let (layer, outputs, level) = try Self.layer(&reader, planes, levels, tops)
            if case .convolution(let weights) = layer.operation {
                parameters += weights.outputs * (1 + planes[layer.source] * weights.kernel * weights.kernel)
            }
            guard parameters <= (edge == 0 ? Self.pictureParametersLimit : Self.parametersLimit) else {
                throw Malformed("more than 10,000 parameters, or 100,000 for whole pictures")
            }
            layers.append(layer)
            planes.append(outputs)
            tops.append(Self.top(of: layer, tops))
            levels.append(level)
        }
        guard reader.remaining == 0 else { throw Malformed("bytes behind the last layer") }
        guard planes.last == 1, edge == 0 || levels.last == 0, edge % (1 << (levels.max() ?? 0)) == 0 else {
            throw Malformed("no single output, or not one for each pixel of a chip")
        }
        (self.layers, self.planes, self.levels, self.parameters) = (layers, planes, levels, parameters)
    }

    private static func layer(
        _ reader: inout ByteReader, _ planes: [Int], _ levels: [Int], _ tops: [Int]
    ) throws -> (Layer, planes: Int, level: Int) {
        let operation = try reader.read(UInt8.self)
        let source = Int(try reader.read(UInt8.self)), second = Int(try reader.read(UInt8.self))
        let target = Int(try reader.read(UInt8.self))
        guard planes.indices.contains(source), planes.indices.contains(second), target == planes.count else {
            throw Malformed("a slot that is not there")
        }
        let (width, level) = (planes[source], levels[source])
        switch operation {
        case 1:
            let weights = try Self.weights(&reader, inputs: width, top: tops[source])
            return (Layer(source: source, operation: .convolution(weights)), weights.outputs, level)
        case 2 where level < 4: return (Layer(source: source, operation: .pool), width, level + 1)
        case 3 where level > 0: return (Layer(source: source, operation: .double), width, level - 1)
        case 4 where levels[second] == level && width + planes[second] <= planesLimit:
            return (Layer(source: source, operation: .join(second)), width + planes[second], level)
        default: throw Malformed("an operation that is not known or does not fit")
        }
    }

    private static func top(of layer: Layer, _ tops: [Int]) -> Int {
        switch layer.operation {
        case .convolution(let weights): weights.isRectified ? 255 : 32_768
        case .pool, .double: tops[layer.source]
        case .join(let second): max(tops[layer.source], tops[second])
        }
    }

    private static func weights(_ reader: inout ByteReader, inputs: Int, top: Int) throws -> Weights {
        let outputs = Int(try reader.read(UInt8.self)), stated = Int(try reader.read(UInt8.self))
        let kernel = Int(try reader.read(UInt8.self)), dilation = Int(try reader.read(UInt8.self))
        let isRectified = try reader.read(UInt8.self) != 0
        guard (1...planesLimit).contains(outputs), stated == inputs, kernel == 1 || kernel == 3,
            (1...2).contains(dilation)
        else {
            throw Malformed("a convolution out of range")
        }
        let taps = inputs * kernel * kernel
        let raw = Array(try reader.readBytes(outputs * taps)).map { Int16(Int8(bitPattern: $0)) }
        let group = Int(HOTSPOT_CONVOLVE_GROUP)
        var ordered = [Int16](repeating: 0, count: (outputs + group - 1) / group * group * taps)
        var bias: [Int32] = [], multipliers: [Int32] = [], shifts: [Int32] = []
        for output in 0..<outputs {
            for tap in 0..<taps {
                ordered[(output / group * taps + tap) * group + output % group] = raw[output * taps + tap]
            }
        }
        for output in 0..<outputs {
            let value = Int32(bitPattern: try reader.read())
            let largest = raw[output * taps..<(output + 1) * taps].reduce(0) { $0 + top * Int($1.magnitude) }
            guard Int(value.magnitude) + largest < 1 << 31 else { throw Malformed("sums beyond 32 bits") }
            bias.append(value)
        }
        for _ in 0..<outputs { multipliers.append(Int32(try reader.read(UInt16.self))) }
        for _ in 0..<outputs { shifts.append(Int32(try reader.read(UInt8.self))) }
        guard shifts.allSatisfy({ (1...40).contains($0) }) else { throw Malformed("a shift out of range") }
        return Weights(
            outputs: outputs, kernel: kernel, dilation: dilation, isRectified: isRectified, weights: ordered,
            bias: bias, multipliers: multipliers, shifts: shifts)
    }
}
