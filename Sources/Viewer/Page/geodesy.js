/** UTM, UTMREF and the Rhine's kilometres. Pure. */

const k0 = 0.9996;
const n = 0.00167922038638; // WGS 84 third flattening; Krüger's series to the third order is good to a millimetre.
const meridian = 6367449.145823;
const alpha = [8.37731820624e-4, 7.60852777380e-7, 1.19764548e-9];
const beta = [8.37732164058e-4, 5.90587015e-8, 1.67348265e-10];
const delta = [2 * n - (2 / 3) * n ** 2 - 2 * n ** 3, (7 / 3) * n ** 2 - (8 / 5) * n ** 3, (56 / 15) * n ** 3];
const radians = Math.PI / 180;

export function zoneOf(longitude) {
    return Math.min(60, Math.max(1, Math.floor((longitude + 180) / 6) + 1));
}

/** Easting and northing in metres on the northern half of the earth. */
export function toUTM(latitude, longitude, zone = zoneOf(longitude)) {
    const phi = latitude * radians;
    const lambda = (longitude - (zone * 6 - 183)) * radians;
    const e = (2 * Math.sqrt(n)) / (1 + n);
    const t = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)));
    const xi = Math.atan2(t, Math.cos(lambda));
    const eta = Math.atanh(Math.sin(lambda) / Math.sqrt(1 + t * t));
    let east = eta;
    let north = xi;
    alpha.forEach((a, i) => {
        const j = 2 * (i + 1);
        east += a * Math.cos(j * xi) * Math.sinh(j * eta);
        north += a * Math.sin(j * xi) * Math.cosh(j * eta);
    });
    return { zone, easting: 500000 + k0 * meridian * east, northing: k0 * meridian * north };
}

/** [latitude, longitude] in degrees. */
export function fromUTM(easting, northing, zone) {
    const xi = northing / (k0 * meridian);
    const eta = (easting - 500000) / (k0 * meridian);
    let north = xi;
    let east = eta;
    beta.forEach((b, i) => {
        const j = 2 * (i + 1);
        north -= b * Math.sin(j * xi) * Math.cosh(j * eta);
        east -= b * Math.cos(j * xi) * Math.sinh(j * eta);
    });
    const chi = Math.asin(Math.sin(north) / Math.cosh(east));
    let phi = chi;
    delta.forEach((d, i) => {
        phi += d * Math.sin(2 * (i + 1) * chi);
    });
    return [phi / radians, zone * 6 - 183 + Math.atan2(Math.sinh(east), Math.cos(north)) / radians];
}

const columns = ['STUVWXYZ', 'ABCDEFGH', 'JKLMNPQR'];
const rows = 'ABCDEFGHJKLMNPQRSTUV';
const bands = 'CDEFGHJKLMNPQRSTUVWX';

/** "32U LC 42500 03028"; digits are cut off, never rounded, so that the reference names the right square. */
export function utmref(latitude, longitude) {
    if (!(latitude >= 0 && latitude < 84) || !Number.isFinite(longitude)) return '';
    const { zone, easting, northing } = toUTM(latitude, longitude);
    const column = columns[zone % 3][Math.floor(easting / 1e5) - 1];
    const row = rows[(Math.floor(northing / 1e5) + (zone % 2 === 0 ? 5 : 0)) % 20];
    const digits = (v) => String(Math.floor(v % 1e5)).padStart(5, '0');
    return `${zone}${bands[Math.floor((latitude + 80) / 8)]} ${column}${row} ${digits(easting)} ${digits(northing)}`;
}

/** Metres between two places a few kilometres apart. */
export function distance(a, b) {
    const x = (b.longitude - a.longitude) * 111320 * Math.cos(((a.latitude + b.latitude) / 2) * radians);
    return Math.hypot(x, (b.latitude - a.latitude) * 111257);
}

/**
 * Rhine kilometre of the nearest point of the axis, or null farther than `limit` metres from it.
 * The axis has few points, so the answer is good to about half a kilometre and is rounded to that.
 */
export function rhineKilometre(axis, place, limit = 700) {
    let best = null;
    for (let i = 1; i < axis.length; i += 1) {
        const [a, b] = [axis[i - 1], axis[i]];
        const shrink = Math.cos(place.latitude * radians);
        const dx = (b.longitude - a.longitude) * shrink;
        const dy = b.latitude - a.latitude;
        const px = (place.longitude - a.longitude) * shrink;
        const py = place.latitude - a.latitude;
        const share = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy)));
        const foot = {
            latitude: a.latitude + share * dy,
            longitude: a.longitude + share * (b.longitude - a.longitude),
        };
        const away = distance(foot, place);
        if (away <= limit && (best === null || away < best.away)) {
            best = { away, kilometre: a.kilometre + share * (b.kilometre - a.kilometre) };
        }
    }
    return best && Math.round(best.kilometre * 2) / 2;
}

/** Reads the axis file; points whose kilometre is unknown get one by their distance between known ones. */
export function readAxis(geojson) {
    const line = geojson.features.find((feature) => feature.geometry.type === 'LineString');
    const known = line.properties.kilometres;
    const axis = line.geometry.coordinates.map(([longitude, latitude], i) => {
        return { latitude, longitude, kilometre: known[i] };
    });
    const along = [0];
    for (let i = 1; i < axis.length; i += 1) along.push(along[i - 1] + distance(axis[i - 1], axis[i]));
    axis.forEach((point, i) => {
        if (point.kilometre !== null) return;
        let before = i;
        let after = i;
        while (known[before] === null) before -= 1;
        while (known[after] === null) after += 1;
        const share = (along[i] - along[before]) / (along[after] - along[before]);
        point.kilometre = known[before] + share * (known[after] - known[before]);
    });
    return axis;
}
