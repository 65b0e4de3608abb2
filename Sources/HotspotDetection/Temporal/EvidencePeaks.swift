import CHotspotKernels

extension EvidenceSums {
    /// Of one picture; later ones in reading order are left out.
    static let peaksLimit = 64

    /// Adds a picture's evidence, and appends the peaks that reach the threshold: the highest of each 5×5 pixels.
    mutating func gather(
        _ background: ContrastBackground, slack: Int16, threshold: Float, _ image: ThermalImage,
        into spots: inout [Hotspot]
    ) {
        let least = Int16(16 * threshold)
        // A little above the threshold, so that a sum which noise has brought there falls below it soon.
        add(background, slack: slack, cap: least + least / 4)
        for isCold in [false, true] {
            let plane = isCold ? coldest : warmest
            guard hotspot_highest(plane, Int32(plane.count)) >= least else { continue }
            for place in plane.indices where plane[place] >= least && isPeak(plane, place) {
                guard spots.count < Self.peaksLimit else { return }
                spots.append(spot(plane, place, background, image, isCold: isCold))
            }
        }
    }

    /// Whether nothing near is higher; of equals the first in reading order is the peak.
    private func isPeak(_ plane: [Int16], _ place: Int) -> Bool {
        let (x, y) = (place % width, place / width)
        for nearY in max(0, y - 2)...min(height - 1, y + 2) {
            for nearX in max(0, x - 2)...min(width - 1, x + 2) {
                let near = nearY * width + nearX
                if plane[near] > plane[place] || plane[near] == plane[place] && near < place { return false }
            }
        }
        return true
    }

    private func spot(
        _ plane: [Int16], _ place: Int, _ background: ContrastBackground, _ image: ThermalImage, isCold: Bool
    ) -> Hotspot {
        let (x, y) = (place % width, place / width)
        let columns = max(0, x - 1)...min(width - 1, x + 1), rows = max(0, y - 1)...min(height - 1, y + 1)
        var (weight, weightedX, weightedY) = (Float(0), Float(0), Float(0))
        var peak = image.values[place], most = Int32.min
        for nearY in rows {
            for nearX in columns {
                let near = nearY * width + nearX
                weight += Float(plane[near])
                weightedX += Float(plane[near]) * Float(nearX)
                weightedY += Float(plane[near]) * Float(nearY)
                peak = isCold ? min(peak, image.values[near]) : max(peak, image.values[near])
                most = max(most, isCold ? -background.excess(at: near) : background.excess(at: near))
            }
        }
        let contrast = max(0, most)
        return Hotspot(
            x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count,
            centroidX: weightedX / weight, centroidY: weightedY / weight, peak: peak,
            contrast: isCold ? -contrast : contrast, score: Float(plane[place]) / 16, area: columns.count * rows.count,
            isCold: isCold)
    }
}
