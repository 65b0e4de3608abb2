import Scenario
import Testing

/// What is on the water beside a head is what the table says.
@Suite struct WaterClutterTests {
    private func hover(_ seed: UInt64) -> WaterHover {
        WaterHover(seed: seed, sensor: .lepton, heightMetres: 40, headKelvin: nil, hasClutter: true)
    }

    @Test func glintsLiveAFifthOfASecondAndEverythingElseStays() throws {
        for seed in UInt64(0)..<20 {
            let clutter = try #require(hover(seed).clutter)
            var glints: [Double: Int] = [:]
            let others = clutter.things(at: 0).count { $0.kind != .glint }
            for step in 0..<1000 {
                let things = clutter.things(at: Double(step) / 100)
                for glint in things where glint.kind == .glint { glints[glint.x, default: 0] += 1 }
                #expect(things.count { $0.kind != .glint } == others)
            }
            #expect((27...31).contains(glints.count) && glints.values.allSatisfy { $0 <= 21 })
        }
    }

    @Test func everyKindComesAndMovesAsStated() throws {
        var kinds: Set<WaterThing.Kind> = []
        for seed in UInt64(0)..<60 {
            let clutter = try #require(hover(seed).clutter)
            let (now, later) = (clutter.things(at: 10), clutter.things(at: 11))
            kinds.formUnion(now.map(\.kind))
            for (one, two) in zip(now.filter { $0.kind != .glint }, later.filter { $0.kind != .glint }) {
                #expect(one.kind == two.kind)
                let speed = ((two.x - one.x) * (two.x - one.x) + (two.y - one.y) * (two.y - one.y)).squareRoot()
                switch one.kind {
                case .duck: #expect((0.85...2.15).contains(speed))
                case .boat, .engine: #expect(abs(speed - 0.8) < 1e-9 && two.x < one.x)
                case .outfall: #expect(speed == 0)
                case .head, .glint: Issue.record("no \(one.kind) here")
                }
            }
        }
        #expect(kinds.isSuperset(of: [.duck, .boat, .engine, .outfall]))
    }

    /// The picture shows them: warmer where an outfall is than without.
    @Test func thePictureShowsThem() throws {
        for seed in UInt64(0)..<60 {
            let with = hover(seed)
            guard let fall = with.clutter?.things(at: 0).first(where: { $0.kind == .outfall }) else { continue }
            let bare = WaterHover(seed: seed, sensor: .lepton, heightMetres: 40, headKelvin: nil)
            let x = Int((fall.x / with.metresPerPixel + 79.5).rounded())
            let y = Int((fall.y / with.metresPerPixel + 59.5).rounded())
            let warmer = Int(with.picture(0).values[y * 160 + x]) - Int(bare.picture(0).values[y * 160 + x])
            #expect((120...400).contains(warmer))
        }
    }
}
