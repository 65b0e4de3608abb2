/// Makes smaller copies of a camera's JPEG files for a slow link: coarser first, then with fewer pixels.
///
/// Each file is its own measure: its size at its own quality says how much detail is in the picture, and one
/// ``JPEGSizeModel`` a scale learns how sizes at that scale follow from it. So a change of the scene is met at once.
/// Keeps its memory from frame to frame; one reducer a camera, one thread at a time.
public struct JPEGReducer {
    /// A smaller copy, or the file itself where it fits.
    public struct Reduced: Hashable, Sendable {
        /// The JPEG file.
        public var bytes: [UInt8]
        /// Pixels.
        public var width: Int
        /// Pixels.
        public var height: Int
        /// JPEG quality of the copy, 20…95; of a file handed through, its own as estimated, 1…100.
        public var quality: Int
        /// Damage the copy hides: the decoder filled in what it could not read, or the file was cut off. Of a file
        /// handed through only the latter is known.
        public var isDamaged: Bool
    }

    /// Below this quality fewer pixels look better than coarser ones.
    private static let leastQuality = 30
    /// What a camera's quality is taken for where its tables do not say.
    private static let assumedQuality = 85
    private var scales = [Scale(1, of: 1), Scale(3, of: 4), Scale(1, of: 2), Scale(1, of: 4)]
    private let limits: ImageLimits
    private var planes: ScaledPlanes?

    /// A reducer that refuses files over `limits`.
    public init(limits: ImageLimits = .standard) { self.limits = limits }

    /// A copy of `jpeg` of about `budget` bytes, at most 1.25 times as many, and never larger than `jpeg`; nil when even
    /// a quarter of the width and height at quality 20 is larger.
    ///
    /// A file within the budget is handed through as it came, its pixels unseen. Encodes once as a rule, three times at
    /// most. Throws when the file breaks a limit or the format, or is of a colour space or sampling no camera uses; the
    /// models are then as before.
    public mutating func reduce(_ jpeg: [UInt8], toAtMost budget: Int) throws(ImageCodingError) -> Reduced? {
        let header = try JPEGHeader(of: jpeg, limits: limits)
        let tables = JPEGFrameTables(of: jpeg, firstScan: header.firstScanOffset)
        let picture = Picture(
            header, fileBytes: jpeg.count, quality: tables.quality ?? Self.assumedQuality, budget: budget)
        let itself = Reduced(
            bytes: jpeg, width: picture.width, height: picture.height, quality: picture.quality,
            isDamaged: !header.isComplete)
        guard jpeg.count > budget else { return itself }
        guard budget > 0 else { return nil }
        let file = header.hasHuffmanTables ? jpeg : try HuffmanTables.inserted(into: jpeg, limits: limits)
        let planes = if let kept = self.planes { kept } else { try ScaledPlanes() }
        self.planes = planes

        var tried: [Attempt] = []
        var step: Step? = plan(picture)
        while let next = step {
            let scale = scales[next.scale]
            if tried.last?.step.scale != next.scale {
                try planes.decode(
                    file, header: header, samplings: tables.samplings, numerator: scale.numerator,
                    denominator: scale.denominator)
            }
            let attempt = Attempt(step: next, bytes: try planes.encode(quality: next.quality))
            tried.append(attempt)
            step = attempt.bytes.count <= budget + budget / 4 ? nil : retry(attempt, number: tried.count, picture)
        }
        // What a damaged file leaves to encode says nothing of the camera.
        let isDamaged = planes.isDamaged || !header.isComplete
        if !isDamaged { for attempt in tried { learn(attempt, picture) } }
        guard let last = tried.last, last.bytes.count <= budget + budget / 4 else { return nil }
        // A file little over its budget may not get smaller.
        guard last.bytes.count < jpeg.count else { return itself }
        return Reduced(
            bytes: last.bytes, width: planes.width, height: planes.height, quality: last.step.quality,
            isDamaged: isDamaged)
    }

