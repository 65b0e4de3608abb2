import Scenario
import Testing

/// Noise of one picture says nothing about that of the next, a pixel further or not.
@Suite struct NoiseTests {
    @Test(arguments: [-1, 0, 1])
    func picturesAreIndependent(shift: Int) {
        var sensor = WaterHover.Sensor.lepton
        // Hardly any waves beside it.
        sensor.noise = 2
        let hover = WaterHover(seed: 7, sensor: sensor, heightMetres: 40, headKelvin: nil)
        // Differences of pictures two apart: the fixed pattern falls out of them.
        let pictures = (0..<6).map { hover.picture($0).values.map(Double.init) }
        let (first, second) = (difference(pictures[0], pictures[2]), difference(pictures[1], pictures[3]))
        var (products, squares) = (0.0, 0.0)
        for place in 1..<first.count - 1 {
            products += first[place + shift] * second[place]
            squares += first[place] * first[place]
        }
        #expect(abs(products / squares) < 0.05, "\(products / squares)")
    }

    private func difference(_ one: [Double], _ other: [Double]) -> [Double] {
        let raw = zip(one, other).map(-)
        let mean = raw.reduce(0, +) / Double(raw.count)
        return raw.map { $0 - mean }
    }
}
