import Glibc

/// Boresight and time offset out of a hover over a known point.
///
/// Least squares of the pixel misses by Levenberg's and Marquardt's method, with Huber's weights ("Robust Estimation of a Location
/// Parameter", 1964) against outliers. The error that position and known point share is an unknown too, with a stated sigma:
/// without it a displaced position passes for a crooked camera. What the hover cannot tell stays as it was.
public struct HoverSolver: Sendable {
    /// Fewer observations are refused.
    public static let leastObservations = 20
    /// More are thinned out.
    public static let mostObservations = 5_000

    private let model: HoverModel
    private let start: CameraCalibration
    private let assumptions: HoverAssumptions
    private var free: [Bool]

    /// Finds what can be found. `pointAboveMetres` is the point's height above the plane the poses' heights count from.
    public static func solve(
        observations: [HoverObservation], poses: PoseLog, point: GeodeticPosition, pointAboveMetres: Double = 0,
        calibration: CameraCalibration, assumptions: HoverAssumptions = HoverAssumptions()
    ) throws(HoverCalibrationError) -> HoverCalibration {
        let range = assumptions.timeOffsetRangeMilliseconds / 1000
        let offset = calibration.timeOffsetMilliseconds / 1000
        let usable = observations.filter { seen in
            seen.pixel.x.magnitude <= 1e6 && seen.pixel.y.magnitude <= 1e6
                && [-range, 0, range].allSatisfy { poses.pose(at: seen.seconds - offset - $0) != nil }
        }.sorted { $0.seconds < $1.seconds }
        guard usable.count >= leastObservations else {
            throw .tooFewObservations(withPose: usable.count, of: observations.count)
        }
        let model = HoverModel(
            poses: poses, plane: LocalPlane(origin: point), pointAboveMetres: pointAboveMetres,
            camera: calibration.camera, observations: usable,
            knots: HoverModel.Knots(from: usable[0].seconds, to: usable[usable.count - 1].seconds)
        ).thinned(to: mostObservations)
        let solver = HoverSolver(model: model, start: calibration, assumptions: assumptions)
        return try solver.solution()
    }

    private init(model: HoverModel, start: CameraCalibration, assumptions: HoverAssumptions) {
        self.model = model
        self.start = start
        self.assumptions = assumptions
        free = Array(repeating: true, count: model.count)
    }

    private var before: HoverModel.Unknowns {
        let boresight = start.camera.boresight
        return [boresight.rollDegrees, boresight.pitchDegrees, boresight.yawDegrees, start.timeOffsetMilliseconds]
            + Array(repeating: 0, count: model.count - 4)
    }

    private func solution() throws(HoverCalibrationError) -> HoverCalibration {
        let first = model.misses(before)
        guard first.count * 2 >= model.observations.count else { throw .pointNotInView }
        var solver = self
        var reasons: [HoverParameter: String] = [:]
        var unknowns = gridStart()
        while true {
            let fit = try solver.fitted(from: unknowns)
            guard let worst = solver.leastObservable(fit) else {
                return try solver.result(fit, reasons, first)
            }
            // What is held is held at its old value, and what remains is fitted anew.
            reasons[worst] = model.reason(worst, fit.unknowns, sigma: fit.sigmas[worst.rawValue])
            solver.free[worst.rawValue] = false
            guard HoverParameter.allCases.contains(where: { solver.free[$0.rawValue] }) else {
                throw .nothingObservable(reasons)
            }
            unknowns = fit.unknowns
            unknowns[worst.rawValue] = before[worst.rawValue]
        }
    }

    // MARK: - Fit

    private struct Fit {
        var unknowns: HoverModel.Unknowns
        var sigmas: [Double]
        var noise: Double
    }

    /// The best of evenly spaced time offsets, with angles fitted to a part of the observations at each: a picture that swings
    /// back and forth has more than one time at which it nearly fits.
    private func gridStart() -> HoverModel.Unknowns {
        var coarse = HoverSolver(model: model.thinned(to: 120), start: start, assumptions: assumptions)
        coarse.free[HoverModel.timeOffset] = false
        let range = max(0, min(2000, assumptions.timeOffsetRangeMilliseconds))
        var best = (unknowns: before, cost: Double.infinity)
        for step in -10...10 {
            var unknowns = before
            unknowns[HoverModel.timeOffset] += range * Double(step) / 10
            unknowns = coarse.descended(from: unknowns, noise: 1, steps: 4)
            let cost = coarse.cost(unknowns, noise: 1)
            if cost < best.cost { best = (unknowns, cost) }
        }
        return best.unknowns
    }

