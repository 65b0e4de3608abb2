import FlightTypes
import ImageCoding
import LinkProtocol

/// The forms a thermal frame is kept and sent in: coded without loss on board and over the link, and where the link carries
/// little, live with a stated bound that lies below what the sensor itself is uncertain by.
package enum ThermalCopy {
    /// The frame coded without loss; as it is where that makes it no smaller.
    package static func lossless(_ frame: ThermalFrame) -> Frame {
        coded(frame, bound: 0) ?? frame.frame(.gray16, payload: Gray16.payload(frame.values))
    }

    /// What goes over the link now; nil for the lossless form.
    static func live(_ frame: ThermalFrame, rung: LinkRung) -> Frame? {
        guard rung == .thermalStills, var copy = coded(frame, bound: bound(frame.unit)) else { return nil }
        copy.flags.insert(.reduced)
        return copy
    }

    /// A twentieth of a kelvin, or one step of the coarser unit: uncooled sensors are uncertain by as much (NETD 50 mK). What a
    /// count is worth is not known, so few.
    static func bound(_ unit: ThermalUnit) -> Int {
        switch unit {
        case .centikelvin: 5
        case .decikelvin: 1
        case .counts, .none: 2
        }
    }

    private static func coded(_ frame: ThermalFrame, bound: Int) -> Frame? {
        guard
            let stream = ThermalCoder.encode(
                frame.values, width: Int(frame.width), height: Int(frame.height), bound: bound),
            stream.count < 2 * frame.values.count
        else { return nil }
        return frame.frame(.codedGray16, payload: stream)
    }
}
