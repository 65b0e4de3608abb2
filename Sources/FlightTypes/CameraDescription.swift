/// What one of a drone's cameras is: how its lens draws, how it is mounted, what its values mean. Sent when a flight
/// begins and when something of it changes, so that a station or a reader of a record can say where a pixel lies
/// without the drone's files.
public struct CameraDescription: Hashable, Sendable {
    /// No text is longer, bytes of UTF-8.
    public static let textLimit = 64
    /// The size of a picture in pixels, each way 1…65,535.
    public struct Size: Hashable, Sendable {
        /// Pixels across and down.
        public var width: UInt16, height: UInt16
        /// A size as given.
        public init(width: UInt16, height: UInt16) {
            self.width = width
            self.height = height
        }
    }
    /// A pinhole and how the glass before it bends: OpenCV's model with three radial and two tangential coefficients.
    public struct Lens: Hashable, Sendable {
        /// The picture size that the focal lengths and the principal point are for; another of the same shape is
        /// scaled.
        public var size: Size
        /// Focal lengths across and down, pixels, more than 0 and at most 10⁶.
        public var focalLengthPixels: Double, focalLengthDownPixels: Double
        /// Where the axis meets the picture, pixels from its upper left corner.
        public var principalX: Double, principalY: Double
        /// Radial coefficients, within ±1,000.
        public var k1 = 0.0, k2 = 0.0, k3 = 0.0
        /// Tangential coefficients, within ±1,000.
        public var p1 = 0.0, p2 = 0.0
        /// A lens that does not bend; coefficients are set afterwards.
        public init(
            size: Size, focalLengthPixels: Double, focalLengthDownPixels: Double, principalX: Double, principalY: Double
        ) {
            self.size = size
            self.focalLengthPixels = focalLengthPixels
            self.focalLengthDownPixels = focalLengthDownPixels
            self.principalX = principalX
            self.principalY = principalY
        }
    }
    /// How the camera sits on the drone.
    public struct Mounting: Hashable, Sendable {
        /// What holds it.
        public enum Holder: UInt8, Sendable {
            /// The gimbal where a pose tells of one, else the airframe.
            case asReported = 0
            /// The airframe, also where there is a gimbal.
            case airframe = 1
            /// A gimbal: without its angles nobody knows where the camera looks.
            case gimbal = 2
        }
        /// What holds it.
        public var holder: Holder
        /// The axis above the drone's nose on the airframe, degrees: 0 forward, −90 straight down.
        public var pitchDegrees: Float
        /// What the camera's axes are off from its mount's or gimbal's, degrees, within ±45 each.
        public var boresightRollDegrees: Float = 0, boresightPitchDegrees: Float = 0, boresightYawDegrees: Float = 0
        /// Where it sits, from the point whose position the pose gives, metres, within ±100 each.
        public var forwardMetres: Float = 0, rightMetres: Float = 0, downMetres: Float = 0
        /// A camera that looks where its mount says; the rest is set afterwards.
        public init(holder: Holder, pitchDegrees: Float) {
            self.holder = holder
            self.pitchDegrees = pitchDegrees
        }
    }

    /// Who this description is. The newest of its stream holds.
    public var id: ObjectID
    /// From when on it holds.
    public var captureTime: CaptureTime
    /// The stream of the camera's frames.
    public var stream: StreamID
    /// What it is, for people.
    public let sensor: String
    /// The size of its pictures; nil before the first one.
    public var size: Size?
    /// Pictures a second that it was asked for; 0 where nobody knows.
    public var framesPerSecond: Float
    /// What its values mean; `.none` where they are no temperatures.
    public var unit: ThermalUnit
    /// How it draws; nil where nobody has said.
    public var lens: Lens?
    /// How it sits; nil where nobody has said.
    public var mounting: Mounting?

    /// A description of its parts. Control characters of `sensor` are left out, and what exceeds the limit is cut off;
    /// a rate that is no number counts as not known.
    public init(
        id: ObjectID, captureTime: CaptureTime, stream: StreamID, sensor: String, size: Size? = nil,
        framesPerSecond: Float = 0, unit: ThermalUnit = .none, lens: Lens? = nil, mounting: Mounting? = nil
    ) {
        self.id = id
        self.captureTime = captureTime
        self.stream = stream
        self.sensor = sensor.withoutControls(limit: Self.textLimit)
        self.size = size
        self.framesPerSecond = framesPerSecond >= 0 && framesPerSecond.isFinite ? framesPerSecond : 0
        self.unit = unit
        self.lens = lens
        self.mounting = mounting
    }
}

extension String {
    /// Without control characters, cut between characters at `limit` bytes of UTF-8.
    func withoutControls(limit: Int) -> String {
        var kept = ""
        for character in unicodeScalars where character.value >= 32 && !(127...159).contains(character.value) {
            guard kept.utf8.count + String(character).utf8.count <= limit else { break }
            kept.unicodeScalars.append(character)
        }
        return kept
    }
}
