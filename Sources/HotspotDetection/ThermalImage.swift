import FlightTypes

/// One picture of heat: rows of 16-bit values from the upper left, larger is warmer.
public struct ThermalImage: Hashable, Sendable {
    /// Larger pictures are refused, so that memory stays bounded whatever a sensor claims.
    public static let pixelsLimit = 16 * 1024 * 1024
    /// Pixels, 1…65,535.
    public let width: Int, height: Int
    /// `width × height` values, row by row.
    public let values: [UInt16]

    /// Nil when an edge is outside 1…65,535, the area is beyond `pixelsLimit` or `values` has not exactly that many.
    public init?(width: Int, height: Int, values: [UInt16]) {
        guard (1...65_535).contains(width), (1...65_535).contains(height), width * height <= Self.pixelsLimit,
            values.count == width * height
        else { return nil }
        self.width = width
        self.height = height
        self.values = values
    }
    /// An 8-bit picture, widened value by value without scaling.
    public init?(width: Int, height: Int, gray8: [UInt8]) {
        guard gray8.count <= Self.pixelsLimit else { return nil }
        self.init(width: width, height: height, values: gray8.map(UInt16.init))
    }
    /// Little-endian bytes as a `gray16` frame carries them.
    public init?(width: Int, height: Int, littleEndian bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: 2), bytes.count / 2 <= Self.pixelsLimit else { return nil }
        self.init(width: width, height: height, values: Gray16.values(bytes))
    }
}
