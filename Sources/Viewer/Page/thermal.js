/** From 16-bit thermal values to colours and temperatures. */

const palettes = {
    whitehot: [[0, 0, 0], [255, 255, 255]],
    blackhot: [[255, 255, 255], [0, 0, 0]],
    iron: [[0, 0, 10], [38, 0, 105], [120, 0, 150], [192, 24, 110], [232, 84, 32], [250, 160, 10], [255, 226, 90],
        [255, 255, 246]],
};

const coldShare = 0.01;
const hotShare = 0.999; // A person in water fills about a thousandth of the picture and must not set the scale.
const startMoving = 0.08; // Hysteresis: the range starts to move at this share of its span,
const stopMoving = 0.01; // and comes to rest at this one, so that colours don't breathe with every frame.

const units = {
    centikelvin: { scale: 0.01, least: 400 },
    decikelvin: { scale: 0.1, least: 40 },
};

/** Degrees Celsius of a raw value, or null where the camera gives counts without a scale. */
export function celsius(value, unit) {
    return units[unit] ? value * units[unit].scale - 273.15 : null;
}

function raw(temperature, unit) {
    return (temperature + 273.15) / units[unit].scale;
}

function ramp(stops) {
    const table = new Uint32Array(256);
    for (let i = 0; i < 256; i += 1) {
        const place = (i / 255) * (stops.length - 1);
        const left = Math.min(stops.length - 2, Math.floor(place));
        const [r, g, b] = stops[left].map((from, c) => Math.round(from + (stops[left + 1][c] - from) * (place - left)));
        table[i] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
    }
    return table;
}

export class ThermalImage {
    constructor() {
        this.setPalette('whitehot');
        this.fixed = null;
        this.histogram = new Uint32Array(65536);
        this.reset();
    }

    reset() {
        this.low = null;
        this.high = null;
        this.moving = false;
        this.values = null;
        this.unit = 'none';
        this.hottest = null;
    }

    setPalette(name) {
        this.colours = ramp(palettes[name] || palettes.whitehot);
    }

    /** Holds the scale at two temperatures in °C; null returns to the automatic range. */
    setFixedRange(range) {
        this.fixed = range;
    }

    /** Returns a frame's pixels. Its `width * height` values, little endian, are present: the parser saw to it. */
    convert({ header, payload }) {
        const { width, height } = header;
        const count = width * height;
        const copy = payload.slice(0, count * 2); // A 16-bit view needs an even offset.
        const values = new Uint16Array(copy.buffer);
        this.values = values;
        this.width = width;
        this.height = height;
        if (header.unit !== this.unit) this.low = null;
        this.unit = header.unit;
        this.adaptRange(values);
        if (!this.pixels || this.pixels.width !== width || this.pixels.height !== height) {
            this.pixels = new ImageData(width, height);
        }
        this.paint(values, new Uint32Array(this.pixels.data.buffer));
        return this.pixels;
    }

    paint(values, out) {
        const { colours, low } = this;
        const factor = 255 / Math.max(1, this.high - low);
        let top = -1;
        let place = 0;
        for (let i = 0; i < values.length; i += 1) {
            const value = values[i];
            if (value > top) {
                top = value;
                place = i;
            }
            const level = (value - low) * factor;
            out[i] = colours[level <= 0 ? 0 : level >= 255 ? 255 : level | 0];
        }
        this.hottest = { x: place % this.width, y: Math.floor(place / this.width), value: top };
    }

    adaptRange(values) {
        if (this.fixed && units[this.unit]) {
            this.low = raw(this.fixed.low, this.unit);
            this.high = raw(this.fixed.high, this.unit);
            return;
        }
        const [low, high] = this.percentiles(values);
        if (this.low === null) {
            this.low = low;
            this.high = high;
            return;
        }
        const span = Math.max(1, this.high - this.low);
        const distance = Math.max(Math.abs(low - this.low), Math.abs(high - this.high)) / span;
        if (distance > startMoving) this.moving = true;
        if (distance < stopMoving) this.moving = false;
        if (!this.moving) return;
        this.low += (low - this.low) * 0.2;
        this.high += (high - this.high) * 0.2;
    }

    percentiles(values) {
        const { histogram } = this;
        histogram.fill(0);
        const step = values.length > 100000 ? 3 : 1; // Odd, so that it does not walk down single columns.
        let count = 0;
        for (let i = 0; i < values.length; i += step) {
            histogram[values[i]] += 1;
            count += 1;
        }
        let low = 0;
        let seen = 0;
        while (low < 65535 && (seen += histogram[low]) < count * coldShare) low += 1;
        let high = 65535;
        let above = 0;
        while (high > low && (above += histogram[high]) < count * (1 - hotShare)) high -= 1;
        const least = units[this.unit] ? units[this.unit].least : 64; // Else plain noise would fill the scale.
        const missing = least - (high - low);
        return missing > 0 ? [low - missing / 2, high + missing / 2] : [low, high];
    }

    /** Raw value at a pixel, or null outside the picture. */
    valueAt(x, y) {
        if (!this.values || x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
        return this.values[Math.floor(y) * this.width + Math.floor(x)];
    }

    /** Paints the scale's colours, cold to hot, into a canvas. */
    drawScale(canvas) {
        const context = canvas.getContext('2d');
        const strip = context.createImageData(256, 1);
        new Uint32Array(strip.data.buffer).set(this.colours);
        canvas.width = 256;
        canvas.height = 1;
        context.putImageData(strip, 0, 0);
    }
}
