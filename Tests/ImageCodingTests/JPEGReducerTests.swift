import TestSupport
import ImageCoding
import Testing

@Suite struct JPEGReducerTests {
    /// From just under the file's size to a hundredth of its pixels' worth, from the first frame on.
    @Test(arguments: [75, 85, 92]) func hitsBudgets(_ quality: Int) throws {
        var reducer = JPEGReducer()
        var widths: [Int] = []
        for (seed, percent) in [95, 80, 60, 45, 35, 28, 22, 17, 13, 10, 8, 6, 5, 4].enumerated() {
            let file = try Textured.camera(seed: UInt64(seed), quality: quality)
            let budget = file.count * percent / 100
            let copy = try #require(try reducer.reduce(file, toAtMost: budget), "\(percent) %")
            let share = Double(copy.bytes.count) / Double(budget)
            #expect(share >= 0.5 && share <= 1.25, "\(percent) %: \(share) at quality \(copy.quality), \(copy.width)")
            #expect(copy.bytes.count < file.count && copy.quality <= quality && !copy.isDamaged)
            #expect(copy.quality >= 30 || copy.width == 160)
            let header = try JPEGHeader(of: copy.bytes)
            #expect(Int(header.width) == copy.width && Int(header.height) == copy.height && header.isComplete)
            widths.append(copy.width)
        }
        #expect(widths == widths.sorted(by: >) && Set(widths) == [640, 480, 320, 160])
    }
    /// A calm scene, then a busy one: the file's own size tells.
    @Test func meetsAChangeOfScene() throws {
        var reducer = JPEGReducer()
        for (seed, strength) in [6, 6, 40, 6, 40].enumerated() {
            let file = try Textured.camera(seed: UInt64(seed), strength: strength)
            let budget = file.count / 2
            let copy = try #require(try reducer.reduce(file, toAtMost: budget))
            #expect((0.5...1.25).contains(Double(copy.bytes.count) / Double(budget)))
        }
    }
    @Test func keepsThePicture() throws {
        let width = 320, height = 200
        let luma = Textured.plane(width: width, height: height, seed: 4, strength: 8)
        let file = try JPEGEncoder(quality: 90).encode(luma, layout: .grey, width: width, height: height)
        var reducer = JPEGReducer()
        for (percent, numerator) in [(60, 4), (26, 3), (16, 2), (5, 1)] {
            let copy = try #require(try reducer.reduce(file, toAtMost: file.count * percent / 100))
            #expect(copy.width == width * numerator / 4 && copy.height == height * numerator / 4)
            let shown = try JPEGDecoder.decodeLuma(copy.bytes).pixels
            let means = Self.means(luma, width, height, numerator, 4)
            #expect(meanDifference(shown, means) < 6, "\(numerator)/4")
        }
    }
    /// The mean brightness of the part of the picture each pixel of the scaled one stands for.
    static func means(_ luma: [UInt8], _ width: Int, _ height: Int, _ numerator: Int, _ denominator: Int) -> [UInt8] {
        (0..<height * numerator / denominator).flatMap { y in
            (0..<width * numerator / denominator).map { x -> UInt8 in
                var (sum, count) = (0, 0)
                for v in (y * denominator / numerator)..<max((y + 1) * denominator / numerator, 1) {
                    for u in (x * denominator / numerator)..<max((x + 1) * denominator / numerator, 1) {
                        sum += Int(luma[v * width + u])
                        count += 1
                    }
                }
                return UInt8(sum / max(1, count))
            }
        }
    }

