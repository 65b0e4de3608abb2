import { judge } from './validity.js';
import { setText } from './format.js';
import { Overlay } from './overlay.js';
import { ThermalImage } from './thermal.js';

const agesKept = 20000;
const decodeLimitMs = 2000;

/**
 * One picture on the page: decodes the latest frame, draws it, and says whether what is drawn may be believed.
 * At most one frame is being decoded and one waits; a newer one replaces the waiting one.
 */
export class Picture {
    constructor(figure, kind, { clock, counters, ages }) {
        this.figure = figure;
        this.kind = kind;
        this.clock = clock;
        this.counters = counters;
        this.ages = ages;
        this.stage = figure.querySelector('.stage');
        this.canvas = figure.querySelector('canvas.image');
        this.context = this.canvas.getContext('2d', { alpha: false });
        this.veilTitle = figure.querySelector('.veil-title');
        this.veilDetail = figure.querySelector('.veil-detail');
        this.note = figure.querySelector('.announce');
        this.thermal = new ThermalImage();
        this.overlay = new Overlay(this);
        this.generation = 0;
        this.isEmpty = true;
        this.reset();
    }

    /** Forgets the drawn frame: after a new connection its capture moment may belong to another clock. */
    reset() {
        this.generation += 1;
        this.drawn = null;
        this.waiting = null;
        this.decodingSince = null;
        this.overlay.clear();
    }

    /** Also removes the pixels: another drone's picture must not be taken for this one's. */
    clear() {
        this.reset();
        this.thermal.reset();
        this.canvas.width = this.canvas.width || 1;
        this.isEmpty = true;
    }

    offer(frame) {
        if (this.isOlderThanDrawn(frame.header)) {
            this.counters.framesOld += 1;
            return;
        }
        if (this.decodingSince === null) {
            this.decode(frame);
            return;
        }
        if (this.waiting) this.counters.framesSkipped += 1;
        this.waiting = frame;
    }

    isOlderThanDrawn(header) {
        if (!this.drawn || header.captureMs >= this.drawn.captureMs) return false;
        // A drawn frame from the future stems from a clock fault and must not lock out the true ones.
        return this.ageMs > -200;
    }

    async decode(frame) {
        const { generation } = this;
        this.decodingSince = performance.now();
        let bitmap = null;
        try {
            if (frame.header.encoding === 'jpeg') {
                bitmap = await createImageBitmap(new Blob([frame.payload], { type: 'image/jpeg' }));
            }
            if (generation === this.generation) this.draw(frame.header, bitmap || this.thermal.convert(frame));
        } catch {
            this.counters.decodeErrors += 1; // What is drawn stays, and its age tells.
        }
        if (bitmap) bitmap.close();
        if (generation !== this.generation) return;
        this.decodingSince = null;
        const next = this.waiting;
        this.waiting = null;
        if (next) this.decode(next);
    }

    draw(header, image) {
        const isPixels = image instanceof ImageData;
        if (this.canvas.width !== image.width || this.canvas.height !== image.height) {
            this.canvas.width = image.width;
            this.canvas.height = image.height;
        }
        if (isPixels) this.context.putImageData(image, 0, 0);
        else this.context.drawImage(image, 0, 0);
        if (!isPixels) this.thermal.values = null;
        this.isEmpty = false;
        this.drawn = {
            drone: header.drone,
            stream: header.stream,
            sequence: header.sequence,
            captureMs: header.captureMs,
            captureWallMs: header.captureWallMs,
            frozen: header.frozen === true,
            remark: header.blind === true ? 'schwarz oder einfarbig'
                : header.implausible === true ? 'unmögliche Werte'
                    : header.correcting === true ? 'Sensor gleicht sich ab' : '',
            bound: Number.isInteger(header.bound) && header.bound > 0 ? header.bound : 0,
            width: image.width,
            height: image.height,
        };
        this.counters.framesDrawn += 1;
        this.keepAge(header.stream);
        this.overlay.paint();
    }

    keepAge(stream) {
        const age = this.ageMs;
        if (age === null) return;
        const kept = (this.ages[stream] ||= []);
        kept.push(age);
        if (kept.length > agesKept) kept.shift();
    }

    /** Age of what is on the canvas, by the station's monotonic clock. */
    get ageMs() {
        const now = this.clock.stationNow();
        return this.drawn && now !== null ? now - this.drawn.captureMs : null;
    }

    /** Ten times a second: judges the picture anew, whether or not anything arrived. */
    tick(situation) {
        if (this.decodingSince !== null && performance.now() - this.decodingSince > decodeLimitMs) {
            this.counters.decodeErrors += 1; // A decoder that never answers must not hold up all later frames.
            this.generation += 1;
            this.decodingSince = null;
            const next = this.waiting;
            this.waiting = null;
            if (next) this.decode(next);
        }
        const ageMs = this.ageMs;
        const verdict = judge({
            ...situation,
            clockIsSet: this.clock.isSet,
            hasFrame: this.drawn !== null,
            frozen: this.drawn ? this.drawn.frozen : false,
            ageMs: ageMs ?? 0,
        });
        this.show(verdict, ageMs);
        this.overlay.paint();
        return { ...verdict, ageMs };
    }

    show(verdict, ageMs) {
        const { dataset } = this.figure;
        const before = dataset.reason;
        dataset.valid = String(verdict.valid);
        dataset.reason = verdict.reason;
        dataset.ageMs = ageMs === null ? '' : String(Math.round(ageMs));
        dataset.sequence = this.drawn ? String(this.drawn.sequence) : '';
        dataset.drone = this.drawn ? this.drawn.drone : '';
        dataset.empty = String(this.isEmpty);
        setText(this.veilTitle, verdict.title);
        setText(this.veilDetail, verdict.detail);
        if (before === verdict.reason) return;
        // Said once per change: a counting age would never let a screen reader fall silent.
        const name = this.kind === 'thermal' ? 'Wärmebild' : 'Sichtbild';
        setText(this.note, `${name}: ${verdict.valid && verdict.reason === 'ok' ? 'aktuell' : verdict.title}`);
    }
}
