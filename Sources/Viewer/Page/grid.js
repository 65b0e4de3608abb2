import { fromUTM, toUTM, zoneOf } from './geodesy.js';
import { element } from './format.js';

const steps = [100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
const linesLimit = 14;

/** The UTM grid as lines and labels: the map that is left when there are no tiles, and an aid when there are. */
export function drawGrid(map, layer) {
    layer.clearLayers();
    if (map.getZoom() < 9) return;
    const bounds = map.getBounds();
    const centre = map.getCenter();
    const zone = zoneOf(centre.lng);
    const corners = [bounds.getSouthWest(), bounds.getSouthEast(), bounds.getNorthWest(), bounds.getNorthEast()]
        .map((corner) => toUTM(corner.lat, corner.lng, zone));
    const east = corners.map((corner) => corner.easting);
    const north = corners.map((corner) => corner.northing);
    const [west, right] = [Math.min(...east), Math.max(...east)];
    const [south, top] = [Math.min(...north), Math.max(...north)];
    const step = steps.find((size) => (right - west) / size < linesLimit && (top - south) / size < linesLimit);
    if (!step) return;
    const begin = (value) => Math.ceil(value / step) * step;
    for (let e = begin(west); e <= right; e += step) {
        line(layer, [fromUTM(e, south, zone), fromUTM(e, (south + top) / 2, zone), fromUTM(e, top, zone)], e, step);
        label(layer, map, fromUTM(e, south + (top - south) * 0.03, zone), e, step);
    }
    for (let n = begin(south); n <= top; n += step) {
        line(layer, [fromUTM(west, n, zone), fromUTM((west + right) / 2, n, zone), fromUTM(right, n, zone)], n, step);
        label(layer, map, fromUTM(west + (right - west) * 0.05, n, zone), n, step);
    }
}

function line(layer, points, value, step) {
    const isMajor = value % (step * 5) === 0;
    const className = isMajor ? 'grid-line major' : 'grid-line';
    L.polyline(points, { className, interactive: false, weight: 1 }).addTo(layer);
}

/** Kilometres within the 100 km square, as printed on the edge of a UTMREF map. */
function label(layer, map, place, value, step) {
    const inside = (value % 100000) / 1000;
    const text = step < 1000 ? inside.toFixed(1).padStart(4, '0').replace('.', ',') : String(inside).padStart(2, '0');
    const icon = L.divIcon({ className: 'grid-label', html: element('span', '', text), iconSize: [34, 14] });
    if (map.getBounds().contains(place)) L.marker(place, { icon, interactive: false, keyboard: false }).addTo(layer);
}
