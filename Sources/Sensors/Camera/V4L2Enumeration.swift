import Glibc

extension V4L2Camera {
    /// Every node of `/dev` that captures video by streaming: its path, the card's name and the formats it offers.
    public static func enumerate() -> [(path: String, name: String, formats: [String])] {
        guard let names = try? DirectoryListing.names(in: "/dev") else { return [] }
        let numbers = names.compactMap { $0.hasPrefix("video") ? Int($0.dropFirst(5)) : nil }.sorted()
        var cameras: [(path: String, name: String, formats: [String])] = []
        for number in numbers {
            let path = "/dev/video\(number)"
            let device = V4L2Device(path: path)
            // A node that cannot be opened or does not capture is none of ours.
            if (try? device.open()) != nil, let name = try? device.capabilities().name {
                let formats = (try? device.offeredFormats()) ?? []
                cameras.append((path, name, formats.map(\.description)))
            }
            device.close()
        }
        return cameras
    }
}