    @Test(arguments: [0x11, 0x21, 0x12, 0x22, 0x41] as [UInt8], [(256, 144), (250, 141), (33, 17), (7, 5)])
    func takesEverySampling(_ sampling: UInt8, _ size: (Int, Int)) throws {
        let file = try Textured.stitched(
            width: size.0, height: size.1, sampling: sampling, seed: 5, quality: 90)
        var reducer = JPEGReducer()
        for percent in [80, 40, 20, 10] {
            let budget = file.count * percent / 100
            guard let copy = try reducer.reduce(file, toAtMost: budget) else {
                // Small pictures are mostly tables: nothing to save there.
                #expect(budget < 1300, "\(sampling) \(size) \(percent)")
                continue
            }
            #expect(copy.bytes.count <= budget + budget / 4 && !copy.isDamaged)
            let before = try JPEGDecoder.decodeLuma(file)
            let after = try JPEGDecoder.decodeLuma(copy.bytes)
            #expect(after.width == copy.width && after.height == copy.height)
            // Where a quarter of the width is no whole number, the last column weighs more than it should.
            #expect(abs(Self.mean(before.pixels) - Self.mean(after.pixels)) < (size.0 > 100 ? 1.5 : 8))
        }
    }
    static func mean(_ pixels: [UInt8]) -> Double {
        Double(pixels.reduce(0) { $0 + Int($1) }) / Double(max(1, pixels.count))
    }

