import Scenario
import Testing

/// The hover of a coarse sensor is what its table says.
@Suite struct CoarseHoverTests {
    private func hover(
        _ seed: UInt64, _ thing: CoarseHover.Thing? = .head(kelvin: 6), height: Double = 5, isFollowing: Bool = false
    ) -> CoarseHover {
        CoarseHover(seed: seed, sensor: .narrow, heightMetres: height, thing: thing, isFollowing: isFollowing)
    }

    @Test func theSameSeedGivesTheSame() {
        #expect(hover(1).picture(200) == hover(1).picture(200) && hover(1).picture(200) != hover(2).picture(200))
        #expect(hover(1).picture(200) != hover(1).picture(201))
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func theThingComesUpAndStaysInThePictureForTwoSeconds(seed: UInt64) throws {
        for (thing, height, isFollowing) in [
            (CoarseHover.Thing.head(kelvin: 6), 5.0, false), (.head(kelvin: 6), 10, true), (.ember, 40, false),
        ] {
            let hover = hover(seed, thing, height: height, isFollowing: isFollowing)
            let first = hover.firstNumber
            #expect((144...160).contains(first) && hover.truth(in: first - 1) == nil)
            for number in first...first + 16 {
                let truth = try #require(hover.truth(in: number))
                #expect((0...31).contains(truth.x) && (0...23).contains(truth.y))
            }
        }
        #expect(hover(seed, nil).truth(in: 1000) == nil)
    }

    /// The mean over pictures shows the head where the truth says, as much warmer as its area lets it be.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func thePictureShowsIt(seed: UInt64) throws {
        let (with, without) = (hover(seed), hover(seed, nil))
        let number = with.firstNumber + 5, truth = try #require(with.truth(in: number))
        let (seen, bare) = (with.picture(number).values, without.picture(number).values)
        var (sum, weightedX, weightedY) = (0.0, 0.0, 0.0)
        for place in seen.indices {
            let excess = Double(seen[place]) - Double(bare[place])
            sum += excess
            weightedX += excess * Double(place % 32)
            weightedY += excess * Double(place / 32)
        }
        // 6 K over 1.17 pixels, 60…100 % shown.
        #expect((400...710).contains(sum))
        #expect(abs(weightedX / sum - truth.x) < 0.2 && abs(weightedY / sum - truth.y) < 0.2)
    }

    @Test func theWaterMovesAsStated() {
        #expect(abs(hover(1).motion.water - 1.5 / 8 / 0.15) < 1e-9 && hover(1).motion.ground == 0)
        let following = hover(1, isFollowing: true)
        #expect(following.motion.water == 0 && abs(following.motion.ground + 1.25) < 1e-9)
    }

    /// What a pixel shows in one picture says nothing about its neighbours in the next.
    @Test func noiseDoesNotComeBack() {
        let hover = hover(5, nil)
        let pictures = (0..<60).map { hover.picture($0).values.map(Double.init) }
        func correlation(_ shift: Int) -> Double {
            var (products, squares) = (0.0, 0.0)
            for number in 2..<58 {
                // Two pictures apart the chessboard is the same again.
                let now = difference(pictures[number + 1], pictures[number - 1])
                let before = difference(pictures[number], pictures[number - 2])
                for place in 40..<728 {
                    products += now[place + shift] * before[place]
                    squares += now[place + shift] * now[place + shift]
                }
            }
            return products / squares
        }
        func difference(_ one: [Double], _ other: [Double]) -> [Double] {
            let raw = zip(one, other).map(-)
            let mean = raw.reduce(0, +) / Double(raw.count)
            return raw.map { $0 - mean }
        }
        for shift in [-33, -32, -1, 0, 1, 32, 33] {
            #expect(abs(correlation(shift)) < 0.1, "\(shift) \(correlation(shift))")
        }
    }
}
