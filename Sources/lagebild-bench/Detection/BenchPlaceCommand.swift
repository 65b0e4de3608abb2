import ArgumentParser
import Foundation
import Geodesy
import NetworkImpairment

struct BenchPlaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Measure how far off places on the water are, and whether the stated error is honest.",
        discussion: """
            A camera at 60 m looks at a place; position, height, attitude, direction and time of the pose are off by errors of the \
            stated sigmas. CE50 and CE90 are the radii that hold half and nine tenths of the errors; the ellipse and the circle say \
            how many true places lie inside the stated 90 %.

            Example: lagebild-bench place --trials 100000
            """)
    @Option(help: "Poses a row.") var trials = 100_000
    @Option(help: "Seed.") var seed: UInt64 = 1
    @Option(help: "Height above the water, metres.") var height = 60.0

    func validate() throws {
        guard (100...10_000_000).contains(trials), height > 1, height <= 1000 else {
            throw ValidationError("trials 100 to 10,000,000, height 1 to 1000")
        }
    }

    func run() {
        print("height \(Int(height)) m, \(trials) poses a row, seed \(seed)")
        print("errors    off nadir   CE50    CE90   in the ellipse   in the circle")
        for (name, errors) in [("typical", PlacementErrors.typical), ("rtk", .rtk)] {
            for offNadir in [0.0, 15, 30, 45] { row(name, errors, offNadir) }
        }
    }

    private func row(_ name: String, _ errors: PlacementErrors, _ offNadir: Double) {
        guard
            let camera = CameraModel(
                width: 640, height: 512, horizontalFieldOfViewDegrees: 32, mountPitchDegrees: -90)
        else { return }
        var random = SeededGenerator(seed: seed)
        func normal() -> Double {
            (-2 * log(max(random.unit(), 1e-300))).squareRoot() * cos(2 * .pi * random.unit())
        }
        let middle = ImagePoint(x: 320, y: 256)
        let home = GeodeticPosition(latitude: 51.4466, longitude: 6.7182)
        var distances: [Double] = []
        var (inEllipse, inCircle) = (0, 0)
        for _ in 0..<trials {
            let yaw = random.unit() * 360, course = random.unit() * 2 * .pi
            let truth = CameraPose(
                position: home, heightMetres: height, rollDegrees: 0, pitchDegrees: offNadir, yawDegrees: yaw)
            let moved = errors.motionMetres * 2.0.squareRoot() * normal()
            let stated = CameraPose(
                position: LocalPlane(origin: home).position(
                    east: errors.positionMetres * normal() + moved * sin(course),
                    north: errors.positionMetres * normal() + moved * cos(course)),
                heightMetres: height + errors.heightMetres * normal(), rollDegrees: errors.tiltDegrees * normal(),
                pitchDegrees: offNadir + errors.tiltDegrees * normal(), yawDegrees: yaw + errors.yawDegrees * normal())
            // The target lies anywhere in the pixel that the camera names.
            let target = ImagePoint(x: middle.x + random.unit() - 0.5, y: middle.y + random.unit() - 0.5)
            guard case .success(let there) = place(target, camera: camera, pose: truth, errors: errors),
                case .success(let said) = place(middle, camera: camera, pose: stated, errors: errors)
            else { continue }
            let off = LocalPlane(origin: said.position).offset(to: there.position)
            distances.append(hypot(off.east, off.north))
            if said.ellipse.contains(east: off.east, north: off.north) { inEllipse += 1 }
            if hypot(off.east, off.north) <= said.radiusMetres { inCircle += 1 }
        }
        distances.sort()
        guard let last = distances.indices.last else { return }
        func share(_ part: Double) -> Double { distances[min(last, Int(Double(distances.count) * part))] }
        let count = Double(distances.count)
        print(
            name.padding(toLength: 10, withPad: " ", startingAt: 0)
                + String(
                    format: "%6.0f°   %6.2f  %6.2f m   %10.1f %%    %10.1f %%", offNadir, share(0.5), share(0.9),
                    100 * Double(inEllipse) / count, 100 * Double(inCircle) / count))
    }
}
