import { seconds } from './format.js';

/** A live picture older than this is no longer a picture of now. */
export const staleMs = 1500;
/** A capture moment this far ahead of the station's clock is a clock fault, not a young picture. */
const futureMs = 500;
const tooSlow = 'Die Verbindung ist zu langsam dafür. An Bord wird aufgezeichnet, es folgt später.';

/**
 * Judges one picture. Pure: everything it needs is an argument.
 * @returns {{valid: boolean, reason: string, title: string, detail: string}}
 */
export function judge({ isOpen, silenceMs, clockIsSet, hasFrame, frozen, ageMs, droneConnected, replay, sensorState, isCarried }) {
    if (!isOpen) {
        return invalid('disconnected', 'VERBINDUNG ZUR LEITSTELLE GETRENNT',
            `Seit ${seconds(silenceMs)}. Die Verbindung wird fortlaufend neu versucht.`);
    }
    if (!hasFrame) return invalid('no-frame', 'KEIN BILD', absence(droneConnected, sensorState, replay, isCarried));
    if (!clockIsSet) return invalid('clock', 'BILDALTER UNBEKANNT', 'Die Uhr wird mit der Leitstelle abgeglichen.');
    if (ageMs < -futureMs) {
        return invalid('clock', 'BILDALTER UNBEKANNT', 'Die Aufnahmezeit liegt in der Zukunft: Uhrfehler.');
    }
    if (frozen) {
        return invalid('frozen', 'KAMERA EINGEFROREN', 'Die Kamera liefert immer dasselbe Bild.');
    }
    if (replay && replay.paused) return { valid: true, reason: 'paused', title: 'PAUSE', detail: '' };
    // Slow motion spaces the frames of a recording out; they are no staler for it.
    const limit = replay && replay.rate > 0 && replay.rate < 1 ? staleMs / replay.rate : staleMs;
    if (ageMs > limit) {
        return invalid('stale', `BILD VERALTET – ${seconds(ageMs)}`,
            droneConnected === false ? 'Die Drohne ist nicht verbunden.'
                : isCarried === false ? tooSlow : 'Es kommen keine neuen Bilder an.');
    }
    return { valid: true, reason: 'ok', title: '', detail: '' };
}

function absence(droneConnected, sensorState, replay, isCarried) {
    if (replay) return 'An dieser Stelle der Aufzeichnung liegt kein Bild vor.';
    if (droneConnected === null) return 'Es ist keine Drohne angemeldet.';
    if (droneConnected === false) return 'Die Drohne ist nicht verbunden.';
    if (sensorState === 'missing') return 'Die Drohne meldet: Kamera fehlt.';
    if (sensorState === 'failing') return 'Die Drohne meldet: Kamera gestört.';
    if (isCarried === false) return tooSlow;
    return 'Es wird auf das erste Bild gewartet.';
}

function invalid(reason, title, detail) {
    return { valid: false, reason, title, detail };
}