    private func fitted(from start: HoverModel.Unknowns) throws(HoverCalibrationError) -> Fit {
        var unknowns = start
        var noise = noise(unknowns)
        for _ in 0..<12 {
            unknowns = descended(from: unknowns, noise: noise, steps: 20)
            let settled = self.noise(unknowns)
            let change = (settled / noise - 1).magnitude
            noise = settled
            if change < 0.005 { break }
        }
        guard let variances = equations(unknowns, noise: noise).variances, noise.isFinite,
            noise <= max(2, Double(model.camera.width) / 20), unknowns.allSatisfy(\.isFinite),
            model.misses(unknowns).count * 2 >= model.observations.count
        else { throw .notConverged }
        let dependence = dependence(unknowns)
        return Fit(
            unknowns: unknowns, sigmas: variances.map { ($0 * dependence).squareRoot() }, noise: noise)
    }

    private func descended(from start: HoverModel.Unknowns, noise: Double, steps: Int) -> HoverModel.Unknowns {
        var unknowns = start
        var cost = cost(unknowns, noise: noise)
        var damping = 1e-4
        for _ in 0..<steps {
            let equations = equations(unknowns, noise: noise)
            var moved = false
            while !moved, damping < 1e8 {
                if let step = equations.step(damping: damping) {
                    let trial = zip(unknowns, step).map { $0 + $1 }
                    let trialCost = self.cost(trial, noise: noise)
                    if trialCost < cost {
                        moved = cost - trialCost > 1e-9 * cost
                        (unknowns, cost) = (trial, trialCost)
                        damping = max(damping / 10, 1e-9)
                        if !moved { return unknowns }
                        continue
                    }
                }
                damping *= 10
            }
            guard moved else { return unknowns }
        }
        return unknowns
    }

    /// What is assumed before anything was seen: `unknowns[index]`, less `unknowns[from]` where that is given, is `value` within
    /// `sigma`. The hover's own parameters are as good as free.
    private struct Prior {
        var index: Int
        var from: Int?
        var value: Double
        var sigma: Double
    }
    private var priors: [Prior] {
        let before = before
        let sigmas = [30, 30, 30, 2_000, assumptions.heightMetres, start.uncertainty.focalLengthPercent]
        var priors = sigmas.enumerated().map {
            Prior(index: $0.offset, value: before[$0.offset], sigma: max($0.element, 1e-3))
        }
        let drift = max(assumptions.driftMetresPerMinute * (model.knots.spacing / 60).squareRoot(), 1e-3)
        for first in [HoverModel.firstKnot, HoverModel.firstKnot + model.knots.count] {
            priors.append(Prior(index: first, value: 0, sigma: max(assumptions.positionMetres, 1e-3)))
            for knot in 1..<model.knots.count {
                priors.append(Prior(index: first + knot, from: first + knot - 1, value: 0, sigma: drift))
            }
        }
        return priors
    }

    private func equations(_ unknowns: HoverModel.Unknowns, noise: Double) -> NormalEquations {
        var equations = NormalEquations(count: model.count)
        for observation in model.observations {
            guard let miss = model.miss(observation, unknowns),
                let slopes = model.slopes(observation, unknowns, free: free)
            else { continue }
            let weight = Self.weight(miss, noise) / (noise * noise)
            equations.add(slopes: slopes.x, miss: miss.x, weight: weight)
            equations.add(slopes: slopes.y, miss: miss.y, weight: weight)
        }
        for prior in priors {
            var slope = Array(repeating: 0.0, count: model.count)
            slope[prior.index] = 1
            if let from = prior.from { slope[from] = -1 }
            // One that is held must not move: it is given no doubt at all.
            equations.add(
                slopes: slope, miss: free[prior.index] ? -excess(prior, unknowns) : 0,
                weight: free[prior.index] ? 1 / (prior.sigma * prior.sigma) : 1e12)
        }
        return equations
    }

    private func cost(_ unknowns: HoverModel.Unknowns, noise: Double) -> Double {
        var sum = 0.0
        for observation in model.observations {
            // What cannot be seen from there costs as much as a grave outlier.
            guard let miss = model.miss(observation, unknowns) else {
                sum += Self.huber * 1000
                continue
            }
            let distance = hypot(miss.x, miss.y) / noise
            sum += distance <= Self.huber ? distance * distance / 2 : Self.huber * (distance - Self.huber / 2)
        }
        for prior in priors {
            let distance = excess(prior, unknowns) / prior.sigma
            sum += distance * distance / 2
        }
        return sum.isFinite ? sum : .infinity
    }

    private func excess(_ prior: Prior, _ unknowns: HoverModel.Unknowns) -> Double {
        unknowns[prior.index] - (prior.from.map { unknowns[$0] } ?? 0) - prior.value
    }

