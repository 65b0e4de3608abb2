import DurableFiles
import FlightTypes
import Foundation
import LinkTransport
import PlainText
import Recording

/// What is wrong with what a station keeps on disk, for `lagebild doctor`. Changes nothing.
public enum StationFindings {
    /// A fault, and how to mend it.
    public typealias Finding = (text: String, mend: String)
    /// Records looked into, the newest first.
    private static let recordsLimit = 50

    /// Of the station's `dataFolder`; none where there is no such folder yet.
    public static func all(dataFolder: String, now: WallTime) -> [Finding] {
        let path = dataFolder + "/incidents"
        guard let status = ForeignHands.status(of: path) else { return [] }
        var findings: [Finding] = []
        if status.rights & 0o077 != 0 {
            findings.append(("others may look into \(path)", "chmod 700 \(path)"))
        }
        let folder = IncidentFolder(folder: path)
        if access(path, R_OK | W_OK | X_OK) != 0 {
            findings.append(("\(path) cannot be written: nothing is recorded", "install -d -m 700 -o $USER \(path)"))
        }
        do { _ = try FreshnessFile(path: dataFolder + "/freshness").load(dronesHaveFlown: folder.holdsIncidents) } catch
        {
            findings.append(("\(error)", "as it says; else the Leitstelle sets it aside and lets drones in"))
        }
        if let fault = folder.markerFault {
            findings.append((fault, "start the Leitstelle: it goes on with the newest incident that was not closed"))
        }
        if let fault = FlightIndex.fault(folder: path) {
            findings.append((fault, "start the Leitstelle: it sets the file aside and begins a new one"))
        }
        return findings + records(folder, now)
    }

    private static func records(_ folder: IncidentFolder, _ now: WallTime) -> [Finding] {
        var findings: [Finding] = []
        var open: [String] = []
        var newest: Int64 = 0
        for name in folder.incidents.prefix(recordsLimit) {
            let file = folder.folder + "/" + name
            guard let status = ForeignHands.status(of: file) else { continue }
            newest = max(newest, status.modified)
            // Its journal has the same rights.
            if status.rights & 0o077 != 0 { open.append(file) }
            do {
                let completeness = try IncidentReader(path: file).completeness()
                if completeness.isDoubtful, let sentence = completeness.sentence {
                    findings.append(("\(file): \(sentence)", "lagebild incidents verify \(file) says more"))
                }
            } catch { findings.append(("\(error)", "keep it; lagebild incidents verify \(file) says more")) }
        }
        if let first = open.first {
            findings.append(
                ("others may read \(open.count) records, such as \(first)", "chmod 600 \(folder.folder)/*"))
        }
        if newest > now.nanoseconds / 1_000_000_000 + 60 {
            findings.append(
                (
                    "the clock is behind: the newest record is of \(WallTime(unixSeconds: Double(newest)).rfc3339)",
                    "timedatectl set-ntp true; pictures would carry wrong times"
                ))
        }
        return findings
    }
}
