import Terminal
import Foundation
import HotspotDetection
import ImageCoding
import Synchronization

/// Pictures with masks of their small targets: `images/NAME.png` and `masks/NAME_pixels0.png`.
struct SmallTargetSet: Sendable {
    struct Item: Sendable {
        var name: String
        var image: ThermalImage
        var mask: [UInt8]
    }
    let items: [Item]

    /// Half of the pictures by their place in the order of names: 0 even, 1 odd.
    func half(_ number: Int) -> [Item] { items.enumerated().filter { $0.offset % 2 == number }.map(\.element) }

    init(folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/images").filter {
            $0.hasSuffix(".png")
        }
        items = try names.sorted().map { file in
            let name = String(file.dropLast(4))
            let picture = try PNG.decodeGray(try readInput(folder + "/images/" + file))
            let mask = try PNG.decodeGray(try readInput(folder + "/masks/" + name + "_pixels0.png"))
            guard let image = ThermalImage(width: picture.width, height: picture.height, gray8: picture.pixels) else {
                throw CommandFailure("\(file): a size that cannot be")
            }
            return Item(name: name, image: image, mask: Self.fitted(mask, to: image).map { $0 > 127 ? 255 : 0 })
        }
        guard !items.isEmpty else { throw CommandFailure("\(folder)/images holds no PNG") }
    }

    /// One mask of the set has another size than its picture: the nearest pixel counts.
    private static func fitted(_ mask: GrayImage, to image: ThermalImage) -> [UInt8] {
        if mask.width == image.width, mask.height == image.height { return mask.pixels }
        return (0..<image.width * image.height).map { place in
            let (x, y) = (place % image.width, place / image.width)
            return mask.pixels[(y * mask.height / image.height) * mask.width + x * mask.width / image.width]
        }
    }
}

extension HotspotDetector.Configuration {
    /// What it finds in `items`.
    func score(on items: [SmallTargetSet.Item]) -> MaskScore {
        var detector = HotspotDetector(configuration: self)
        var score = MaskScore()
        for item in items {
            score.add(predicted: detector.mask(of: item.image), truth: item.mask, width: item.image.width)
        }
        return score
    }
}
