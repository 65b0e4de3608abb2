import {
    bearing, bytes, dash, duration, element, number, seconds, setText, wallDate, wallTime, withUnit,
} from './format.js';
import { utmref } from './geodesy.js';

const sensorWords = {
    running: ['ok', 'läuft'],
    missing: ['bad', 'fehlt'],
    failing: ['bad', 'gestört'],
    frozen: ['bad', 'eingefroren'],
    blind: ['warn', 'sieht nichts'],
};
const fixWords = ['unbekannt', 'kein Fix', '2D', '3D', 'DGPS', 'RTK (float)', 'RTK (fix)'];
const qualityWords = {
    none: ['bad', 'keine Position'],
    interpolated: ['ok', 'aktuell'],
    extrapolated: ['warn', 'fortgeschrieben'],
    stale: ['bad', 'veraltet'],
};
/** What the drone finds doubtful about its own position. It is shown all the same: the doubtful place is the best there is. */
const doubtWords = {
    jump: 'Sprung', outOfRange: 'unmöglicher Wert', motion: 'passt nicht zur Fahrt', sourceTime: 'falsche Uhrzeit',
    nullIsland: 'bei 0° 0°',
    positionUnstated: 'Güte der Position unbekannt (unstated)', positionEstimated: 'ohne Satelliten gekoppelt (estimated)',
    positionManual: 'von Hand eingegeben (manual)', positionSimulated: 'simuliert (simulated)',
    positionAmbiguous: 'mehrere Fahrzeuge gehört (ambiguous)', positionFaulty: 'Empfänger gestört (faulty)',
    heightEstimated: 'Höhe geschätzt (estimated)',
    attitudeSilent: 'Fluglage fehlt (silent)', attitudeFaulty: 'Fluglage gestört (faulty)',
    directionSilent: 'Gimbal schweigt (silent)', directionAmbiguous: 'mehrere Gimbals (ambiguous)',
    directionFaulty: 'Gimbal gestört (faulty)', directionUnstated: 'Gimbal meldet nur Sollwerte (unstated)',
    yawDoubtful: 'Kompass zweifelhaft (compass)',
};
/** Why nothing is placed, in the drone's own terms (Pose.Obstacle). */
const obstacleWords = {
    positionUnknown: 'Position unbekannt', positionOld: 'Position veraltet',
    positionUnfounded: 'Position ohne Grundlage', positionAmbiguous: 'Position nicht eindeutig',
    heightUnknown: 'Höhe unbekannt', directionSilent: 'Kamerarichtung unbekannt: Gimbal schweigt',
    directionAmbiguous: 'Kamerarichtung nicht eindeutig', directionFaulty: 'Kamerarichtung unbekannt: Gimbal gestört',
    attitudeUnknown: 'Kamerarichtung unbekannt: Fluglage fehlt',
};
/** What a sensor's trouble is, and what to do; the drone's own English sentence stands beside it. */
const noteWords = {
    silent: 'Es kommt nichts an (silent)', notUnderstood: 'Daten nicht lesbar: Baudrate prüfen (noise)',
    otherProtocol: 'Anderes Protokoll als eingestellt (protocol)', noFix: 'Kein Satellitenfix (no fix)',
    noPositionMessages: 'Keine Positionsmeldungen (no positions)', noVehicle: 'Kein Autopilot zu hören (no autopilot)',
    severalVehicles: 'Mehrere Fahrzeuge: position.system einstellen (several)',
    unsigned: 'Pakete ohne Signatur (unsigned)', otherKey: 'Signatur passt nicht (other key)',
    noReceiver: 'gpsd hat keinen Empfänger (no receiver)', absent: 'Nicht vorhanden (absent)',
    refused: 'Bilder werden abgelehnt (refused)', repeated: 'Bilder wiederholen sich (repeated)',
    recordFull: 'Karte voll (full)', recordReadOnly: 'Karte nur lesbar (read-only)',
    recordHangs: 'Karte nimmt nichts an (hangs)', recordFails: 'Schreiben schlägt fehl (fails)',
};

/** Why the drone gives no places now, or null. */
export function obstacleText(pose) {
    return pose && pose.obstacle ? obstacleWords[pose.obstacle] || String(pose.obstacle) : null;
}
/** The degradation ladder: what the link carries now. Level, word in the header, meaning. */
const rungWords = [
    ['ok', 'Verbunden', 'Die Verbindung trägt alles'],
    ['warn', 'Bild verkleinert', 'Die Verbindung trägt Sichtbilder nur kleiner oder seltener'],
    ['warn', 'Nur Wärmebild', 'Die Verbindung trägt nur Wärmebilder, Auffälligkeiten und Position'],
    ['bad', 'Nur Meldungen', 'Die Verbindung trägt nur Auffälligkeiten mit Ausschnitt und die Position'],
];
/** A position older than this is history, whatever it was called when it was sent. */
const poseLimitMs = 3000;
const kindWords = { visible: 'Sichtkamera', thermal: 'Wärmekamera', telemetry: 'Position', detections: 'Auswertung' };