    /// Distances beyond this many sigmas count less: two coordinates' share of Huber's usual 1.345 for one.
    private static let huber = 2.0
    private static func weight(_ miss: ImagePoint, _ noise: Double) -> Double {
        min(1, huber * noise / max(hypot(miss.x, miss.y), 1e-12))
    }
    /// Sigma of one coordinate by the median, which outliers do not move; at least a fiftieth of a pixel.
    private func noise(_ unknowns: HoverModel.Unknowns) -> Double {
        let sizes = model.misses(unknowns).flatMap { [$0.x.magnitude, $0.y.magnitude] }.sorted()
        return max(1.4826 * (sizes.isEmpty ? 1 : sizes[sizes.count / 2]), 0.02)
    }
    /// By how much variances grow because neighbours err alike: (1 + ρ)/(1 − ρ) for misses that follow each other with ρ.
    private func dependence(_ unknowns: HoverModel.Unknowns) -> Double {
        let limit = Self.huber * noise(unknowns)
        let misses = model.misses(unknowns).map {
            ImagePoint(x: max(-limit, min(limit, $0.x)), y: max(-limit, min(limit, $0.y)))
        }
        let products = zip(misses, misses.dropFirst()).map { $0.x * $1.x + $0.y * $1.y }.reduce(0, +)
        let squares = misses.map { $0.x * $0.x + $0.y * $0.y }.reduce(0, +)
        let likeness = squares > 0 ? max(0, min(0.98, products / squares)) : 0
        return (1 + likeness) / (1 - likeness)
    }

    // MARK: - Verdict

    /// The free parameter that is known worst against its limit, if any is beyond it.
    private func leastObservable(_ fit: Fit) -> HoverParameter? {
        // Noise of the pose log moves the point too; only what is clearly more than noise tells time.
        if free[HoverModel.timeOffset], model.swing(fit.unknowns) < 3 * fit.noise { return .timeOffset }
        let shares = HoverParameter.allCases.filter { free[$0.rawValue] }.map { parameter in
            let limit =
                parameter == .timeOffset ? assumptions.timeLimitMilliseconds : assumptions.angleLimitDegrees
            return (parameter, fit.sigmas[parameter.rawValue] / limit)
        }
        guard let worst = shares.max(by: { $0.1 < $1.1 }), worst.1 > 1 else { return nil }
        return worst.0
    }

    private func mean(_ unknowns: HoverModel.Unknowns, _ offset: Int) -> Double {
        let first = HoverModel.firstKnot + offset
        return unknowns[first..<first + model.knots.count].reduce(0, +) / Double(model.knots.count)
    }
    private func result(_ fit: Fit, _ reasons: [HoverParameter: String], _ first: [ImagePoint])
        throws(HoverCalibrationError) -> HoverCalibration
    {
        let unknowns = fit.unknowns
        var calibration = start
        calibration.camera.boresight = Boresight(
            rollDegrees: unknowns[0], pitchDegrees: unknowns[1], yawDegrees: unknowns[2])
        guard calibration.camera.boresight.isPlausible else { throw .boresightImplausible }
        calibration.timeOffsetMilliseconds = unknowns[HoverModel.timeOffset]
        var errors: [HoverParameter: Double] = [:]
        for parameter in HoverParameter.allCases where free[parameter.rawValue] {
            errors[parameter] = fit.sigmas[parameter.rawValue]
        }
        if let time = errors[.timeOffset] { calibration.uncertainty.timeOffsetMilliseconds = time }
        let angles = [HoverParameter.roll, .pitch, .yaw].map { errors[$0] ?? start.uncertainty.boresightDegrees }
        calibration.uncertainty.boresightDegrees = angles.max() ?? 0
        let misses = model.misses(unknowns)
        return HoverCalibration(
            calibration: calibration, standardErrors: errors, leftAsItWas: reasons,
            northMetres: mean(unknowns, 0), eastMetres: mean(unknowns, model.knots.count),
            upMetres: unknowns[HoverModel.up], before: HoverResiduals(first), after: HoverResiduals(misses),
            used: misses.count, outliers: misses.count { hypot($0.x, $0.y) > 4 * fit.noise }, noisePixels: fit.noise)
    }
}

extension HoverResiduals {
    fileprivate init(_ misses: [ImagePoint]) {
        let lengths = misses.map { hypot($0.x, $0.y) }.sorted()
        median = lengths.isEmpty ? 0 : lengths[lengths.count / 2]
        ninetyPercent = lengths.isEmpty ? 0 : lengths[lengths.count * 9 / 10]
    }
}
