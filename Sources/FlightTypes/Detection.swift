/// A warm (or cold) anomaly in one frame. Never more than that: what it is, a person decides.
public struct Detection: Hashable, Sendable {
    /// A place on the water plane.
    public struct Place: Hashable, Sendable {
        /// WGS84 latitude.
        public var latitude: Double
        /// WGS84 longitude.
        public var longitude: Double
        /// Radius within which the true place is stated to lie (about 90 %), in metres.
        public var radiusMetres: Float
        /// A place with its stated error.
        public init(latitude: Double, longitude: Double, radiusMetres: Float) {
            self.latitude = latitude
            self.longitude = longitude
            self.radiusMetres = radiusMetres
        }
    }
    /// What looked, and so what the score means.
    public enum Kind: UInt8, Sendable {
        /// Something that stands out from its surroundings.
        case spot = 0
        /// What the network for persons on land takes for one.
        case person = 1
    }
    /// Bounding box in pixels of the frame: left, top, width, height.
    public var x: UInt16, y: UInt16, width: UInt16, height: UInt16
    /// Contrast-weighted centre in pixels.
    public var centroidX: Float, centroidY: Float
    /// Highest value inside, in the frame's unit.
    public var peak: UInt16
    /// Peak minus local background, in the frame's unit (kelvin × 100 where radiometric).
    public var contrast: Int32
    /// Contrast over local noise; larger is surer.
    public var score: Float
    /// Where on the water plane, if pose and calibration allowed to say.
    public var place: Place?
    /// What looked; a spot in records from before it was told.
    public var kind: Kind

    /// A detection of its parts.
    public init(
        x: UInt16, y: UInt16, width: UInt16, height: UInt16, centroidX: Float, centroidY: Float, peak: UInt16,
        contrast: Int32,
        score: Float, place: Place? = nil, kind: Kind = .spot
    ) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        self.centroidX = centroidX
        self.centroidY = centroidY
        self.peak = peak
        self.contrast = contrast
        self.score = score
        self.place = place
        self.kind = kind
    }
}

/// All that the detector found in one frame (also when that is nothing).
public struct DetectionReport: Hashable, Sendable {
    /// At most this many detections a report; the strongest stay.
    public static let detectionsLimit = 64
    /// At most this many tracks a report; the first stay.
    public static let tracksLimit = 16
    /// Who this report is.
    public var id: ObjectID
    /// The frame's capture time.
    public var captureTime: CaptureTime
    /// The stream of the frame looked at.
    public var stream: StreamID
    /// The sequence of the frame looked at.
    public var sequence: UInt64
    /// What the values of peaks and contrasts mean: the unit of the frame looked at. `.none` where that is not thermal, and in records
    /// from before reports told it.
    public var unit: ThermalUnit
    /// Strongest first.
    public var detections: [Detection]
    /// What has stayed on the water, the surest first; also what this frame does not show.
    public var tracks: [TrackReport]
    /// A small JPEG of the surroundings of the track that is marked as pictured, else of the strongest detection, so that a link
    /// too slow for pictures still shows what was found; empty where there is none.
    public var crop: [UInt8]
    /// No crop is longer (bytes).
    public static let cropLimit = 16_384
    /// A report of its parts; detections and tracks beyond the limit are cut off, and a crop beyond its limit is left out.
    public init(
        id: ObjectID, captureTime: CaptureTime, stream: StreamID, sequence: UInt64, unit: ThermalUnit = .none,
        detections: [Detection], crop: [UInt8] = [], tracks: [TrackReport] = []
    ) {
        self.id = id
        self.captureTime = captureTime
        self.stream = stream
        self.sequence = sequence
        self.unit = unit
        self.detections = Array(detections.prefix(Self.detectionsLimit))
        self.crop = crop.count <= Self.cropLimit ? crop : []
        self.tracks = Array(tracks.prefix(Self.tracksLimit))
    }
}
