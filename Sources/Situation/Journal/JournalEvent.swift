import FlightTypes

/// What was decided, or what happened. Written down once; the Lage is what follows from all of them.
///
/// In JSON an event is an object with one key, its name: docs/incident-file.md.
public enum JournalEvent: Hashable, Sendable, Codable {
    /// An incident begins.
    case incidentOpened(incident: Incident)
    /// It is called something else.
    case incidentNamed(incident: IncidentID, name: String)
    /// It is over.
    case incidentClosed(incident: IncidentID)
    /// Something has to be looked at.
    case alarmRaised(alarm: AlarmID, details: Alarm)
    /// The same thing, better known.
    case alarmChanged(alarm: AlarmID, details: Alarm)
    /// It is not seen any more.
    case alarmGone(alarm: AlarmID)
    /// It is seen again.
    case alarmReturned(alarm: AlarmID, details: Alarm)
    /// It is the same thing as another one.
    case alarmMerged(alarm: AlarmID, into: AlarmID)
    /// A picture of it: a JPEG file in base 64.
    case alarmPictured(alarm: AlarmID, jpeg: String)
    /// A person has opened it.
    case alarmSeen(alarm: AlarmID)
    /// A person has judged it.
    case alarmJudged(alarm: AlarmID, verdict: Verdict, reason: String)
    /// A person writes something down.
    case note(text: String)
    /// Nothing came of a drone between two moments by the station's clock.
    case gap(drone: DroneID, from: WallTime, to: WallTime, reason: String)
    /// What arrives is not being recorded.
    case recorderFailed(reason: String)
    /// It is being recorded again.
    case recorderWorks
    /// A drone is heard.
    case droneCame(drone: DroneID)
    /// A drone is not heard any more.
    case droneWent(drone: DroneID)
    /// A drone may not come in any more.
    case droneRevoked(drone: DroneID)
    /// An event of a later version: kept as it is, without effect. The name and the event's JSON text.
    case unknown(name: String, json: String)

    /// The incident that it begins, names or ends.
    var incident: IncidentID? {
        switch self {
        case .incidentOpened(let incident): incident.id
        case .incidentNamed(let id, _), .incidentClosed(let id): id
        default: nil
        }
    }
    /// The alarm that it is about.
    var alarm: AlarmID? {
        switch self {
        case .alarmRaised(let id, _), .alarmChanged(let id, _), .alarmGone(let id), .alarmReturned(let id, _),
            .alarmMerged(let id, _), .alarmPictured(let id, _), .alarmSeen(let id), .alarmJudged(let id, _, _):
            id
        default: nil
        }
    }
}
