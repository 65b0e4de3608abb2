import { distance, rhineKilometre, utmref } from './geodesy.js';
import { dash, element, number, seconds, setText, withUnit } from './format.js';
import { obstacleText } from './status.js';
import { evidence, isTrack, trackKey, trackName, trackState, trackTitle } from './tracks.js';

const groupsKept = 100;
const nearPixels = 48;
const pixelMemoryMs = 4000;
const nearMetres = 15;

/** Gathers reports into groups, one for each thing that is probably the same. Time comes with the reports. */
export class DetectionGroups {
    constructor() {
        this.groups = [];
        this.nextNumber = 1;
    }

    clear() {
        this.groups = [];
    }

    /** Returns the groups that are new. `picturedBy(detection, track)` gives a small picture of a new one, or null. */
    take(report, picturedBy) {
        const added = [];
        const taken = new Set(); // Two boxes of one picture are two things.
        const tracked = this.takeTracks(report, picturedBy, taken, added);
        report.detections.forEach((found, index) => {
            if (tracked.has(index)) return;
            let group = this.nearest(report, found, taken);
            if (!group) {
                group = this.found(report, picturedBy(found, null));
                added.push(group);
            }
            taken.add(group);
            group.image = group.image || picturedBy(found, null);
            this.update(group, report, found);
        });
        return added;
    }

    /** Tracks come first: the drone knows better than the page what is the same. Returns the detections that are theirs. */
    takeTracks(report, picturedBy, taken, added) {
        const tracked = new Set();
        const alive = new Set();
        for (const track of (Array.isArray(report.tracks) ? report.tracks : []).filter(isTrack)) {
            const key = trackKey(report, track);
            const found = report.detections[track.detection] || null;
            let group = this.groups.find((candidate) => candidate.track && candidate.track.key === key);
            if (group && group.track.atMs > report.atMs) continue;
            if (!group) group = this.nearest(report, { ...found, place: withRadius(track.place) }, taken, true);
            if (!group) {
                group = this.found(report, null);
                added.push(group);
            }
            alive.add(key);
            taken.add(group);
            group.track = { ...track, key, atMs: report.atMs, ended: false };
            if (found) {
                tracked.add(track.detection);
                this.update(group, report, found);
            }
            group.place = withRadius(track.place);
            group.lastMs = report.atMs - (track.unseenMs || 0);
            if (track.pictured || !group.image) group.image = picturedBy(found, track) || group.image;
        }
        for (const group of this.groups) {
            const isOfReport = group.track && group.drone === report.drone && group.stream === report.stream;
            if (isOfReport && !alive.has(group.track.key) && group.track.atMs < report.atMs) group.track.ended = true;
        }
        return tracked;
    }

    nearest(report, found, taken, isTracked = false) {
        let best = null;
        for (const group of this.groups) {
            // What has a track stays one thing for itself, also when it has ended.
            if (isTracked && group.track) continue;
            if (group.drone !== report.drone || group.stream !== report.stream || taken.has(group)) continue;
            const share = this.separation(group, report, found);
            if (share <= 1 && (best === null || share < best.share)) best = { group, share };
        }
        return best && best.group;
    }

    /** Distance between a group and a finding as a share of what still counts as the same. */
    separation(group, report, found) {
        if (group.place && found.place) {
            const reach = Math.max(nearMetres, (group.place.radius + found.place.radius) / 2 || 0);
            return distance(group.place, found.place) / reach;
        }
        if (report.atMs - group.lastMs > pixelMemoryMs) return Infinity;
        return Math.hypot(group.x - found.centroidX, group.y - found.centroidY) / nearPixels;
    }

    found(report, image) {
        const group = {
            number: this.nextNumber,
            drone: report.drone,
            stream: report.stream,
            firstMs: report.atMs,
            count: 0,
            place: null,
            temperature: null,
            score: 0,
            image,
            track: null,
        };
        this.nextNumber += 1;
        this.groups.unshift(group);
        this.groups.length = Math.min(this.groups.length, groupsKept);
        return group;
    }

