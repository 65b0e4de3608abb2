/// How to ask a file of each version the same question: version 1 has only originals that came live.
struct SchemaDialect: Sendable {
    /// Whether the tables are those of `IncidentSchema.version`.
    let isCurrent: Bool

    init(version: Int) { isCurrent = version >= 2 }

    /// Columns.
    var representation: String { isCurrent ? "representation" : "0 AS representation" }
    var backfilled: String { isCurrent ? "backfilled" : "0 AS backfilled" }
    /// Conditions.
    var isOriginal: String { isCurrent ? "representation = 0" : "1" }
    var isLive: String { isCurrent ? "backfilled = 0" : "1" }
    /// Conditions that together cover all objects, each a range of the index over `receiveWall`.
    var receiveRanges: [String] { isCurrent ? ["backfilled = 0", "backfilled = 1"] : ["1"] }

    /// Whether the row of `o` is a copy whose original the file holds, too, at or before the position bound to it.
    var isSuperseded: String {
        guard isCurrent else { return "0" }
        return """
            (o.representation = 1 AND EXISTS (
                SELECT 1 FROM object AS original INDEXED BY objectIdentity WHERE original.drone = o.drone AND original.flight = o.flight
                    AND original.stream = o.stream AND original.sequence = o.sequence
                    AND original.representation = 0 AND original.position <= :last))
            """
    }
}
