import Accounts
import DurableFiles
import FlightTypes
import Foundation
import Leitstelle
import LinkTransport
import Viewer

extension DoctorReport {
    mutating func leitstelle(_ path: String) {
        let settings: LeitstelleConfiguration
        do { settings = try LeitstelleConfiguration.load(path: path) } catch {
            return bad("\(error)", mend: "correct that line")
        }
        good("\(path) is read")
        key(settings.keyFile)
        do {
            let drones = try EnrolmentFile(path: settings.dronesFile).loadTrusted()
            if drones.isEmpty {
                bad(
                    "no drone may come in",
                    mend: "lagebild keys authorize \(settings.dronesFile) NAME drone.key.pub")
            } else {
                good("\(drones.count) drones may come in")
            }
        } catch { bad("\(error)", mend: "correct that line, or as it says") }
        do {
            let users = try UserFile(path: settings.usersFile).load()
            if users.isEmpty {
                bad("nobody can sign in", mend: "lagebild users set \(settings.usersFile) NAME --role disponent")
            } else {
                good("\(users.count) accounts")
            }
            if let fault = ForeignHands.fault(of: settings.usersFile) {
                bad("\(fault); whoever does can sign in", mend: "as it says")
            }
        } catch { bad("\(error)", mend: "correct that line") }
        readable(
            settings.viewer.leafletPath + "/leaflet.js", "the map's program", group: nil,
            mend: "apt-get install libjs-leaflet")
        if let tiles = settings.viewer.tilesPath { mapTiles(tiles) }
        port(settings.linkPort, SOCK_DGRAM, "UDP port of the drones")
        port(settings.viewer.port, SOCK_STREAM, "TCP port of the page")
        disk(settings.dataFolder, reserve: settings.recordReserveMegabytes)
        let now = WallTime(unixSeconds: Date().timeIntervalSince1970)
        for finding in StationFindings.all(dataFolder: settings.dataFolder, now: now) {
            bad(finding.text, mend: finding.mend)
        }
    }

    private mutating func mapTiles(_ path: String) {
        guard let fault = ViewerConfiguration.tilesFault(path) else { return good("map tiles \(path)") }
        bad(fault, mend: "give a raster MBTiles file, or leave viewer.tiles out")
    }
}
