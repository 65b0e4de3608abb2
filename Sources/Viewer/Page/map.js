import { distance, readAxis, utmref } from './geodesy.js';
import { drawGrid } from './grid.js';
import { groupLabel } from './detections.js';
import { element, setText } from './format.js';

const trackLimit = 2000;
const aheadSeconds = 30;
const home = [51.4565, 6.7330];

/** The map: drones with heading and track, anomalies with their error, where tracks are heading, the Rhine's axis. */
const withoutTiles = {
    vector: 'UTM-Gitter – die Kartendatei enthält Vektorkacheln, gebraucht werden Bilder (vector tiles)',
    unusable: 'UTM-Gitter – die Kartendatei ist nicht nutzbar, siehe Protokoll der Leitstelle (map file unusable)',
};

export class SituationMap {
    constructor(section, onChosen) {
        this.section = section;
        this.onChosen = onChosen;
        this.drones = new Map();
        this.marks = new Map();
        this.axis = [];
        this.map = L.map(section.querySelector('.map'), {
            center: home,
            zoom: 16,
            attributionControl: false,
            zoomControl: false,
        });
        const { map } = this;
        L.control.zoom({ zoomInTitle: 'Vergrößern', zoomOutTitle: 'Verkleinern' }).addTo(map);
        L.control.scale({ imperial: false }).addTo(map);
        this.attribution = L.control.attribution({ prefix: false }).addTo(map);
        this.grid = L.layerGroup().addTo(map);
        this.river = L.layerGroup().addTo(map);
        this.follow = section.querySelector('.follow');
        this.gridSwitch = section.querySelector('.grid-switch');
        this.pointer = section.querySelector('.map-pointer');
        this.follow.addEventListener('click', () => this.setFollow(!this.isFollowing));
        this.gridSwitch.addEventListener('click', () => this.setGrid(!this.hasGrid));
        map.on('dragstart', () => this.setFollow(false));
        map.on('moveend zoomend', () => this.hasGrid && drawGrid(map, this.grid));
        map.on('mousemove', (event) => setText(this.pointer, utmref(event.latlng.lat, event.latlng.lng)));
        map.on('mouseout', () => setText(this.pointer, ''));
        new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(section);
        this.setFollow(true);
        this.setGrid(true);
    }

    /** `fault`: why there are none although a file is configured. */
    setTiles(available, fault) {
        if (available && !this.tiles) {
            this.tiles = L.tileLayer('/tiles/{z}/{x}/{y}', {
                maxZoom: 19,
                attribution: '© OpenStreetMap-Mitwirkende',
            }).addTo(this.map);
            this.setGrid(false);
        }
        if (!available && this.tiles) {
            this.tiles.remove();
            this.tiles = null;
            this.setGrid(true);
        }
        if (this.without) this.attribution.removeAttribution(this.without);
        this.without = available ? null : withoutTiles[fault] || 'UTM-Gitter, keine Kartenkacheln';
        if (this.without) this.attribution.addAttribution(this.without);
    }

    setFollow(on) {
        this.isFollowing = on;
        this.follow.setAttribute('aria-pressed', String(on));
    }

    setGrid(on) {
        this.hasGrid = on;
        this.gridSwitch.setAttribute('aria-pressed', String(on));
        this.grid.clearLayers();
        if (on) drawGrid(this.map, this.grid);
    }

    /** Loads the axis; without it the map works on, only without river kilometres. */
    async loadAxis() {
        const answer = await fetch('/rhine-axis.json', { credentials: 'same-origin' });
        if (!answer.ok) return [];
        const data = await answer.json();
        this.axis = readAxis(data);
        const line = this.axis.map((point) => [point.latitude, point.longitude]);
        L.polyline(line, { className: 'river', weight: 14, interactive: false }).addTo(this.river);
        const dashed = { className: 'river-axis', weight: 2, dashArray: '8 6', interactive: false };
        L.polyline(line, dashed).addTo(this.river);
        for (const { properties, geometry } of data.features) {
            if (geometry.type !== 'Point') continue;
            const [longitude, latitude] = geometry.coordinates;
            const icon = L.divIcon({
                className: 'river-label',
                html: element('span', '', String(properties.label)),
                iconSize: [70, 18],
            });
            L.marker([latitude, longitude], { icon, keyboard: false, title: String(properties.place) })
                .addTo(this.river);
        }
        this.attribution.addAttribution('Rheinachse: Näherung');
        return this.axis;
    }

    /** `poses`: for each drone its latest pose, or null. */
    showDrones(states, selected) {
        const present = new Set(states.map((state) => state.id));
        for (const [id, drone] of this.drones) {
            if (present.has(id)) continue;
            if (drone.marker) drone.marker.remove();
            drone.line.remove();
            this.drones.delete(id);
        }
        for (const { id, pose, connected } of states) {
            const drone = this.drones.get(id) || this.addDrone(id);
            this.showDrone(drone, id, pose, connected, id === selected);
        }
    }

    addDrone(id) {
        const line = L.polyline([], { className: 'track', weight: 3, interactive: false }).addTo(this.map);
        const drone = { track: [], line, marker: null };
        this.drones.set(id, drone);
        return drone;
    }

