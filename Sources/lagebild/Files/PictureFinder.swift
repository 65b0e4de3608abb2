import HotspotDetection

/// What looks at single pictures: the detector of warm spots, or that of persons on land.
struct PictureFinder {
    private var spots: HotspotDetector?
    private var persons: PersonDetector?

    init(_ spots: HotspotDetector) { self.spots = spots }
    init(_ persons: PersonDetector) { self.persons = persons }

    /// What it finds, the strongest first.
    mutating func detect(_ image: ThermalImage) -> [Hotspot] {
        var found: [Hotspot] = []
        spots?.detect(image, into: &found)
        persons?.detect(image, into: &found)
        return found
    }

    /// 255 where a pixel belongs to something found: to a region, or to a person's box.
    mutating func mask(of image: ThermalImage) -> [UInt8] {
        if let mask = spots?.mask(of: image) { return mask }
        var mask = [UInt8](repeating: 0, count: image.width * image.height)
        for spot in detect(image) {
            for y in spot.y..<spot.y + spot.height {
                for x in spot.x..<spot.x + spot.width { mask[y * image.width + x] = 255 }
            }
        }
        return mask
    }
}