/** "Wärmekamera 0" for "thermal0". */
export function streamName(stream) {
    const [, kind, index] = /^([a-z]+)(\d*)$/i.exec(stream) || [null, stream, ''];
    if (!kindWords[kind]) return stream;
    return Number(index) > 0 ? `${kindWords[kind]} ${Number(index) + 1}` : kindWords[kind];
}

/** One value in the header: level (shape and colour), value, and a line below. */
function tile(id) {
    const node = document.getElementById(id);
    const value = node.querySelector('.tile-value');
    const sub = node.querySelector('.tile-sub');
    return (level, text, below, hint = '') => {
        node.dataset.level = level;
        setText(value, text);
        setText(sub, below);
        if (node.title !== hint) node.title = hint;
    };
}

/** The header and the flight panel. */
export class Status {
    constructor() {
        this.age = tile('tile-age');
        this.link = tile('tile-link');
        this.recorder = tile('tile-recorder');
        this.incidentName = document.getElementById('incident-name');
        this.incidentSince = document.getElementById('incident-since');
        this.clockTime = document.getElementById('wall-time');
        this.clockDate = document.getElementById('wall-date');
        this.panel = document.querySelector('.flight');
        this.sensors = document.getElementById('sensors');
        this.fields = new Map();
        for (const node of document.querySelectorAll('[data-field]')) this.fields.set(node.dataset.field, node);
    }

    showClock() {
        setText(this.clockTime, wallTime(Date.now()));
        setText(this.clockDate, wallDate(Date.now()));
    }

    /** Picture ages: the visible picture large, the thermal one below. */
    showAges(visible, thermal) {
        const one = (verdict) => {
            if (verdict.reason === 'no-frame' || verdict.ageMs === null) return 'kein Bild';
            if (verdict.reason === 'clock') return 'unbekannt';
            return verdict.reason === 'paused' ? 'Pause' : seconds(verdict.ageMs);
        };
        const level = visible.valid ? (thermal.valid || thermal.reason === 'no-frame' ? 'ok' : 'warn') : 'bad';
        const faults = { frozen: ' · eingefroren', stale: ' · veraltet', disconnected: ' · veraltet' };
        const word = (visible.ageMs !== null && faults[visible.reason]) || '';
        this.age(level, one(visible) + word, `Wärmebild ${one(thermal)}`,
            'Zeit von der Aufnahme an Bord bis jetzt, gemessen an der Uhr der Leitstelle');
    }

    showLink(connection, clock, drone, isReplay) {
        if (!connection.isOpen) {
            this.link('bad', 'Getrennt', `Leitstelle, seit ${seconds(connection.silenceMs)}`);
            return;
        }
        const path = clock.roundTripMs === null ? '' : `Netz ${withUnit(clock.roundTripMs, 'ms')}`;
        if (connection.silenceMs > 2500) {
            this.link('warn', 'Keine Antwort', `Leitstelle, seit ${seconds(connection.silenceMs)}`);
        } else if (isReplay) {
            this.link('ok', 'Wiedergabe', path);
        } else if (!drone) {
            this.link('warn', 'Keine Drohne', path);
        } else if (!drone.connected) {
            const since = clock.isSet ? clock.stationNow() - drone.lastSeenMs : NaN;
            this.link('bad', 'Drohne getrennt', `seit ${seconds(since)} · ${path}`);
        } else {
            const { rttMs, clockErrorMs, rung, kilobitsPerSecond, missing } = drone.link || {};
            const [level, word, meaning] = rungWords[rung] || rungWords[0];
            const rate = kilobitsPerSecond >= 1000 ? withUnit(kilobitsPerSecond / 1000, 'Mbit/s', 1)
                : withUnit(kilobitsPerSecond, 'kbit/s');
            const behind = missing > 0 ? ` · ${number(missing)} folgen` : '';
            this.link(level, word, `Drohne ${withUnit(rttMs, 'ms')} · ${path}${behind}`,
                `${meaning} (link rung ${rung ?? '–'})\nGeschätzte Rate: ${rate}\n` +
                `Noch an Bord, folgt später (backfill): ${number(missing ?? NaN)}\n` +
                `Uhrabgleich zur Drohne: ±${withUnit(clockErrorMs, 'ms', 1)}`);
        }
    }

    showRecorder(recorder, drone, isReplay) {
        if (isReplay) {
            this.recorder('off', 'Aus', 'in der Wiedergabe');
            return;
        }
        const words = { true: 'Bord: ja', false: 'Bord: NEIN', null: 'Bord: unbekannt' };
        const note = drone && drone.onboardNote;
        const why = note ? `, ${noteWords[note.kind] || note.text}` : '';
        const onboard = drone ? `${words[drone.onboardRecording] || words.null}${why}` : '';
        const counts = recorder
            ? `Aufgezeichnet: ${number(recorder.recorded)}, verloren: ${number(recorder.lost)}, ` +
              `wartend: ${bytes(recorder.queuedBytes)}`
            : '';
        const hint = note ? `${counts}\n${note.text}`.trim() : counts; // The drone says how to mend it.
        if (!recorder) this.recorder('off', dash, onboard);
        else if (!recorder.ok) this.recorder('bad', 'GESTÖRT', onboard, hint);
        else if (recorder.lost > 0) {
            this.recorder('warn', 'Läuft, Lücken', `${number(recorder.lost)} verloren · ${onboard}`, hint);
        } else this.recorder(drone && drone.onboardRecording === false ? 'warn' : 'ok', 'Läuft', onboard, hint);
    }

