import Foundation
import LinkTransport
import Recording

/// What is wrong with what an agent keeps on disk, for `lagebild doctor`. Changes nothing.
public enum OnboardFindings {
    /// A fault, and how to mend it.
    public typealias Finding = (text: String, mend: String)

    /// Of the agent's `dataFolder`; looks into the newest 20 records.
    public static func all(dataFolder: String) -> [Finding] {
        var findings: [Finding] = []
        let flights = OnboardArchive.flights(in: dataFolder).sorted(by: >)
        if let fault = FlightCounter(path: dataFolder + "/flight").fault(
            highestRecord: flights.first(where: FlightCounter.isReserved))
        {
            findings.append((fault, "nothing: the agent starts with a number behind its records, and says which"))
        }
        for flight in flights.prefix(20) {
            let path = OnboardArchive.path(folder: dataFolder, flight: flight)
            do {
                let completeness = try IncidentReader(path: path).completeness()
                if completeness.isDoubtful, let sentence = completeness.sentence {
                    findings.append(("\(path): \(sentence)", "lagebild incidents verify \(path) says more"))
                }
            } catch {
                findings.append(
                    ("\(error); it is not backfilled", "keep it; lagebild incidents verify \(path) says more"))
            }
        }
        return findings
    }
}
