import Sensors

/// What is fuzzed: each target takes any bytes and ends the program when something that must hold does not.
enum FuzzTarget: String, CaseIterable {
    case record, datagram, handshake, station, drone, ledger, reassembler, object, trace, erasure
    case mavlink, tlog, nmea, gpsd, gymcu, teraranger, senxor, lepton, thermalCoding, pgm, tiff, png, jpeg
    case text

    func run(_ bytes: [UInt8]) {
        switch self {
        case .record: RecordTarget.run(bytes)
        case .datagram: DatagramTarget.run(bytes)
        case .handshake: HandshakeTarget.run(bytes)
        case .station: StationTarget.run(bytes)
        case .drone: DroneTarget.run(bytes)
        case .ledger: LedgerTarget.run(bytes)
        case .reassembler: ReassemblerTarget.run(bytes)
        case .object:
            ObjectTarget.run(bytes)
            PictureTargets.inspection(bytes)
        case .trace: TraceTarget.run(bytes)
        case .erasure: ErasureTarget.run(bytes)
        case .mavlink: PositionTargets.mavlink(bytes)
        case .tlog: PositionTargets.tlog(bytes)
        case .nmea: PositionTargets.nmea(bytes)
        case .gpsd: PositionTargets.gpsd(bytes)
        case .gymcu: ThermalTargets.serial(GYMCU90640Driver(), bytes)
        case .teraranger: ThermalTargets.serial(TeraRangerEvoDriver(), bytes)
        case .senxor: ThermalTargets.serial(SenXorDriver(), bytes)
        case .lepton: ThermalTargets.lepton(bytes)
        case .thermalCoding: ThermalTargets.coding(bytes)
        case .pgm: PictureTargets.pgm(bytes)
        case .tiff: PictureTargets.tiff(bytes)
        case .png: PictureTargets.png(bytes)
        case .jpeg: PictureTargets.jpeg(bytes)
        case .text: TextTarget.run(bytes)
        }
    }
}
