import CHotspotKernels

/// A small convolutional network with whole numbers only: 8-bit weights, 32-bit sums, the same bits on every machine.
///
/// It runs on a chip or a picture of any size; `NetworkFile` says what its layers are. Buffers grow to the largest picture and
/// stay.
struct LayerNetwork: Sendable {
    let file: NetworkFile
    /// Planes of slot 0, 1, …; see `hotspot_kernels.h`.
    private var slots: [[Int16]]
    private var size = (width: 0, height: 0)

    init(_ file: NetworkFile) {
        self.file = file
        slots = [[Int16]](repeating: [], count: file.layers.count + 1)
    }

    /// Pictures must have edges that are multiples of this.
    var granule: Int { 1 << (file.levels.max() ?? 0) }

    /// Runs the network on `width` × `height` values (multiples of `granule`, or nothing happens). `fill` gets for each input
    /// where its first value goes and how far apart rows are.
    mutating func run(
        width: Int, height: Int, fill: (_ input: Int, _ first: UnsafeMutablePointer<Int16>, _ stride: Int) -> Void
    ) {
        guard width > 0, height > 0, width % granule == 0, height % granule == 0 else { return }
        resize(width, height)
        let plane = hotspot_plane_size(Int32(width), Int32(height))
        slots[0].withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for input in 0..<file.inputs {
                let first = base + input * plane + hotspot_plane_origin(Int32(width))
                fill(input, first, hotspot_plane_stride(Int32(width)))
            }
        }
        for (number, layer) in file.layers.enumerated() { apply(layer, into: number + 1) }
    }

    /// What the last run gave: the first value of the last layer's first plane, and how far apart rows are.
    func withOutput<Result>(_ body: (_ first: UnsafePointer<Int16>, _ stride: Int) -> Result) -> Result? {
        guard let level = file.levels.last, let values = slots.last, !values.isEmpty else { return nil }
        let width = Int32(size.width >> level)
        return values.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { body($0 + hotspot_plane_origin(width), hotspot_plane_stride(width)) }
        }
    }

    /// Frames must be zero: with another size every buffer is a new one.
    private mutating func resize(_ width: Int, _ height: Int) {
        guard size != (width, height) else { return }
        size = (width, height)
        for slot in slots.indices {
            let level = file.levels[slot]
            let plane = hotspot_plane_size(Int32(width >> level), Int32(height >> level))
            slots[slot] = [Int16](repeating: 0, count: file.planes[slot] * plane)
        }
    }

    private mutating func apply(_ layer: NetworkFile.Layer, into target: Int) {
        // Taken out and put back, so that it is filled in place.
        var filled: [Int16] = []
        swap(&filled, &slots[target])
        let level = file.levels[layer.source]
        let (width, height) = (Int32(size.width >> level), Int32(size.height >> level))
        let planes = Int32(file.planes[layer.source])
        switch layer.operation {
        case .convolution(let weights):
            weights.withLayer { hotspot_convolve(slots[layer.source], planes, width, height, $0, &filled) }
        case .pool: hotspot_pool(slots[layer.source], planes, width, height, &filled)
        case .double: hotspot_double(slots[layer.source], planes, width, height, &filled)
        case .join(let second):
            let first = slots[layer.source].count
            filled.withUnsafeMutableBufferPointer { buffer in
                _ = buffer[..<first].update(fromContentsOf: slots[layer.source])
                _ = buffer[first...].update(fromContentsOf: slots[second])
            }
        }
        swap(&filled, &slots[target])
    }
}
