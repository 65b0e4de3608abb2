import FlightTypes
import Testing

@testable import Sensors

/// All ways in which a receiver says that its position is no plain satellite fix.
@Suite struct ReceiverBasisTests {
    private static func basis(_ bodies: String...) -> PoseBasis.Basis? {
        let (reports, _) = parseNMEA(bodies.flatMap(nmeaSentence))
        return reports.last.flatMap { $0.latitude == nil ? nil : $0.basis }
    }
    private static let place = "5127.390000,N,00643.980000,E"

    @Test(
        arguments: [
            (1, .measured), (2, .measured), (3, .measured), (4, .measured), (5, .measured), (6, .estimated),
            (7, .manual),
            (8, .simulated), (9, .measured),
        ] as [(Int, PoseBasis.Basis)])
    func qualityOfGGA(_ quality: Int, _ basis: PoseBasis.Basis) {
        #expect(Self.basis("GPGGA,102030.00,\(Self.place),\(quality),08,0.9,81.0,M,46.5,M,,") == basis)
    }
    @Test(
        arguments: [
            ("A", .measured), ("D", .measured), ("E", .estimated), ("F", .measured), ("M", .manual), ("P", .measured),
            ("R", .measured), ("S", .simulated), ("N", nil), ("", .measured),
        ] as [(String, PoseBasis.Basis?)])
    func modeLetters(_ mode: String, _ basis: PoseBasis.Basis?) {
        #expect(Self.basis("GNRMC,102030.00,A,\(Self.place),4.3,270.0,010726,,,\(mode)") == basis)
        #expect(Self.basis("GNGLL,\(Self.place),102030.00,A,\(mode)") == basis)
        // In GNS one letter a constellation; the best one counts.
        let letters = mode.isEmpty ? "AA" : mode + "N"
        #expect(Self.basis("GNGNS,102030.00,\(Self.place),\(letters),12,0.9,81.0,46.5,,") == basis)
    }
    @Test func aSatelliteFixOfOneConstellationIsEnough() {
        #expect(Self.basis("GNGNS,102030.00,\(Self.place),AE,12,0.9,81.0,46.5,,") == .measured)
    }
    @Test func navigationalStatus() {
        func status(_ letter: String) -> PoseBasis.Basis? {
            Self.basis("GNRMC,102030.00,A,\(Self.place),4.3,270.0,010726,,,A,\(letter)")
        }
        #expect(status("S") == .measured && status("V") == .measured, "V: the receiver does not judge")
        #expect(status("C") == .unstated && status("U") == .faulty)
    }
    @Test func theWorstSentenceOfAMomentCounts() {
        #expect(
            Self.basis(
                "GNRMC,102030.00,A,\(Self.place),4.3,270.0,010726,,,A",
                "GNGGA,102030.00,\(Self.place),6,08,0.9,81.0,M,46.5,M,,") == .estimated)
    }
    @Test func whatRestsOnNoSatellitesIsNoFix() {
        var report = NMEAReport(fix: 3)
        (report.latitude, report.longitude, report.basis) = (51, 6, .simulated)
        #expect(report.pose.fix == 1 && report.pose.basis.position == .simulated)
        #expect(report.jsonLine().hasSuffix("\"fix\":3,\"basis\":\"simulated\"}"))
        report.basis = .measured
        #expect(report.pose.fix == 3 && !report.jsonLine().contains("basis"))
    }
    @Test func reckoningDriftsWithTime() {
        var reckoning = DeadReckoning()
        func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
        #expect(reckoning.basis(.estimated, at: at(0)).positionMarginMetres == .infinity)
        #expect(reckoning.basis(.measured, at: at(10)) == .measured)
        #expect(reckoning.basis(.estimated, at: at(14)).positionMarginMetres == 20)
        #expect(reckoning.basis(.estimated, at: at(20)).positionMarginMetres == 50)
    }
}