    showIncident(incident, wallNow) {
        setText(this.incidentName, incident ? incident.name : 'Kein Einsatz eröffnet');
        setText(this.incidentSince, incident ? `seit ${wallTime(incident.openedAt).slice(0, 5)}` : '');
        this.incidentSince.title = incident ? `Dauer ${duration(wallNow - incident.openedAt)}` : '';
        this.incidentName.title = incident ? `${incident.name}\n${incident.file || ''}` : '';
    }

    showFlight(pose, drone, stationNow, isOpen) {
        const is = (value) => pose !== null && Number.isFinite(value);
        const set = (name, text) => setText(this.fields.get(name), text);
        const hasPlace = pose !== null && pose.quality !== 'none' && is(pose.latitude) && is(pose.longitude);
        set('position', hasPlace ? pose.utmref || utmref(pose.latitude, pose.longitude) : dash);
        set('degrees', hasPlace ? `${number(pose.latitude, 5)}° N  ${number(pose.longitude, 5)}° O` : '');
        const value = (key) => (pose ? pose[key] : null);
        set('height', withUnit(value('height'), 'm'));
        set('altitude', withUnit(value('altitudeMSL'), 'm'));
        set('speed', is(value('speed')) ? withUnit(pose.speed * 3.6, 'km/h') : dash);
        set('course', bearing(value('course') ?? NaN));
        set('yaw', bearing(value('yaw') ?? NaN));
        const battery = value('battery');
        const hasBattery = Number.isFinite(battery) && battery >= 0 && battery <= 100;
        set('battery', hasBattery ? withUnit(battery, '%') : dash);
        const charge = battery < 20 ? 'bad' : battery < 35 ? 'warn' : 'ok';
        this.fields.get('battery').dataset.level = hasBattery ? charge : 'off';
        const satellites = value('satellites');
        const hasSatellites = Number.isFinite(satellites) && satellites < 255;
        set('fix', pose ? `${fixWords[pose.fix] || dash}${hasSatellites ? ` · ${satellites} Sat.` : ''}` : dash);
        const ageMs = pose && stationNow !== null && Number.isFinite(pose.atMs) ? stationNow - pose.atMs : null;
        const isOld = ageMs !== null && ageMs > poseLimitMs;
        const [level, word] = (pose && qualityWords[isOld ? 'stale' : pose.quality]) || ['off', dash];
        const doubts = ((pose && pose.doubts) || []).map((doubt) => doubtWords[doubt] || doubt);
        const more = doubts.length > 1 ? ` +${doubts.length - 1}` : '';
        const state = doubts.length > 0 ? `zweifelhaft: ${doubts[0]}${more}` : word;
        this.fields.get('quality').title = doubts.join('\n');
        const obstacle = obstacleText(pose);
        const margin = pose && pose.marginMetres > 0 ? `zusätzlich ±${withUnit(Math.ceil(pose.marginMetres * 2.15), 'm')}` : '';
        set('obstacle', obstacle ? `Keine Orte: ${obstacle} (no places)` : margin);
        set('quality', pose ? `${state}${ageMs === null ? '' : ` · ${seconds(ageMs)}`}` : dash);
        this.fields.get('quality').dataset.level = doubts.length > 0 && level === 'ok' ? 'warn' : level;
        this.panel.dataset.old = String(isOld || !isOpen);
        this.showSensors((drone && drone.sensors) || []);
    }

    showSensors(sensors) {
        const key = JSON.stringify(sensors);
        if (key === this.sensorsShown) return;
        this.sensorsShown = key;
        this.sensors.replaceChildren(...sensors.map((sensor) => {
            const [level, word] = sensorWords[sensor.state] || ['off', String(sensor.state)];
            const item = element('li', 'sensor');
            const state = element('span', 'state', word);
            state.dataset.level = level;
            const unit = String(sensor.stream).startsWith('telemetry') ? 'Meldungen' : 'Bilder';
            // The detector leaves out frames that it has no time for; they are recorded and sent all the same.
            const lostWord = String(sensor.stream).startsWith('detections') ? 'ausgelassen' : 'verloren';
            const lost = sensor.lost > 0 ? ` · ${number(sensor.lost)} ${lostWord}` : '';
            item.append(element('span', 'sensor-name', streamName(String(sensor.stream))), state,
                element('span', 'sensor-count', `${number(sensor.taken)} ${unit}${lost}`));
            if (sensor.note) {
                const { kind, text } = sensor.note;
                const line = element('span', 'sensor-note', noteWords[kind] || text);
                line.title = text; // The drone's own sentence says how to mend it.
                line.dataset.level = kind === 'following' ? 'off' : 'warn';
                item.append(line);
            }
            return item;
        }));
    }
}
