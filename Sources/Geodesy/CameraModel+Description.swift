import FlightTypes

// A camera as it is reckoned with here, and as it travels.

extension CameraModel {
    /// The camera that a description tells of, for pictures of the description's size; nil where it tells no lens or no
    /// mounting, or where the two make no camera.
    public init?(_ description: CameraDescription) {
        guard let lens = description.lens, let mounting = description.mounting,
            let distortion = LensDistortion(k1: lens.k1, k2: lens.k2, k3: lens.k3, p1: lens.p1, p2: lens.p2)
        else { return nil }
        let camera = CameraModel(
            width: Int(lens.size.width), height: Int(lens.size.height), focalLengthPixels: lens.focalLengthPixels,
            focalLengthDownPixels: lens.focalLengthDownPixels,
            principalPoint: ImagePoint(x: lens.principalX, y: lens.principalY), distortion: distortion,
            mountPitchDegrees: Double(mounting.pitchDegrees),
            boresight: Boresight(
                rollDegrees: Double(mounting.boresightRollDegrees),
                pitchDegrees: Double(mounting.boresightPitchDegrees), yawDegrees: Double(mounting.boresightYawDegrees)),
            leverArm: LeverArm(
                forwardMetres: Double(mounting.forwardMetres), rightMetres: Double(mounting.rightMetres),
                downMetres: Double(mounting.downMetres)))
        guard let camera else { return nil }
        let size = description.size ?? lens.size
        guard let sized = camera.resized(width: Int(size.width), height: Int(size.height)) else { return nil }
        self = sized
    }

    /// The lens, as it travels.
    public var lens: CameraDescription.Lens {
        var lens = CameraDescription.Lens(
            size: .init(width: UInt16(clamping: width), height: UInt16(clamping: height)),
            focalLengthPixels: focalLengthPixels, focalLengthDownPixels: focalLengthDownPixels,
            principalX: principalPoint.x, principalY: principalPoint.y)
        (lens.k1, lens.k2, lens.k3) = (distortion.k1, distortion.k2, distortion.k3)
        (lens.p1, lens.p2) = (distortion.p1, distortion.p2)
        return lens
    }

    /// The mounting, as it travels.
    public func mounting(holder: CameraDescription.Mounting.Holder) -> CameraDescription.Mounting {
        var mounting = CameraDescription.Mounting(holder: holder, pitchDegrees: Float(mountPitchDegrees))
        mounting.boresightRollDegrees = Float(boresight.rollDegrees)
        mounting.boresightPitchDegrees = Float(boresight.pitchDegrees)
        mounting.boresightYawDegrees = Float(boresight.yawDegrees)
        mounting.forwardMetres = Float(leverArm.forwardMetres)
        mounting.rightMetres = Float(leverArm.rightMetres)
        mounting.downMetres = Float(leverArm.downMetres)
        return mounting
    }
}
