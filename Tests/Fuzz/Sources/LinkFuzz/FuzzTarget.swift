/// What is fuzzed: each target takes any bytes and ends the program when something that must hold does not.
enum FuzzTarget: String, CaseIterable {
    case record, datagram, handshake, station, drone, ledger, reassembler, object, trace, erasure

    func run(_ bytes: [UInt8]) {
        switch self {
        case .record: RecordTarget.run(bytes)
        case .datagram: DatagramTarget.run(bytes)
        case .handshake: HandshakeTarget.run(bytes)
        case .station: StationTarget.run(bytes)
        case .drone: DroneTarget.run(bytes)
        case .ledger: LedgerTarget.run(bytes)
        case .reassembler: ReassemblerTarget.run(bytes)
        case .object: ObjectTarget.run(bytes)
        case .trace: TraceTarget.run(bytes)
        case .erasure: ErasureTarget.run(bytes)
        }
    }
}
