/// A small symmetric system of least squares, `matrix · step = gradient`, solved by Cholesky's method.
struct NormalEquations {
    private(set) var matrix: [[Double]]
    private(set) var gradient: [Double]

    init(count: Int) {
        matrix = Array(repeating: Array(repeating: 0, count: count), count: count)
        gradient = Array(repeating: 0, count: count)
    }
    /// Adds one equation: `slopes · step ≈ miss`, with this weight.
    mutating func add(slopes: [Double], miss: Double, weight: Double) {
        for row in slopes.indices where slopes[row] != 0 {
            let scaled = slopes[row] * weight
            gradient[row] += scaled * miss
            for column in 0...row where slopes[column] != 0 { matrix[row][column] += scaled * slopes[column] }
        }
    }
    /// The step with the diagonal enlarged by a share (Marquardt); nil if the matrix is not positive definite.
    func step(damping: Double) -> [Double]? {
        factor(damping: damping).map { Self.solve($0, gradient) }
    }
    /// Variances of the unknowns; nil if the matrix is not positive definite.
    var variances: [Double]? {
        guard let factor = factor(damping: 0) else { return nil }
        return gradient.indices.map { index in
            var unit = Array(repeating: 0.0, count: gradient.count)
            unit[index] = 1
            return Self.solve(factor, unit)[index]
        }
    }

    private func factor(damping: Double) -> [[Double]]? {
        var lower = matrix
        for row in lower.indices {
            for column in 0...row {
                var sum = matrix[row][column] * (row == column ? 1 + damping : 1)
                for inner in 0..<column { sum -= lower[row][inner] * lower[column][inner] }
                if row == column {
                    guard sum > 1e-14 * matrix[row][row], sum.isFinite else { return nil }
                    lower[row][row] = sum.squareRoot()
                } else {
                    lower[row][column] = sum / lower[column][column]
                }
            }
        }
        return lower
    }
    private static func solve(_ lower: [[Double]], _ right: [Double]) -> [Double] {
        var x = right
        for row in x.indices {
            for inner in 0..<row { x[row] -= lower[row][inner] * x[inner] }
            x[row] /= lower[row][row]
        }
        for row in x.indices.reversed() {
            for below in (row + 1)..<max(row + 1, x.count) { x[row] -= lower[below][row] * x[below] }
            x[row] /= lower[row][row]
        }
        return x
    }
}