    showDrone(drone, id, pose, connected, isSelected) {
        if (!isPlace(pose)) return;
        const place = [pose.latitude, pose.longitude];
        if (!drone.marker) this.addMarker(drone, id, place);
        drone.marker.setLatLng(place);
        const heading = Number.isFinite(pose.yaw) ? pose.yaw : pose.course;
        drone.arrow.style.transform = `rotate(${Number.isFinite(heading) ? heading : 0}deg)`;
        const isOld = !connected || pose.quality === 'stale';
        drone.body.dataset.old = String(isOld);
        drone.body.dataset.selected = String(isSelected);
        setText(drone.label, isOld ? `${id} (alt)` : id);
        const last = drone.track[drone.track.length - 1];
        const here = { latitude: place[0], longitude: place[1] };
        if (!isOld && (!last || distance(last, here) > 1)) {
            drone.track.push(here);
            if (drone.track.length > trackLimit) drone.track.shift();
            drone.line.setLatLngs(drone.track.map((point) => [point.latitude, point.longitude]));
        }
        if (isSelected && this.isFollowing) this.keepInView(place);
    }

    /** Follows only when the drone nears the edge: a map that never rests can't be read. */
    keepInView(place) {
        if (!this.map.getBounds().pad(-0.25).contains(place)) this.map.panTo(place, { animate: false });
    }

    addMarker(drone, id, place) {
        drone.body = element('div', 'drone');
        drone.arrow = arrow();
        drone.label = element('span', 'drone-label', id);
        drone.body.append(drone.arrow, drone.label);
        const icon = L.divIcon({ className: 'drone-icon', html: drone.body, iconSize: [36, 36] });
        drone.marker = L.marker(place, { icon, title: id, keyboard: false, zIndexOffset: 1000 }).addTo(this.map);
    }

    clearTracks() {
        for (const drone of this.drones.values()) {
            drone.track = [];
            drone.line.setLatLngs([]);
        }
    }

    showGroups(groups, stationNow) {
        for (const [group, mark] of this.marks) {
            if (groups.includes(group)) continue;
            mark.circle.remove();
            mark.ahead.remove();
            mark.marker.remove();
            this.marks.delete(group);
        }
        for (const group of groups) {
            if (!isPlace(group.place)) continue;
            const mark = this.marks.get(group) || this.addMark(group);
            const place = [group.place.latitude, group.place.longitude];
            mark.marker.setLatLng(place);
            mark.circle.setLatLngs(ellipse(group.place));
            mark.ahead.setLatLngs(ahead(group));
            setText(mark.pin, groupLabel(group));
            mark.pin.dataset.now = String(stationNow !== null && stationNow - group.lastMs < 2000);
            mark.pin.dataset.ended = String(Boolean(group.track && group.track.ended));
        }
    }

    addMark(group) {
        const place = [group.place.latitude, group.place.longitude];
        const circle = L.polygon([], { className: 'error-circle', weight: 2, interactive: false });
        const ahead = L.polyline([], { className: 'ahead', weight: 3, interactive: false }).addTo(this.map);
        const pin = element('span', 'pin', groupLabel(group));
        const icon = L.divIcon({ className: 'pin-icon', html: pin, iconSize: [24, 24], iconAnchor: [1, 23] });
        const marker = L.marker(place, { icon, title: `Wärmeauffälligkeit ${groupLabel(group)}` });
        marker.on('click', () => this.onChosen(group));
        const mark = { circle: circle.addTo(this.map), ahead, marker: marker.addTo(this.map), pin };
        this.marks.set(group, mark);
        return mark;
    }

    goTo(group) {
        if (!isPlace(group.place)) return;
        this.setFollow(false);
        this.map.setView([group.place.latitude, group.place.longitude], Math.max(17, this.map.getZoom()));
        for (const [other, mark] of this.marks) mark.pin.dataset.chosen = String(other === group);
    }
}

function isPlace(place) {
    return Boolean(place) && place.quality !== 'none'
        && Number.isFinite(place.latitude) && Number.isFinite(place.longitude)
        && Math.abs(place.latitude) <= 84 && Math.abs(place.longitude) <= 180;
}

/** The outline within which nine in ten true places lie; a circle where no axes are known. */
function ellipse(place) {
    const major = Math.max(1, place.major || place.radius || 1);
    const minor = Math.max(1, place.minor || place.radius || 1);
    const turned = (place.direction || 0) * Math.PI / 180;
    const points = [];
    for (let step = 0; step < 36; step += 1) {
        const angle = step * Math.PI / 18;
        const [along, across] = [major * Math.cos(angle), minor * Math.sin(angle)];
        points.push(shifted(
            place,
            along * Math.sin(turned) + across * Math.cos(turned),
            along * Math.cos(turned) - across * Math.sin(turned),
        ));
    }
    return points;
}

/** From where a track is to where it will be in half a minute. */
function ahead({ place, track }) {
    if (!track || track.ended || !Number.isFinite(track.speed)) return [];
    const course = track.course * Math.PI / 180;
    const metres = track.speed * aheadSeconds;
    return [[place.latitude, place.longitude], shifted(place, metres * Math.sin(course), metres * Math.cos(course))];
}

function shifted(place, east, north) {
    const metresPerDegree = 111_320;
    return [
        place.latitude + north / metresPerDegree,
        place.longitude + east / (metresPerDegree * Math.cos(place.latitude * Math.PI / 180)),
    ];
}

function arrow() {
    const space = 'http://www.w3.org/2000/svg';
    const picture = document.createElementNS(space, 'svg');
    picture.setAttribute('viewBox', '-18 -18 36 36');
    picture.setAttribute('class', 'drone-arrow');
    const shape = document.createElementNS(space, 'path');
    shape.setAttribute('d', 'M0 -15 L10 11 L0 6 L-10 11 Z');
    picture.append(shape);
    return picture;
}
