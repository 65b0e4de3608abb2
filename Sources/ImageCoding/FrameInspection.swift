import FlightTypes

/// What the station looks at once, when an object comes in and before anyone else sees it: a picture is what its head says, can be
/// shown, and takes no more memory than a picture may.
///
/// A JPEG file's header is walked and no pixel decoded; a coded thermal picture is decoded, because nothing less tells whether it is
/// one.
public enum FrameInspection {
    /// Why the object is neither shown nor recorded; nil where it may pass.
    public static func refusal(of object: FlightObject) -> String? {
        do {
            switch object {
            case .frame(let frame): try check(frame)
            case .detections(let report): if !report.crop.isEmpty { _ = try JPEGHeader(of: report.crop, limits: .crop) }
            case .telemetry, .status, .camera, .unknown: break
            }
            return nil
        } catch { return "\(error)" }
    }

    private static func check(_ frame: Frame) throws(ImageCodingError) {
        let (width, height) = (Int(frame.width), Int(frame.height))
        switch frame.encoding {
        case .jpeg:
            let walk = try JPEGWalk(frame.payload, limits: .live)
            guard let header = walk.frame else { throw .truncated("the JPEG header") }
            try JPEGIntake.check(walk, header)
            try check(Int(header.width), Int(header.height), are: width, height)
        case .gray16:
            try ImageLimits.thermal.check(width: width, height: height)
            guard frame.payload.count == width * height * 2 else {
                throw .malformed(at: 0, "\(frame.payload.count) bytes for \(width)×\(height) values")
            }
        case .codedGray16:
            let picture = try ThermalCoder.decode(frame.payload, limits: .thermal)
            try check(picture.header.width, picture.header.height, are: width, height)
        }
    }

    private static func check(
        _ width: Int, _ height: Int, are statedWidth: Int, _ statedHeight: Int
    ) throws(ImageCodingError) {
        guard width == statedWidth, height == statedHeight else {
            throw .malformed(at: 0, "\(width)×\(height) pixels, and its frame says \(statedWidth)×\(statedHeight)")
        }
    }
}