    @Test func takesFramesWithoutHuffmanTables() throws {
        let file = try Textured.camera(seed: 6)
        let scan = try JPEGHeader(of: file).firstScanOffset
        let bare = [0xFF, 0xD8] + Textured.segments(of: file) { $0 != 0xC4 } + file[scan...]
        #expect(try !JPEGHeader(of: bare).hasHuffmanTables)
        var (one, other) = (JPEGReducer(), JPEGReducer())
        let copy = try #require(try one.reduce(bare, toAtMost: bare.count / 3))
        #expect(try JPEGHeader(of: copy.bytes).hasHuffmanTables && !copy.isDamaged)
        #expect(try other.reduce(file, toAtMost: bare.count / 3) == copy)
    }
    @Test func handsThroughWhatFits() throws {
        let file = try Textured.camera(width: 64, height: 48, seed: 7, quality: 60)
        var reducer = JPEGReducer()
        let whole = try #require(try reducer.reduce(file, toAtMost: file.count))
        #expect(whole.bytes == file && whole.width == 64 && whole.height == 48 && whole.quality == 60)
        #expect(try reducer.reduce(file, toAtMost: .max) == whole)
        // A byte too large: smaller or itself, never larger.
        let close = try #require(try reducer.reduce(file, toAtMost: file.count - 1))
        #expect(close.bytes.count <= file.count)
    }
    @Test(arguments: 1...100) func estimatesTheQuality(_ quality: Int) throws {
        let file = try JPEGEncoder(quality: quality).encode(
            [UInt8](repeating: 90, count: 64), layout: .grey, width: 8, height: 8)
        var reducer = JPEGReducer()
        let estimate = try #require(try reducer.reduce(file, toAtMost: .max)).quality
        // The coarsest scalings share a table where every step is clamped to 255.
        #expect(quality > 1 ? estimate == quality : estimate <= 1)
    }
    @Test func assumesAQualityForForeignTables() throws {
        var file = try Textured.camera(width: 64, height: 48, seed: 7)
        let table = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xDB })
        // Steps that fall towards high frequencies: nobody's scaling of annex K.
        for step in 0..<64 { file[table + 5 + step] = UInt8(200 - 3 * step) }
        var reducer = JPEGReducer()
        #expect(try reducer.reduce(file, toAtMost: .max)?.quality == 85)
    }
    @Test func saysWhenNothingFits() throws {
        let file = try Textured.camera(seed: 8)
        var reducer = JPEGReducer()
        for budget in [0, -1, .min, 1, 300, 700] { #expect(try reducer.reduce(file, toAtMost: budget) == nil) }
        // And is not led astray by that.
        #expect(try reducer.reduce(file, toAtMost: file.count / 2) != nil)
    }
    @Test func isDeterministic() throws {
        var (one, other) = (JPEGReducer(), JPEGReducer())
        for seed in 0..<6 {
            let file = try Textured.camera(width: 320, height: 240, seed: UInt64(seed))
            for percent in [50, 20, 8] {
                let budget = file.count * percent / 100
                #expect(try one.reduce(file, toAtMost: budget) == other.reduce(file, toAtMost: budget))
            }
        }
    }
    @Test func refusesOverTheLimits() throws {
        let file = try Textured.camera(width: 64, height: 48, seed: 9)
        var reducer = JPEGReducer(limits: ImageLimits(pixels: 64 * 48 - 1))
        #expect(throws: ImageCodingError.self) { try reducer.reduce(file, toAtMost: 1000) }
        #expect(throws: ImageCodingError.self) { try reducer.reduce([], toAtMost: 1000) }
        // Factors a raw plane decoder could trip over: no camera's, refused.
        let odd = try Textured.stitched(width: 64, height: 48, sampling: 0x31, seed: 9, quality: 90)
        var other = JPEGReducer()
        #expect(throws: ImageCodingError.self) { try other.reduce(odd, toAtMost: odd.count / 2) }
    }
    @Test func saysWhatItHides() throws {
        let file = try Textured.camera(seed: 10)
        var reducer = JPEGReducer()
        let cut = Array(file.prefix(file.count / 2))
        #expect(try reducer.reduce(cut, toAtMost: cut.count / 2)?.isDamaged != false)
        #expect(try reducer.reduce(cut, toAtMost: .max)?.isDamaged == true)
    }

    /// Cuts and changed bits of valid files of every sampling: refused, nil or a copy within the limit, never a trap.
    @Test(arguments: [nil, 0x11, 0x21, 0x22] as [UInt8?]) func survivesDamage(_ sampling: UInt8?) throws {
        var random = SplitMix(seed: 500)
        let file =
            if let sampling {
                try Textured.stitched(width: 72, height: 41, sampling: sampling, seed: 11, quality: 80)
            } else { try Textured.camera(width: 72, height: 41, seed: 11) }
        let limits = ImageLimits(pixels: 1_000_000)
        var reducer = JPEGReducer(limits: limits)
        var (copies, refusals) = (0, 0)
        for round in 0..<500 {
            var bytes = file
            if round % 4 == 0 { bytes = Array(bytes.prefix(Int.random(in: 0...file.count, using: &random))) }
            for _ in 0..<Int.random(in: round % 4 == 0 ? 0...1 : 1...6, using: &random) where !bytes.isEmpty {
                // Half of them in the header, where they hurt.
                let end = Bool.random(using: &random) ? min(700, bytes.count) : bytes.count
                bytes[Int.random(in: 0..<end, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            let budget = Int.random(in: 1...file.count, using: &random)
            do {
                guard let copy = try reducer.reduce(bytes, toAtMost: budget) else { continue }
                copies += 1
                #expect(copy.bytes.count <= budget + budget / 4 && copy.bytes.count <= bytes.count)
            } catch { refusals += 1 }
        }
        #expect(copies > 50 && refusals > 50)
        // Damage taught it nothing: a whole file is still met.
        let whole = try Textured.camera(seed: 12)
        let copy = try #require(try reducer.reduce(whole, toAtMost: whole.count / 2))
        #expect((0.5...1.25).contains(Double(copy.bytes.count) / Double(whole.count / 2)))
    }

    @Test(.enabled(if: Data.has("jpeg-hostile"))) func survivesForeignFiles() throws {
        var reducer = JPEGReducer()
        for path in Data.files(in: "jpeg-hostile") + Data.files(in: "jpeg-reference") where path.hasSuffix(".jpg") {
            let bytes = try Data.bytes(path)
            for divisor in [2, 12] {
                guard let copy = try? reducer.reduce(bytes, toAtMost: bytes.count / divisor) else { continue }
                let image = try JPEGDecoder.decodeLuma(copy.bytes)
                #expect(image.width == copy.width && image.height == copy.height && copy.bytes.count <= bytes.count)
            }
        }
    }
}
