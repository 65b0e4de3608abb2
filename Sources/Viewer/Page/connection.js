/** The page's socket to the station: opens it, reopens it for ever, and parses what arrives. */

const silenceLimitMs = 5000; // The station reports its state twice a second; this long a silence means a dead path.
const openLimitMs = 8000;
const headerLimit = 65536;
const pixelLimit = 64 * 1024 * 1024;
/** Close codes of the station (docs/guides/viewer-protocol.md) that are told, and how long to wait before the next attempt. */
const refusals = {
    4429: ['Mit diesem Konto sind zu viele Fenster offen. Schließen Sie eines, oder melden Sie sich mit einem anderen '
        + 'Konto an. (Too many windows with this account.)', 15000],
    4430: ['Von diesem Rechner oder Anschluss sind zu viele Fenster offen. (Too many windows from this address.)', 15000],
    4503: ['Alle Zuschauerplätze der Leitstelle sind belegt. Es wird weiter versucht. (All places are taken.)', 5000],
    1008: ['Diese Seite hat zu viele Nachrichten gesendet und wurde getrennt. (Too many messages.)', 5000],
};
const sessionOver = 4401;

/** Splits a binary message into header and payload; null when it is not a frame. */
export function parseFrame(buffer) {
    if (buffer.byteLength < 6) return null;
    const length = new DataView(buffer).getUint32(0, true);
    if (length > headerLimit || length > buffer.byteLength - 4) return null;
    let header;
    try {
        header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    } catch {
        return null;
    }
    const payload = new Uint8Array(buffer, 4 + length);
    return isFrameHeader(header, payload) ? { header, payload } : null;
}

function isFrameHeader(header, payload) {
    if (header === null || typeof header !== 'object') return false;
    if (typeof header.drone !== 'string' || typeof header.stream !== 'string') return false;
    if (!Number.isFinite(header.captureMs) || !Number.isInteger(header.sequence)) return false;
    if (header.encoding === 'jpeg') return payload.byteLength > 0;
    if (header.encoding !== 'gray16') return false;
    const { width, height } = header;
    if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) return false;
    return width * height <= pixelLimit && payload.byteLength >= width * height * 2;
}

export class Connection {
    /** `handlers`: frame, message, opened, closed, clock, refused (a text, or null when it is over). */
    constructor(handlers, counters) {
        this.handlers = handlers;
        this.counters = counters;
        this.socket = null;
        this.isOpen = false;
        this.closedAt = performance.now();
        this.lastHeard = 0;
        this.attempts = 0;
        this.retry = null;
        setInterval(() => this.watch(), 500);
        setInterval(() => this.askClock(), 2000);
        // A cable put back in should not have to wait for the back-off.
        addEventListener('online', () => this.retryNow());
        document.addEventListener('visibilitychange', () => document.hidden || this.retryNow());
        // A browser may keep a page that was left, with its socket: that would hold one of the account's places.
        addEventListener('pagehide', () => this.socket && this.socket.close());
        addEventListener('pageshow', (event) => event.persisted && this.retryNow());
    }

    open() {
        this.retry = null;
        const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
        const socket = new WebSocket(`${scheme}//${location.host}/live`);
        socket.binaryType = 'arraybuffer';
        this.socket = socket;
        this.startedAt = performance.now();
        socket.onopen = () => socket === this.socket && this.opened();
        socket.onmessage = (event) => socket === this.socket && this.heard(event.data);
        socket.onclose = (event) => socket === this.socket && this.lost(event.code);
    }

    send(message) {
        if (!this.isOpen || this.socket.readyState !== WebSocket.OPEN) return false;
        this.socket.send(JSON.stringify(message));
        return true;
    }

    /** Milliseconds since the station was last heard. */
    get silenceMs() {
        return this.isOpen ? performance.now() - this.lastHeard : performance.now() - this.closedAt;
    }

    opened() {
        this.isOpen = true;
        this.lastHeard = performance.now();
        this.handlers.opened();
        this.askClock();
        setTimeout(() => this.askClock(), 150); // The first exchange of a connection is its slowest.
        setTimeout(() => this.askClock(), 600);
    }

    askClock() {
        this.send({ type: 'clock', b: performance.now() });
    }

    heard(data) {
        this.lastHeard = performance.now();
        if (typeof data !== 'string') {
            this.counters.framesReceived += 1;
            const frame = parseFrame(data);
            if (frame) this.handlers.frame(frame);
            else this.counters.malformed += 1;
            return;
        }
        let message = null;
        try {
            message = JSON.parse(data);
        } catch {
            // counted below
        }
        if (message === null || typeof message !== 'object') {
            this.counters.malformed += 1;
            return;
        }
        this.counters.messages += 1;
        if (message.type === 'clock') {
            if (this.handlers.clock(message.b, message.s)) this.counters.clockSamples += 1;
            return;
        }
        if (message.type === 'hello') {
            this.attempts = 0; // Only a station that speaks ends the back-off.
            this.handlers.refused(null);
        }
        this.handlers.message(message);
    }

    watch() {
        if (this.isOpen && this.silenceMs > silenceLimitMs) this.abandon();
        const isConnecting = !this.isOpen && this.socket && this.retry === null;
        if (isConnecting && performance.now() - this.startedAt > openLimitMs) this.abandon();
    }

    /** A path that died silently never reports its end: let go of the socket without waiting for it. */
    abandon() {
        const socket = this.socket;
        this.lost();
        if (socket) socket.close();
    }

    lost(code) {
        if (this.isOpen) this.closedAt = performance.now();
        this.isOpen = false;
        this.socket = null;
        this.handlers.closed();
        this.attempts += 1;
        this.counters.reconnects += 1;
        const ceiling = Math.min(8000, 250 * 2 ** Math.min(this.attempts, 6));
        const [text, pause] = refusals[code] || [null, 0];
        if (text) this.handlers.refused(text);
        const wait = pause + ceiling / 2 + Math.random() * (ceiling / 2); // Screens must not return in step.
        this.retry = setTimeout(() => this.open(), wait);
        if (code === sessionOver) location.assign('/'); // The station sends to /login, unless the browser has a newer session.
        else if (!text) this.checkSession();
    }

    retryNow() {
        if (this.retry === null) return;
        clearTimeout(this.retry);
        this.open();
    }

    /** A WebSocket hides why it was not even opened; an ordinary request tells whether the session has ended. */
    async checkSession() {
        try {
            const answer = await fetch('/', { redirect: 'manual', cache: 'no-store', credentials: 'same-origin' });
            if (answer.type === 'opaqueredirect' || answer.status === 401) location.assign('/login');
        } catch {
            // No station there: the back-off goes on.
        }
    }
}
