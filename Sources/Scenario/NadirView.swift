import Glibc

/// What a camera looking straight down sees: maps between pixels and the river's coordinates.
struct NadirView {
    let width: Int, height: Int
    /// Ground metres a pixel.
    let metresPerPixel: Double
    private let centre: RiverPlace
    private let sine: Double, cosine: Double

    /// Sizes are brought into 1…4096 and the field into 1…160 degrees.
    init(state: FlightPath.State, width: Int, height: Int, fieldOfViewDegrees: Double) {
        self.width = min(max(width, 1), 4096)
        self.height = min(max(height, 1), 4096)
        let field = fieldOfViewDegrees.isFinite ? min(max(fieldOfViewDegrees, 1), 160) : 60
        metresPerPixel = 2 * state.height * tan(field * .pi / 360) / Double(self.width)
        centre = state.place
        let turn = (state.yawDegrees - Scenario.flowDegrees) * .pi / 180
        sine = sin(turn)
        cosine = cos(turn)
    }
    /// The place under image coordinates; (0, 0) is the corner of the first pixel, (0.5, 0.5) its middle.
    func place(x: Double, y: Double) -> RiverPlace {
        let right = (x - Double(width) / 2) * metresPerPixel, up = (Double(height) / 2 - y) * metresPerPixel
        return RiverPlace(
            along: centre.along + up * cosine - right * sine, across: centre.across + up * sine + right * cosine)
    }
    /// Image coordinates of a place, which may lie outside the image.
    func pixel(of place: RiverPlace) -> (x: Double, y: Double) {
        let along = place.along - centre.along, across = place.across - centre.across
        return (
            Double(width) / 2 + (across * cosine - along * sine) / metresPerPixel,
            Double(height) / 2 - (along * cosine + across * sine) / metresPerPixel
        )
    }
    /// Change of place from one pixel to the next on the right, and on the line below.
    var step: (right: RiverPlace, down: RiverPlace) {
        (
            RiverPlace(along: -sine * metresPerPixel, across: cosine * metresPerPixel),
            RiverPlace(along: -cosine * metresPerPixel, across: -sine * metresPerPixel)
        )
    }
    /// Columns and rows that a circle of `radius` metres about `place` may touch; nil if it is out of the image.
    func bounds(of place: RiverPlace, radius: Double) -> (columns: Range<Int>, rows: Range<Int>)? {
        let pixel = pixel(of: place), reach = radius / metresPerPixel + 1
        guard pixel.x.magnitude < 1e7, pixel.y.magnitude < 1e7, reach < 1e7 else { return nil }
        let columns = max(0, Int(pixel.x - reach))..<max(0, min(width, Int(pixel.x + reach) + 1), Int(pixel.x - reach))
        let rows = max(0, Int(pixel.y - reach))..<max(0, min(height, Int(pixel.y + reach) + 1), Int(pixel.y - reach))
        guard !columns.isEmpty, !rows.isEmpty, columns.lowerBound < width, rows.lowerBound < height else { return nil }
        return (columns.clamped(to: 0..<width), rows.clamped(to: 0..<height))
    }
}
