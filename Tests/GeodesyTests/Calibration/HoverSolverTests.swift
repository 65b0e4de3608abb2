import TestSupport
import Geodesy
import Testing

struct HoverSolverTests {
    private func errors(_ found: HoverCalibration, _ hover: SyntheticHover) -> [HoverParameter: Double] {
        let boresight = found.calibration.camera.boresight
        return [
            .roll: boresight.rollDegrees - hover.truth.rollDegrees,
            .pitch: boresight.pitchDegrees - hover.truth.pitchDegrees,
            .yaw: boresight.yawDegrees - hover.truth.yawDegrees,
            .timeOffset: found.calibration.timeOffsetMilliseconds - hover.timeOffsetMilliseconds,
        ]
    }

    @Test(arguments: 1...6)
    func aTypicalHoverGivesATenthOfADegreeAndTenMilliseconds(seed: UInt64) throws {
        var hover = SyntheticHover(seed: seed)
        hover.timeOffsetMilliseconds = [85, -140, 0, 320, 12, -333][Int(seed) - 1]
        let found = try hover.solved()
        #expect(found.leftAsItWas.isEmpty)
        for (parameter, error) in errors(found, hover) {
            #expect(error.magnitude <= (parameter == .timeOffset ? 10 : 0.1), "\(parameter) \(error)")
            let stated = try #require(found.standardErrors[parameter])
            #expect(stated > 0 && stated <= (parameter == .timeOffset ? 5 : 0.1), "\(parameter) \(stated)")
            #expect(error.magnitude <= 4 * stated, "\(parameter) \(error) stated \(stated)")
        }
        #expect((found.northMetres - hover.biasNorth).magnitude < 0.15)
        #expect((found.eastMetres - hover.biasEast).magnitude < 0.15)
        #expect(found.before.median > 4 && found.after.median < 1, "\(found.before) \(found.after)")
        #expect((Double(found.outliers) / Double(found.used) - hover.outliers).magnitude < 0.02)
        #expect(found.calibration.uncertainty.boresightDegrees < 0.1)
    }

    @Test func aGimbalHoverToo() throws {
        var hover = SyntheticHover(seed: 8)
        hover.gimbal = true
        let found = try hover.solved()
        #expect(found.leftAsItWas.isEmpty)
        for (parameter, error) in errors(found, hover) {
            #expect(error.magnitude <= (parameter == .timeOffset ? 10 : 0.1), "\(parameter) \(error)")
        }
    }

    @Test func aFifthOfOutliersIsBorne() throws {
        var hover = SyntheticHover(seed: 12)
        hover.outliers = 0.2
        for (parameter, error) in errors(try hover.solved(), hover) {
            #expect(error.magnitude <= (parameter == .timeOffset ? 10 : 0.15), "\(parameter) \(error)")
        }
    }

    /// Without a turn a displaced position and a crooked camera are the same picture.
    @Test func withoutATurnPitchAndYawStay() throws {
        var hover = SyntheticHover(seed: 2)
        hover.turns = 0
        let found = try hover.solved()
        #expect(found.leftAsItWas[.pitch]?.contains("turned by only") == true)
        #expect(found.leftAsItWas[.yaw]?.contains("turned by only") == true)
        #expect(found.calibration.camera.boresight.pitchDegrees == 0)
        #expect(found.calibration.camera.boresight.yawDegrees == 0)
        #expect(found.standardErrors[.pitch] == nil)
        #expect(found.calibration.uncertainty.boresightDegrees == 3)
        let errors = errors(found, hover)
        #expect(try #require(errors[.timeOffset]).magnitude < 10)
        // A position known to centimetres takes the doubt away.
        hover.biasNorth = 0.01
        hover.biasEast = 0
        hover.driftMetres = 0
        var exact = HoverAssumptions()
        exact.positionMetres = 0.02
        let sure = try hover.solved(exact)
        #expect(sure.leftAsItWas[.pitch] == nil && sure.leftAsItWas[.yaw] == nil)
    }

    @Test func withoutMotionTheTimeOffsetStays() throws {
        var hover = SyntheticHover(seed: 3)
        hover.rockDegrees = 0
        hover.wanderMetres = 0.02
        hover.turns = 0
        hover.attitudeDegrees = 0.05
        hover.biasNorth = 0
        hover.biasEast = 0
        do {
            let found = try hover.solved()
            #expect(found.leftAsItWas[.timeOffset]?.contains("px in half a second") == true)
            #expect(found.calibration.timeOffsetMilliseconds == 0)
        } catch HoverCalibrationError.nothingObservable(let reasons) {
            #expect(reasons[.timeOffset]?.contains("px in half a second") == true)
        }
    }

    @Test func refusesWhatCannotTell() throws {
        var short = SyntheticHover(seed: 4)
        short.seconds = 2.5
        let few = #expect(throws: HoverCalibrationError.self) { try short.solved() }
        if case .tooFewObservations(let withPose, let all) = few {
            #expect(withPose < 20 && all > 15)
        } else {
            Issue.record()
        }
        let hover = SyntheticHover(seed: 5)
        let poses = try #require(PoseLog(hover.poses())), calibration = try #require(SyntheticHover.calibration())
        #expect(throws: HoverCalibrationError.pointNotInView) {
            try HoverSolver.solve(
                observations: hover.observations(), poses: poses, point: SyntheticHover.point, pointAboveMetres: 50,
                calibration: calibration)
        }
        // Another clock altogether.
        let late = hover.observations().map { HoverObservation(seconds: $0.seconds + 5_000, pixel: $0.pixel) }
        #expect(throws: HoverCalibrationError.tooFewObservations(withPose: 0, of: late.count)) {
            try HoverSolver.solve(
                observations: late, poses: poses, point: SyntheticHover.point, calibration: calibration)
        }
    }

    /// Observations that have nothing to do with the poses are refused, whatever they happen to fit best.
    @Test(arguments: 0..<4)
    func nonsenseIsRefused(seed: UInt64) throws {
        let hover = SyntheticHover(seed: seed)
        var random = SplitMix(seed: seed)
        let poses = try #require(PoseLog(hover.poses())), calibration = try #require(SyntheticHover.calibration())
        let nonsense = (0..<200).map { step in
            HoverObservation(
                seconds: 1_010 + Double(step) / 2,
                pixel: ImagePoint(x: .random(in: 0...160, using: &random), y: .random(in: 0...120, using: &random)))
        }
        #expect(throws: HoverCalibrationError.notConverged) {
            try HoverSolver.solve(
                observations: nonsense, poses: poses, point: SyntheticHover.point, calibration: calibration)
        }
    }

    /// Values that no file holds, but a caller may hand over.
    @Test func numbersThatAreNoneCountAsNotSeen() throws {
        let hover = SyntheticHover(seed: 6)
        let poses = try #require(PoseLog(hover.poses())), calibration = try #require(SyntheticHover.calibration())
        let hostile = [Double.nan, .infinity, 1e300].flatMap { value in
            [
                HoverObservation(seconds: value, pixel: ImagePoint(x: 1, y: 1)),
                HoverObservation(seconds: 1_060, pixel: ImagePoint(x: value, y: 1)),
            ]
        }
        let found = try HoverSolver.solve(
            observations: hover.observations() + hostile, poses: poses, point: SyntheticHover.point,
            pointAboveMetres: SyntheticHover.pointAboveMetres, calibration: calibration)
        for (parameter, error) in errors(found, hover) {
            #expect(error.magnitude <= (parameter == .timeOffset ? 10 : 0.1), "\(parameter) \(error)")
        }
    }
}
