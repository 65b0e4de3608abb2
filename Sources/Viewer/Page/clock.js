/**
 * The station's monotonic clock as this page sees it.
 *
 * Every exchange bounds the offset: the station answered somewhere between our sending and our receiving, so
 * `answer − received ≤ offset ≤ answer − sent`. The exchange with the least round trip bounds it best.
 * The wall clock takes no part: it may be set while somebody looks at the picture.
 */
export class StationClock {
    constructor(now = () => performance.now(), keep = 10) {
        this.now = now;
        this.keep = keep;
        this.reset();
    }

    reset() {
        this.samples = [];
        this.best = null;
    }

    /** True once an age may be believed. */
    get isSet() {
        return this.best !== null;
    }

    get roundTripMs() {
        return this.best ? this.best.roundTrip : null;
    }

    /** Takes the station's answer to a clock message sent at `sent` (this page's milliseconds). */
    take(sent, station) {
        const received = this.now();
        if (!Number.isFinite(sent) || !Number.isFinite(station) || sent > received) return false;
        const sample = { low: station - received, high: station - sent, roundTrip: received - sent };
        // Some machines stop performance.now() while asleep. The bounds then no longer meet, and the older
        // samples would make old pictures look young.
        const jumped = this.samples.some((other) => other.low > sample.high + 5 || other.high < sample.low - 5);
        if (jumped) this.samples = [];
        this.samples.push(sample);
        if (this.samples.length > this.keep) this.samples.shift();
        this.best = this.samples.reduce((a, b) => (b.roundTrip < a.roundTrip ? b : a));
        return true;
    }

    /** The station's time in milliseconds, or null before the first exchange. */
    stationNow() {
        return this.best ? this.now() + (this.best.low + this.best.high) / 2 : null;
    }
}
