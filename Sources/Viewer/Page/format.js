/** German numbers and words. A missing value is a dash, never a zero. */

export const dash = '–';

export function number(value, digits = 0) {
    if (value === null || value === undefined || !Number.isFinite(value)) return dash;
    return value.toLocaleString('de-DE', { minimumFractionDigits: digits, maximumFractionDigits: digits })
        .replace('-', '−');
}

export function withUnit(value, unit, digits = 0) {
    const text = number(value, digits);
    return text === dash ? dash : `${text}\u00a0${unit}`;
}

/** An age or duration given in milliseconds, short enough for a header. */
export function seconds(ms) {
    if (!Number.isFinite(ms)) return dash;
    const s = Math.max(0, ms) / 1000;
    if (s < 10) return `${number(Math.floor(s * 10) / 10, 1)}\u00a0s`;
    if (s < 100) return `${Math.floor(s)}\u00a0s`;
    if (s < 5400) return `${Math.floor(s / 60)}\u00a0min`;
    return `${Math.floor(s / 3600)}\u00a0h`;
}

/** hh:mm:ss of a moment in Unix milliseconds, in the local time of the Leitstelle. */
export function wallTime(ms) {
    return Number.isFinite(ms) ? new Date(ms).toLocaleTimeString('de-DE') : dash;
}

export function wallDate(ms) {
    const shape = { weekday: 'short', day: '2-digit', month: '2-digit', year: 'numeric' };
    return Number.isFinite(ms) ? new Date(ms).toLocaleDateString('de-DE', shape) : dash;
}

/** h:mm:ss of a duration in milliseconds. */
export function duration(ms) {
    if (!Number.isFinite(ms)) return dash;
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (n) => String(n).padStart(2, '0');
    return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

export function bytes(n) {
    if (!Number.isFinite(n)) return dash;
    if (n < 1e3) return withUnit(n, 'B');
    if (n < 1e6) return withUnit(n / 1e3, 'kB');
    return withUnit(n / 1e6, 'MB', 1);
}

const winds = ['N', 'NO', 'O', 'SO', 'S', 'SW', 'W', 'NW'];

/** "225° SW" */
export function bearing(degrees) {
    if (!Number.isFinite(degrees)) return dash;
    const whole = ((Math.round(degrees) % 360) + 360) % 360;
    return `${String(whole).padStart(3, '0')}°\u00a0${winds[Math.round(whole / 45) % 8]}`;
}

/** Creates an element with a class and, as text only, a content: nothing remote is ever parsed as markup. */
export function element(tag, className = '', text = null) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== null) made.textContent = text;
    return made;
}

/** Writes text only where it changed, so that screen readers and selections are left in peace. */
export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}
