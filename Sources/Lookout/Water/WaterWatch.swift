import FlightTypes
import Geodesy
import HotspotDetection
import Tracking

/// Finds what is too weak for one picture but stays on the water: candidates of each thermal frame, put on the water and
/// followed. Without a pose there are no tracks. One sensor, one thread.
struct WaterWatch {
    private var detector: HotspotDetector?
    private var pattern: FixedPattern?
    private var tracks: WaterTracks
    private var spots: [Hotspot] = []

    init(current: WaterCurrent?) { tracks = WaterTracks(current: current) }

    var counters: WaterTracker.Counters { tracks.counters }

    /// Looks at a frame. Without a pose to found a place on and during a flat field nothing is followed, and the tracks move on as foretold.
    mutating func look(
        at frame: ThermalFrame, _ image: ThermalImage, camera: CameraModel?, usual: PlacementErrors = .typical
    ) -> WaterTracks.Findings {
        let now = frame.captureTime.monotonic
        guard !frame.flags.contains(.flatField) else {
            pattern?.forget()
            tracks.skip()
            return WaterTracks.Findings(tracks: tracks.reports(at: now))
        }
        guard let camera, let sighting = Sighting(frame.pose), sighting.isSteady else {
            return WaterTracks.Findings(tracks: tracks.reports(at: now))
        }
        if detector == nil {
            detector = HotspotDetector(configuration: .candidates(unit: frame.unit))
            pattern = FixedPattern(unit: frame.unit)
        }
        detector?.detect(pattern?.correct(image) ?? image, into: &spots)
        tracks.personContrast = frame.unit.kelvin(WaterTracker.Rules.personKelvin)
        return tracks.follow(spots, at: now, from: sighting, camera: camera, usual: usual)
    }
}

extension ThermalUnit {
    /// A difference of so many kelvin in this unit; infinite where values are no temperatures.
    fileprivate func kelvin(_ difference: Double) -> Double {
        switch self {
        case .centikelvin: difference * 100
        case .decikelvin: difference * 10
        case .counts, .none: .infinity
        }
    }
}
