import CV4L2
import Glibc

/// A camera of this machine and what it offers.
public struct CameraListing: Hashable, Sendable {
    /// A picture size in a pixel format, and the rates it comes at.
    public struct Mode: Hashable, Sendable {
        /// Four letters.
        public var format: String
        /// Pixels; for a camera that takes any size, the largest.
        public var width: Int
        /// Pixels.
        public var height: Int
        /// Frames a second, as far as the driver tells, at most 16 of them.
        public var rates: [Double]
    }
    /// The node, such as `/dev/video0`: another one after the next start, perhaps.
    public var path: String
    /// The name that stays with the camera (`/dev/v4l/by-id`), or with its socket (`by-path`); the node where there is neither.
    public var stablePath: String
    /// As the driver calls it.
    public var name: String
    /// At most 256.
    public var modes: [Mode]
    /// The controls that a configuration may set.
    public var controls: [CameraControl]
}

extension V4L2Camera {
    /// Every node of `/dev` that captures video by streaming. Nodes for metadata are left out.
    public static func enumerate() -> [CameraListing] {
        guard let names = try? DirectoryListing.names(in: "/dev") else { return [] }
        let numbers = names.compactMap { $0.hasPrefix("video") ? Int($0.dropFirst(5)) : nil }.sorted()
        let stable = stablePaths()
        var cameras: [CameraListing] = []
        for number in numbers {
            let path = "/dev/video\(number)"
            let device = V4L2Device(path: path)
            // A node that cannot be opened or does not capture is none of ours.
            if (try? device.open()) != nil, let name = try? device.capabilities().name {
                cameras.append(
                    CameraListing(
                        path: path, stablePath: stable[path] ?? path, name: name, modes: device.modes(),
                        controls: CameraControl.allCases.filter(device.has)))
            }
            device.close()
        }
        return cameras
    }

    /// The nodes by the links that udev makes; the name of the camera goes before that of its socket.
    private static func stablePaths() -> [String: String] {
        var found: [String: String] = [:]
        for folder in ["/dev/v4l/by-path", "/dev/v4l/by-id"] {
            for name in (try? DirectoryListing.names(in: folder)) ?? [] {
                let link = "\(folder)/\(name)"
                guard let resolved = realpath(link, nil) else { continue }
                found[String(cString: resolved)] = link
                free(resolved)
            }
        }
        return found
    }
}

extension V4L2Device {
    private static let modesLimit = 256

    /// Formats, sizes and rates, as far as the driver tells them.
    func modes() -> [CameraListing.Mode] {
        var modes: [CameraListing.Mode] = []
        for format in (try? offeredFormats()) ?? [] {
            for index in 0..<UInt32(64) where modes.count < Self.modesLimit {
                var size = v4l2_frmsizeenum()
                size.index = index
                size.pixel_format = format.code
                guard call(LB_VIDIOC_ENUM_FRAMESIZES, &size) == 0 else { break }
                let isDiscrete = size.type == UInt32(V4L2_FRMSIZE_TYPE_DISCRETE.rawValue)
                let (width, height) =
                    isDiscrete
                    ? (size.discrete.width, size.discrete.height) : (size.stepwise.max_width, size.stepwise.max_height)
                modes.append(
                    CameraListing.Mode(
                        format: format.description, width: Int(width), height: Int(height),
                        rates: rates(format, width, height)))
                if !isDiscrete { break }
            }
        }
        return modes
    }

    private func rates(_ format: FourCC, _ width: UInt32, _ height: UInt32) -> [Double] {
        var rates: [Double] = []
        for index in 0..<UInt32(16) {
            var interval = v4l2_frmivalenum()
            interval.index = index
            interval.pixel_format = format.code
            (interval.width, interval.height) = (width, height)
            guard call(LB_VIDIOC_ENUM_FRAMEINTERVALS, &interval) == 0 else { break }
            guard interval.type == UInt32(V4L2_FRMIVAL_TYPE_DISCRETE.rawValue) else {
                // Any interval between two: the shortest is the fastest rate.
                if let rate = Self.rate(interval.stepwise.min) { rates.append(rate) }
                break
            }
            if let rate = Self.rate(interval.discrete) { rates.append(rate) }
        }
        return rates
    }

    /// Whether the camera has a control that is not switched off for good.
    func has(_ control: CameraControl) -> Bool {
        var query = v4l2_queryctrl()
        query.id = control.number
        return call(LB_VIDIOC_QUERYCTRL, &query) == 0 && query.flags & UInt32(V4L2_CTRL_FLAG_DISABLED) == 0
    }
}
