import Glibc

/// Forward, right, down on the drone or camera, or north, east, down on the ground.
struct Vector {
    var x: Double, y: Double, z: Double

    static func + (a: Vector, b: Vector) -> Vector { Vector(x: a.x + b.x, y: a.y + b.y, z: a.z + b.z) }
    static func - (a: Vector, b: Vector) -> Vector { Vector(x: a.x - b.x, y: a.y - b.y, z: a.z - b.z) }
    static func * (a: Double, b: Vector) -> Vector { Vector(x: a * b.x, y: a * b.y, z: a * b.z) }
}

/// From one set of axes to another: roll about the first, then pitch about the second, then yaw about the third (the
/// aerospace order of ISO 1151).
struct Rotation {
    private let rows: (Vector, Vector, Vector)

    private init(rows: (Vector, Vector, Vector)) { self.rows = rows }

    init(rollDegrees: Double, pitchDegrees: Double, yawDegrees: Double) {
        let (roll, pitch, yaw) = (
            rollDegrees * WGS84.radiansPerDegree, pitchDegrees * WGS84.radiansPerDegree,
            yawDegrees * WGS84.radiansPerDegree
        )
        let (sr, cr, sp, cp, sy, cy) = (sin(roll), cos(roll), sin(pitch), cos(pitch), sin(yaw), cos(yaw))
        rows = (
            Vector(x: cy * cp, y: cy * sp * sr - sy * cr, z: cy * sp * cr + sy * sr),
            Vector(x: sy * cp, y: sy * sp * sr + cy * cr, z: sy * sp * cr - cy * sr),
            Vector(x: -sp, y: cp * sr, z: cp * cr)
        )
    }
    /// The reverse.
    var inverse: Rotation {
        Rotation(
            rows: (
                Vector(x: rows.0.x, y: rows.1.x, z: rows.2.x), Vector(x: rows.0.y, y: rows.1.y, z: rows.2.y),
                Vector(x: rows.0.z, y: rows.1.z, z: rows.2.z)
            ))
    }
    static func * (a: Rotation, b: Vector) -> Vector {
        func dot(_ row: Vector) -> Double { row.x * b.x + row.y * b.y + row.z * b.z }
        return Vector(x: dot(a.rows.0), y: dot(a.rows.1), z: dot(a.rows.2))
    }
    /// First `b`, then `a`.
    static func * (a: Rotation, b: Rotation) -> Rotation {
        let columns = b.inverse.rows
        let product = (a * columns.0, a * columns.1, a * columns.2)
        return Rotation(rows: product).inverse
    }
}