    update(group, report, found) {
        group.count += 1;
        group.lastMs = report.atMs;
        group.x = found.centroidX;
        group.y = found.centroidY;
        group.score = Math.max(group.score, found.score || 0);
        if (Number.isFinite(found.temperature)) {
            group.temperature = Math.max(group.temperature ?? -300, found.temperature);
        }
        if (group.track && !group.track.ended) return; // Its place is the track's.
        const isBetter = found.place && (!group.place || found.place.radius <= group.place.radius * 1.5);
        if (isBetter) group.place = found.place;
    }
}

/** The event column. Newest first by first sighting, so that cards hold still under the eye. */
export class DetectionList {
    constructor(section, onChosen) {
        this.list = section.querySelector('ol');
        this.total = section.querySelector('.count');
        this.empty = section.querySelector('.empty');
        this.onChosen = onChosen;
        this.cards = new Map();
        this.axis = [];
    }

    /** `poseOf(drone)`: the drone's latest pose, which tells why there are no places now. */
    render(groups, stationNow, poseOf) {
        for (const [group, card] of this.cards) {
            if (groups.includes(group)) continue;
            card.item.remove();
            this.cards.delete(group);
        }
        for (const group of [...groups].reverse()) {
            if (!this.cards.has(group)) this.add(group);
        }
        setText(this.total, String(groups.length));
        this.empty.hidden = groups.length > 0;
        for (const [group, card] of this.cards) this.fill(card, group, stationNow, poseOf(group.drone));
    }

    add(group) {
        const item = element('li');
        const button = element('button', 'card');
        button.type = 'button';
        const picture = element('div', 'thumb');
        const body = element('div', 'card-body');
        const card = {
            item,
            button,
            picture,
            title: element('div', 'card-title'),
            place: element('div', 'card-place'),
            line: element('div', 'card-line'),
            river: element('div', 'card-line'),
            state: element('div', 'card-line card-state'),
            evidence: element('ul', 'card-evidence'),
            number: element('span', 'card-number'),
        };
        picture.append(card.number);
        body.append(card.title, card.place, card.line, card.river, card.state, card.evidence);
        button.append(picture, body);
        button.addEventListener('click', () => this.onChosen(group));
        item.append(button);
        this.list.prepend(item);
        this.cards.set(group, card);
    }

    fill(card, group, stationNow, pose) {
        const { place } = group;
        if (group.image && group.image.parentNode !== card.picture) {
            card.picture.replaceChildren(group.image, card.number);
        }
        setText(card.number, groupLabel(group));
        setText(card.title, group.track ? trackTitle(group.track) : 'Wärmeauffälligkeit');
        setText(card.place, place ? place.utmref || utmref(place.latitude, place.longitude) : 'ohne Ortsangabe');
        const radius = place ? `±${withUnit(Math.ceil(place.radius), 'm')}` : '';
        const degrees = group.temperature === null ? '' : withUnit(group.temperature, '°C', 1);
        setText(card.line, [radius, degrees].filter(Boolean).join(' · '));
        const kilometre = place ? rhineKilometre(this.axis, place) : null;
        const river = kilometre === null ? '' : `≈ Rhein-km ${number(kilometre, 1)}`;
        setText(card.river, place ? river : obstacleText(pose) || '');
        const { isNow, text } = group.track ? trackState(group.track, stationNow) : groupState(group, stationNow);
        setText(card.state, `${text} · ${group.drone}`);
        card.item.dataset.now = String(isNow);
        card.item.dataset.track = group.track ? 'true' : 'false';
        fillLines(card.evidence, group.track ? evidence(group.track) : []);
    }

    highlight(group) {
        for (const [other, card] of this.cards) {
            card.button.setAttribute('aria-current', String(other === group));
            if (other === group) card.item.scrollIntoView({ block: 'nearest' });
        }
    }
}

/** A track has the drone's own number; others are numbered by this page. */
export function groupLabel(group) {
    return group.track ? trackName(group.track) : String(group.number);
}

function groupState(group, stationNow) {
    const age = stationNow === null ? null : stationNow - group.lastMs;
    const isNow = age !== null && age < 2000;
    return { isNow, text: isNow ? 'im Bild' : `vor ${age === null ? dash : seconds(age)}` };
}

function withRadius(place) {
    return { ...place, radius: place.major };
}

function fillLines(parent, lines) {
    while (parent.children.length > lines.length) parent.lastChild.remove();
    while (parent.children.length < lines.length) parent.append(element('li'));
    lines.forEach((line, index) => setText(parent.children[index], line));
}
