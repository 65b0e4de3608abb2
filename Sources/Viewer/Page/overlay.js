import { celsius } from './thermal.js';
import { isHypothesis, trackName, trackTitle } from './tracks.js';
import { number, withUnit } from './format.js';

const shownForMs = 1500;
const labelled = 4;

/** What is drawn over a picture: boxes, the hottest point, and the temperature under the pointer. */
export class Overlay {
    constructor(picture) {
        this.picture = picture;
        this.stage = picture.stage;
        this.canvas = picture.figure.querySelector('canvas.overlay');
        this.context = this.canvas.getContext('2d');
        this.report = null;
        this.probe = null;
        this.showsHottest = true;
        this.stage.addEventListener('pointermove', (event) => this.pointAt(event));
        this.stage.addEventListener('pointerleave', () => this.setProbe(null));
        this.stage.addEventListener('keydown', (event) => this.moveProbe(event));
    }

    clear() {
        this.report = null;
    }

    setReport(report) {
        this.report = report;
    }

    get isThermal() {
        return this.picture.thermal.values !== null;
    }

    /** Where the picture lies inside the stage, and how much it is enlarged. */
    get fit() {
        const { drawn } = this.picture;
        const [w, h] = [this.stage.clientWidth, this.stage.clientHeight];
        if (!drawn || w === 0 || h === 0) return null;
        const scale = Math.min(w / drawn.width, h / drawn.height);
        return { scale, left: (w - drawn.width * scale) / 2, top: (h - drawn.height * scale) / 2, w, h };
    }

    pointAt(event) {
        const { fit } = this;
        if (!fit) return;
        const box = this.stage.getBoundingClientRect();
        this.setProbe({
            x: (event.clientX - box.left - fit.left) / fit.scale,
            y: (event.clientY - box.top - fit.top) / fit.scale,
        });
    }

    moveProbe(event) {
        const { drawn } = this.picture;
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (event.key === 'Escape') this.setProbe(null);
        if (!step || !drawn || !this.isThermal) return;
        event.preventDefault();
        const from = this.probe || { x: drawn.width / 2, y: drawn.height / 2 };
        const far = event.shiftKey ? 20 : 2;
        const within = (v, limit) => Math.min(limit - 1, Math.max(0, v));
        this.setProbe({
            x: within(from.x + step[0] * far, drawn.width),
            y: within(from.y + step[1] * far, drawn.height),
        });
    }

    setProbe(place) {
        this.probe = place;
        this.paint();
    }

    get probeText() {
        return this.probe ? this.valueText(this.picture.thermal.valueAt(this.probe.x, this.probe.y)) : null;
    }

    valueText(value) {
        if (value === null || value === undefined) return null;
        const degrees = celsius(value, this.picture.thermal.unit);
        return degrees === null ? `${number(value)} (ohne Skala)` : withUnit(degrees, '°C', 1);
    }

    paint() {
        const { fit, context, canvas } = this;
        const ratio = devicePixelRatio || 1;
        const width = Math.max(1, Math.round(this.stage.clientWidth * ratio));
        const height = Math.max(1, Math.round(this.stage.clientHeight * ratio));
        if (canvas.width !== width || canvas.height !== height) {
            canvas.width = width;
            canvas.height = height;
        }
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, width, height);
        if (!fit) return;
        context.font = '600 12px system-ui, "DejaVu Sans", sans-serif';
        context.textBaseline = 'middle';
        this.paintBoxes(fit);
        if (!this.isThermal) return;
        if (this.showsHottest) this.paintHottest(fit);
        this.paintProbe(fit);
    }

    paintBoxes(fit) {
        const { report } = this;
        const { drawn, clock } = this.picture;
        if (!report || report.stream !== drawn.stream) return;
        const age = clock.stationNow() - report.atMs;
        if (!(age < shownForMs)) return;
        const tracks = new Map((report.tracks || []).map((track) => [report.detections[track.detection], track]));
        const isFirst = (found) => (tracks.has(found) ? 1 : 0);
        const best = [...report.detections].sort((a, b) => isFirst(b) - isFirst(a) || b.score - a.score);
        // Tracks are drawn last, over the others.
        best.map((found, rank) => ({ found, rank })).reverse()
            .forEach(({ found, rank }) => this.paintBox(fit, found, rank < labelled, tracks.get(found)));
    }

    paintBox(fit, found, hasLabel, track) {
        const margin = 5; // Small blobs would vanish under their own box.
        const left = fit.left + found.x * fit.scale - margin;
        const top = fit.top + found.y * fit.scale - margin;
        const width = Math.max(10, found.width * fit.scale + 2 * margin);
        const height = Math.max(10, found.height * fit.scale + 2 * margin);
        const { context } = this;
        context.lineWidth = 4;
        context.strokeStyle = '#000';
        context.strokeRect(left, top, width, height);
        const colour = track && isHypothesis(track) ? '#ff9f45' : '#ffd60a';
        context.lineWidth = track ? 3 : 2;
        context.strokeStyle = colour;
        context.strokeRect(left, top, width, height);
        if (!hasLabel) return;
        const degrees = Number.isFinite(found.temperature) ? ` ${withUnit(found.temperature, '°C', 1)}` : '';
        const isAbove = top > 24;
        const title = track ? `${trackName(track)} ${trackTitle(track)}` : 'Wärmeauffälligkeit';
        this.paintLabel(`${title}${degrees}`, left - 1, isAbove ? top - 12 : top + height + 12, colour);
    }

    paintLabel(text, left, middle, colour) {
        const { context } = this;
        const width = context.measureText(text).width + 10;
        const x = Math.max(0, Math.min(left, this.stage.clientWidth - width));
        context.fillStyle = 'rgba(0, 0, 0, 0.82)';
        context.fillRect(x, middle - 9, width, 18);
        context.fillStyle = colour;
        context.fillText(text, x + 5, middle + 1);
    }

    paintHottest(fit) {
        const { hottest } = this.picture.thermal;
        if (!hottest) return;
        this.paintCross(fit.left + (hottest.x + 0.5) * fit.scale, fit.top + (hottest.y + 0.5) * fit.scale, '#ff5a4f');
    }

    paintProbe(fit) {
        const text = this.probeText;
        if (!text) return;
        const x = fit.left + this.probe.x * fit.scale;
        const y = fit.top + this.probe.y * fit.scale;
        this.paintCross(x, y, '#5ad1ff');
        this.paintLabel(text, x + 12, y > 30 ? y - 16 : y + 18, '#fff');
    }

    paintCross(x, y, colour) {
        const { context } = this;
        const path = new Path2D();
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
            path.moveTo(x + dx * 4, y + dy * 4);
            path.lineTo(x + dx * 11, y + dy * 11);
        }
        context.lineWidth = 4;
        context.strokeStyle = '#000';
        context.stroke(path);
        context.lineWidth = 2;
        context.strokeStyle = colour;
        context.stroke(path);
    }
}
