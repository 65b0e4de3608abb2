import Foundation
import LinkTransport
import PlainText

extension DoctorReport {
    mutating func key(_ path: String) {
        do {
            _ = try KeyFile.load(path: path)
            good("private key \(path)")
        } catch { bad("\(error)", mend: "lagebild keys generate \(path)") }
    }

    mutating func readable(_ path: String, _ what: String, group: String?, mend: String? = nil) {
        if !FileManager.default.fileExists(atPath: path) {
            bad(
                "\(what): \(path) is not there",
                mend: mend ?? "plug it in, or correct the path in the configuration")
        } else if access(path, R_OK) != 0 {
            bad(
                "\(what): \(path) may not be read",
                mend: group.map { "adduser $USER \($0), then sign in again" } ?? "chmod +r \(path)")
        } else {
            good("\(what): \(path)")
        }
    }

    mutating func disk(_ folder: String, reserve: Int) {
        var existing = folder
        while !FileManager.default.fileExists(atPath: existing), existing.count > 1 {
            existing = existing.parentFolder
        }
        guard access(existing, W_OK) == 0 else {
            return bad("\(folder) cannot be written", mend: "install -d -m 700 -o $USER \(folder)")
        }
        var statistics = statvfs()
        guard statvfs(existing, &statistics) == 0 else { return }
        let free =
            Int(clamping: UInt64(statistics.f_bavail)) / 1024 * Int(clamping: UInt64(statistics.f_frsize)) / 1024
        if free < reserve + 1000 {
            bad("\(folder): only \(free) MiB free", mend: "make room: a flight writes about 100 MiB a minute")
        } else {
            good("\(folder): \(free) MiB free")
        }
    }

    mutating func port(_ port: Int, _ type: __socket_type, _ what: String) {
        guard port > 0 else { return }
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 {
            good("\(what) \(port) is free")
        } else {
            bad(
                "\(what) \(port): \(String(cString: strerror(errno)))",
                mend: "stop what uses it (ss -lnp), or choose another port")
        }
    }
}
