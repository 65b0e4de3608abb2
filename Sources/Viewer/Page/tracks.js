/** What the page says about a track: something that has stayed on the water for a while. Pure. */
import { bearing, number, seconds, withUnit } from './format.js';

const staleMs = 2000;
const firstVisible = 2 ** 31;
const doubtTexts = {
    large: 'größer als ein Mensch',
    fast: 'schneller als ein Schwimmer',
    hot: 'heißer als ein Mensch sein kann',
    fixed: 'bleibt stehen, während das Wasser fließt',
};
/* The visible camera speaks for something or leaves it open; it never clears a place. */
const witnessTexts = {
    supports: 'Sichtbild: auch dort hebt sich etwas ab (supports)',
    ordinary: 'Sichtbild: nichts Auffälliges – schließt niemanden aus (ordinary)',
    glint: 'Sichtbild: dort blitzt die Sonne – schließt niemanden aus (glint)',
    unable: 'Sichtbild: keine Aussage möglich (unable)',
};

/** One name for a track among all flights and cameras. */
export function trackKey(report, track) {
    return `${report.drone} ${report.stream} ${report.flight} ${track.number}`;
}

export function isTrack(track) {
    return Boolean(track) && Number.isInteger(track.number) && Boolean(track.place)
        && Number.isFinite(track.place.latitude) && Number.isFinite(track.place.longitude);
}

/**
 * "Person im Wasser?" is a hypothesis: only while nothing speaks against it. The sun's reflections do not: a head among them looks
 * like water among them.
 */
export function isHypothesis(track) {
    return Array.isArray(track.doubts) && track.doubts.length === 0;
}

export function trackTitle(track) {
    if (isHypothesis(track)) return 'Person im Wasser?';
    return isVisible(track) ? 'Farbauffälligkeit' : 'Wärmeauffälligkeit';
}

/** Whether the visible camera follows it, where the thermal one follows nothing. */
function isVisible(track) {
    return track.sense === 'visible';
}

/** The drone's own number, the same in every browser: S3 with heat, F3 by its colour. */
export function trackName(track) {
    return isVisible(track) ? `F${track.number - firstVisible}` : `S${track.number}`;
}

/** What speaks for and against, a line each. */
export function evidence(track) {
    const lines = [`in ${number(track.hits)} von ${number(track.looks)} Bildern, seit ${seconds(track.ageMs)}`];
    if (isVisible(track)) lines.push('nur im Sichtbild: eine Farbe, die das Wasser nicht hat (visible only)');
    if (Number.isFinite(track.contrastKelvin)) {
        const kind = track.contrastKelvin < 0 ? 'kälter' : 'wärmer';
        lines.push(`${withUnit(Math.abs(track.contrastKelvin), 'K', 1)} ${kind} als das Wasser ringsum`);
    }
    lines.push(`${withUnit(track.area, 'm²', 1)} groß · Stärke ${number(track.score, 1)}`);
    lines.push(Number.isFinite(track.speed)
        ? `bewegt sich mit ${withUnit(track.speed, 'm/s', 1)} nach ${bearing(track.course)}`
        : 'bewegt sich nicht messbar');
    if (witnessTexts[track.witness]) lines.push(witnessTexts[track.witness]);
    for (const doubt of track.doubts || []) {
        if (doubtTexts[doubt]) lines.push(`Dagegen: ${doubtTexts[doubt]}`);
    }
    lines.push('Wasser oder Land: nicht geprüft');
    return lines;
}

/** Whether it is in the picture now, foretold, or over. */
export function trackState(track, stationNow) {
    const silence = stationNow === null ? Infinity : stationNow - track.atMs;
    const unseen = silence + track.unseenMs;
    const last = Number.isFinite(unseen) ? `zuletzt gesehen vor ${seconds(unseen)}` : 'zuletzt gesehen: unbekannt';
    if (track.ended) return { isNow: false, text: `Spur beendet, ${last}` };
    if (silence > staleMs) return { isNow: false, text: `keine neuen Berichte, ${last}` };
    if (track.seen) return { isNow: true, text: 'im Bild' };
    return { isNow: false, text: `Ort vorausberechnet, ${last}` };
}
