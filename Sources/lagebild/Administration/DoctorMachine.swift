import Foundation
import PlainText
import Sensors
import Versions

extension DoctorReport {
    mutating func machine() {
        let cameras = V4L2Camera.enumerate()
        if cameras.isEmpty { note("no V4L2 camera on this machine (/dev/video*)") }
        for camera in cameras {
            good("camera \(camera.name): \(camera.stablePath)")
            for mode in camera.modes {
                let rates = mode.rates.map { String(format: "%g", ($0 * 10).rounded() / 10) }.joined(
                    separator: ", ")
                print(
                    "        \(mode.format) \(mode.width)×\(mode.height)" + (rates.isEmpty ? "" : " at \(rates)/s"))
            }
            let controls = camera.controls.map(\.rawValue).joined(separator: ", ")
            if !controls.isEmpty { print("        controls: \(controls)") }
        }
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        if year < 2025 {
            bad("the clock says \(year)", mend: "timedatectl set-ntp true; pictures would carry wrong times")
        } else {
            good("clock: \(Date())")
        }
        let limit =
            (try? String(contentsOfFile: "/proc/sys/net/core/rmem_max", encoding: .utf8))
            .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
        if limit < 4 << 20 {
            note(
                "kernel receive buffers are limited to \(limit) bytes; for several drones: sysctl -w net.core.rmem_max=4194304"
            )
        } else {
            good("kernel receive buffers: \(limit) bytes")
        }
    }

    /// What the program consists of, last, because it is long.
    func versions() {
        for entry in LinkedVersions.all() {
            note("\(entry.name) \(entry.version)" + (entry.remark.map { ": \($0)" } ?? ""))
        }
    }
}
