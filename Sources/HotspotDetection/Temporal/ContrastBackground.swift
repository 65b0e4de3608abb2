import CHotspotKernels

/// What each pixel of a steady picture usually has more than its surroundings, how much that varies, and how far it stands above it now.
///
/// The contrast is linear and blind to what changes alike for all pixels or like a chessboard, so clouds, the sensor's drift and its
/// subpages do not count. Background and deviation follow slowly, and where something stands nearly not at all.
struct ContrastBackground: Sendable {
    /// Pictures that the background is the mean of at first, and as many after these for the deviation.
    static let warmUp = 64
    /// Pictures in a row that differ from the background nearly everywhere, before it is learned anew.
    private static let patience = 3
    private enum State { case gathering(Int), spreading(Int), ready }
    private var state = State.gathering(0)
    private var keepsDeviation = false
    private var jumps = 0
    /// Of what stands out in one picture with the next, over some sixty: sensors that renew a part of their pixels at a time and waves
    /// show the same twice.
    private(set) var correlation: Float = 0
    private(set) var width = 0, height = 0
    private var contrast: [Int32] = [], background: [Int32] = [], deviation: [Int32] = []
    private var workspace: [Int32] = []
    /// Sixteenths of a sigma, within ±64: behind ``guardCells`` zeros the picture, then half a pixel to the right, down, and both.
    private(set) var standing: [Int16] = []
    /// One sigma is never less, in the contrast's unit.
    private let floor: Int32
    /// How often it has begun anew because the picture did not fit it.
    private(set) var relearned = 0

    /// What a picture says.
    enum Verdict { case learning, unlike, steady }

    init(floor: Int32) { self.floor = floor }

    /// Zeros before each plane, so that one can begin up to a row and a column earlier.
    var guardCells: Int { width + 1 }
    /// Cells from one plane to the next.
    var planeStride: Int { width * height + guardCells }
    var isReady: Bool { if case .ready = state { true } else { false } }

    /// Everything anew for pictures of another size.
    mutating func resize(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        let count = width * height
        contrast = [Int32](repeating: 0, count: count)
        background = contrast
        deviation = contrast
        workspace = [Int32](repeating: 0, count: hotspot_contrast_workspace(Int32(width)))
        standing = [Int16](repeating: 0, count: 4 * planeStride)
        keepsDeviation = false
        restart()
    }

    /// The offsets may have jumped: the background is learned anew; the deviation stays where there was one.
    mutating func forgetOffsets() {
        keepsDeviation = keepsDeviation || isReady
        restart()
    }
    private mutating func restart() {
        state = .gathering(0)
        jumps = 0
        if !keepsDeviation { correlation = 0 }
        for place in background.indices { background[place] = 0 }
        if !keepsDeviation { for place in deviation.indices { deviation[place] = 0 } }
    }

    /// Measures a picture of the size set; ``standing`` is that of the last one that was compared. Where `warm` or `cold` reaches `hold`, the background stays nearly as it is.
    mutating func look(_ image: ThermalImage, warm: [Int16], cold: [Int16], hold: Int16) -> Verdict {
        hotspot_contrast(image.values, Int32(width), Int32(height), &contrast, &workspace)
        switch state {
        case .gathering(let number):
            gather(number)
            return .learning
        case .spreading(let number):
            spread(number)
            return .learning
        case .ready: return compare(warm: warm, cold: cold, hold: hold)
        }
    }

    /// What a pixel has more than its background, in the picture's unit.
    func excess(at place: Int) -> Int32 { (contrast[place] - background[place] >> 8) / 80 }

    private mutating func gather(_ number: Int) {
        for place in contrast.indices { background[place] += contrast[place] }
        guard number + 1 == Self.warmUp else { return state = .gathering(number + 1) }
        for place in background.indices { background[place] *= 256 / Int32(Self.warmUp) }
        state = keepsDeviation ? .ready : .spreading(0)
    }

    private mutating func spread(_ number: Int) {
        let pictures = Self.warmUp + number + 1
        for place in contrast.indices {
            let difference = contrast[place] - background[place] >> 8
            deviation[place] += abs(difference)
            // Of two extreme pictures it does not fit 32 bits.
            background[place] += Int32(Int(difference) * 256 / pictures)
        }
        guard number + 1 == Self.warmUp else { return state = .spreading(number + 1) }
        for place in deviation.indices {
            deviation[place] = min(deviation[place], 1 << 23) * (256 / Int32(Self.warmUp))
        }
        state = .ready
    }

    private mutating func compare(warm: [Int16], cold: [Int16], hold: Int16) -> Verdict {
        let (count, first, stride) = (width * height, guardCells, planeStride)
        var sums = hotspot_standing_sums()
        // Evidence that comes twice counts less: the variance of a sum grows by twice the correlation.
        let widening = 256 * (1 + 2 * min(max(correlation, 0), 1)).squareRoot()
        standing.withUnsafeMutableBufferPointer { standing in
            guard let base = standing.baseAddress else { return }
            let plane = base + first
            hotspot_standing(
                contrast, Int32(count), floor, Int32(widening), warm, cold, hold, &background, &deviation, plane, &sums)
            hotspot_halfway(
                plane, Int32(width), Int32(height), plane + stride, plane + 2 * stride, plane + 3 * stride)
        }
        // Of steady noise the mean distance is 0.8 sigma.
        guard 5 * sums.off > 6 * sums.sigmas else {
            jumps = 0
            if sums.squares > 0 { correlation += (Float(sums.products) / Float(sums.squares) - correlation) / 64 }
            return .steady
        }
        jumps += 1
        if jumps >= Self.patience {
            relearned &+= 1
            keepsDeviation = false
            restart()
        }
        return .unlike
    }
}
