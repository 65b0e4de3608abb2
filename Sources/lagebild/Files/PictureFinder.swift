import HotspotDetection

/// What looks at single pictures: the detector of warm spots, or that of persons on land.
enum PictureFinder {
    case spots(HotspotDetector)
    case persons(PersonDetector)

    /// What it finds, the strongest first.
    mutating func detect(_ image: ThermalImage) -> [Hotspot] {
        var spots: [Hotspot] = []
        switch self {
        case .spots(var detector):
            detector.detect(image, into: &spots)
            self = .spots(detector)
        case .persons(var detector):
            detector.detect(image, into: &spots)
            self = .persons(detector)
        }
        return spots
    }

    /// 255 where a pixel belongs to something found: to a region, or to a person's box.
    mutating func mask(of image: ThermalImage) -> [UInt8] {
        guard case .spots(var detector) = self else { return boxes(of: image) }
        defer { self = .spots(detector) }
        return detector.mask(of: image)
    }

    private mutating func boxes(of image: ThermalImage) -> [UInt8] {
        var mask = [UInt8](repeating: 0, count: image.width * image.height)
        for spot in detect(image) {
            for y in spot.y..<spot.y + spot.height {
                for x in spot.x..<spot.x + spot.width { mask[y * image.width + x] = 255 }
            }
        }
        return mask
    }
}