    /// The largest scale, from `first` on, at which the quality that fits is bearable; the smallest with what fits, or
    /// the least. `correction` is what sizes of this picture have turned out to be relative to the models'.
    private func plan(_ picture: Picture, from first: Int = 0, correction: Double = 1) -> Step {
        // Finer than the file itself would only code its own artefacts.
        let best = max(JPEGSizeModel.qualities.lowerBound, picture.quality)
        for index in first..<(scales.count - 1) {
            if let quality = fitting(picture, index, correction), quality >= Self.leastQuality {
                return Step(scale: index, quality: min(quality, best))
            }
        }
        return Step(
            scale: scales.count - 1, quality: min(fitting(picture, scales.count - 1, correction) ?? least.quality, best)
        )
    }
    private func fitting(_ picture: Picture, _ index: Int, _ correction: Double) -> Int? {
        scales[index].model.quality(
            forBytes: picture.budget - picture.headerBytes,
            pixels: picture.weight(at: scales[index], correction: correction))
    }
    private var least: Step { Step(scale: scales.count - 1, quality: JPEGSizeModel.qualities.lowerBound) }

    /// What to try after `failed` came out too large: once what its size teaches, then the least; nil when that was it.
    private func retry(_ failed: Attempt, number: Int, _ picture: Picture) -> Step? {
        if failed.step == least { return nil }
        if number > 1 { return least }
        let scale = scales[failed.step.scale]
        let predicted = scale.model.bytes(quality: failed.step.quality, pixels: picture.weight(at: scale)) ?? 1
        let correction = Double(failed.bytes.count - picture.headerBytes) / Double(max(1, predicted))
        return plan(picture, from: failed.step.scale, correction: max(1, correction))
    }

    private mutating func learn(_ attempt: Attempt, _ picture: Picture) {
        let scale = scales[attempt.step.scale]
        var model = scale.learnt ?? JPEGSizeModel()
        model.note(
            bytes: max(1, attempt.bytes.count - picture.headerBytes), quality: attempt.step.quality,
            pixels: picture.weight(at: scale))
        scales[attempt.step.scale].learnt = model
    }
}

private struct Step: Equatable {
    /// Index of the scale.
    var scale: Int
    var quality: Int
}

private struct Attempt {
    var step: Step
    var bytes: [UInt8]
}

/// A fraction the codec can decode at, and what is known of sizes there.
private struct Scale {
    let numerator: Int
    let denominator: Int
    var learnt: JPEGSizeModel?

    init(_ numerator: Int, of denominator: Int) { (self.numerator, self.denominator) = (numerator, denominator) }

    /// Takes a picture's weight in place of pixels. Untaught: detail per pixel is the same at every scale, within 7 % so
    /// on drone stills.
    var model: JPEGSizeModel { learnt ?? Self.untaught }
    private static let untaught: JPEGSizeModel = {
        var model = JPEGSizeModel()
        model.note(bytes: 1, quality: 75, pixels: 1)
        return model
    }()
}

/// What the choice depends on.
private struct Picture {
    let width: Int
    let height: Int
    /// The file's own, 1…100.
    let quality: Int
    /// Bytes.
    let budget: Int
    /// What the encoder writes in front of the scan, in bytes.
    let headerBytes: Int
    /// Bytes per pixel at quality 75, as far as the file's own size tells.
    private let detail: Double

    init(_ header: JPEGHeader, fileBytes: Int, quality: Int, budget: Int) {
        (width, height) = (Int(header.width), Int(header.height))
        (self.quality, self.budget) = (quality, budget)
        headerBytes = header.components == 1 ? 330 : 625
        // What stands before the scan, previews among it, says nothing of the picture's detail.
        detail =
            Double(fileBytes - header.firstScanOffset) / (JPEGSizeModel.shape(quality) * Double(width) * Double(height))
    }

    /// The bytes this picture would take at `scale` and quality 75 if detail per pixel were the same at every scale.
    func weight(at scale: Scale, correction: Double = 1) -> Int {
        let across = (width * scale.numerator + scale.denominator - 1) / scale.denominator
        let down = (height * scale.numerator + scale.denominator - 1) / scale.denominator
        return max(1, Int(exactly: (detail * Double(across) * Double(down) * correction).rounded()) ?? .max)
    }
}
