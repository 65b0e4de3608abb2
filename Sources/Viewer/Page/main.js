/**
 * The dispatcher's page. Frames flow connection → picture; state flows connection → header, map, lists.
 * One timer at 10 Hz judges the pictures, so that silence shows just as surely as a message would.
 */
import { startAbout } from './about.js';
import { Connection } from './connection.js';
import { DetectionGroups, DetectionList } from './detections.js';
import { IncidentControl } from './incident.js';
import { startArrangement, startTheme, startThermalControls } from './layout.js';
import { SituationMap } from './map.js';
import { Picture } from './picture.js';
import { ReplayControls } from './replay.js';
import { StationClock } from './clock.js';
import { Status, streamName } from './status.js';
import { element, seconds, setText, wallTime, withUnit } from './format.js';
import { celsius } from './thermal.js';

const counters = {
    messages: 0, framesReceived: 0, framesDrawn: 0, framesSkipped: 0, framesOld: 0, framesOtherDrone: 0,
    framesOtherStream: 0, decodeErrors: 0, malformed: 0, reconnects: 0, clockSamples: 0,
};
const ages = {};
window.lagebild = { ages, counters };

const byID = (id) => document.getElementById(id);
const clock = new StationClock();
const figures = { visible: byID('visible'), thermal: byID('thermal') };
const pictures = {};
for (const kind of ['visible', 'thermal']) pictures[kind] = new Picture(figures[kind], kind, { clock, counters, ages });
const status = new Status();
const groups = new DetectionGroups();
const poses = new Map();
const chosen = { drone: null, visible: null, thermal: null };
let isReplay = false;
let state = null;
let noticeEnd = null;

const map = new SituationMap(byID('map-panel'), choose);
const list = new DetectionList(byID('events'), choose);

function choose(group) {
    list.highlight(group);
    map.goTo(group);
}

const connection = new Connection({
    opened() {
        clock.reset();
        for (const picture of Object.values(pictures)) picture.reset();
    },
    closed() {
        state = state && { ...state, drones: state.drones.map((drone) => ({ ...drone, connected: false })) };
    },
    clock: (sent, station) => clock.take(sent, station),
    frame: takeFrame,
    refused: showNotice,
    message(message) {
        const taker = {
            hello: takeHello, state: takeState, detections: takeDetections, refused: takeRefusal,
        }[message.type];
        if (taker) taker(message);
    },
}, counters);

const send = (message) => connection.send(message);
const incident = new IncidentControl(send);
const replay = new ReplayControls(byID('replay'), send, forgetEvents);

function forgetEvents() {
    groups.clear();
    map.clearTracks();
}

/** A line that stays until it is over (null), or for `forMs`. */
function showNotice(text, forMs = null) {
    const notice = byID('notice');
    setText(notice, text ?? '');
    notice.hidden = !text;
    clearTimeout(noticeEnd);
    if (text && forMs) noticeEnd = setTimeout(() => showNotice(null), forMs);
}

function takeRefusal(message) {
    if (message.action !== 'open') return;
    showNotice('Der Einsatz wurde nicht eröffnet: zu viele in kurzer Zeit. Bitte warten Sie eine Minute. '
        + '(Not opened: too many incidents in a short time.)', 20000);
}

function takeHello(hello) {
    isReplay = hello.mode === 'replay';
    document.body.dataset.mode = isReplay ? 'replay' : 'live';
    document.title = isReplay ? 'WIEDERGABE – Lagebild' : 'Lagebild';
    setText(byID('user'), String(hello.user ?? ''));
    setText(byID('role'), String(hello.role ?? ''));
    byID('user').title = String(hello.role ?? '');
    incident.permissions = new Set(Array.isArray(hello.permissions) ? hello.permissions : []);
    map.setTiles(hello.tiles === true, hello.tilesFault);
}

function takeState(message) {
    state = { ...message, drones: Array.isArray(message.drones) ? message.drones : [] };
    for (const drone of state.drones) keepPose(drone.id, drone.telemetry);
    chooseDrone();
    replay.show(isReplay ? state.replay : null);
    incident.show(state.incident, isReplay);
}

function keepPose(id, pose) {
    if (!pose) return;
    const kept = poses.get(id);
    // A pose a second older than the last one belongs to a new clock, after a restart or a jump in a recording.
    if (kept && pose.atMs < kept.atMs && pose.atMs > kept.atMs - 1000) return;
    // What a newer pose no longer says of doubts no longer holds; battery and the like come less often and stay.
    const { doubts, obstacle, marginMetres, ...lasting } = kept || {};
    poses.set(id, { ...lasting, ...pose });
}

const drone = () => (state ? state.drones.find((candidate) => candidate.id === chosen.drone) || null : null);

/** Stays with the chosen drone while it exists; it may come back, and a picture must not change hands unasked. */
function chooseDrone() {
    const select = byID('drone');
    const ids = state.drones.map((candidate) => String(candidate.id));
    const shown = [...select.options].map((option) => option.value);
    if (ids.join('\n') !== shown.join('\n')) {
        select.replaceChildren(...ids.map((id) => {
            const option = element('option', '', id);
            option.value = id;
            return option;
        }));
        if (ids.includes(chosen.drone)) select.value = chosen.drone;
    }
    if (!ids.includes(chosen.drone)) {
        const first = state.drones.find((candidate) => candidate.connected) || state.drones[0];
        setDrone(first ? String(first.id) : null);
    }
    chooseStreams();
}

function setDrone(id) {
    if (id === chosen.drone) return;
    chosen.drone = id;
    chosen.visible = null;
    chosen.thermal = null;
    if (id !== null) byID('drone').value = id;
    for (const picture of Object.values(pictures)) picture.clear();
}

function chooseStreams() {
    const streams = (drone() && drone().streams) || [];
    for (const kind of ['visible', 'thermal']) {
        const own = streams.filter((stream) => String(stream).startsWith(kind));
        const select = figures[kind].querySelector('.stream');
        if (own.join() !== [...select.options].map((option) => option.value).join()) {
            select.replaceChildren(...own.map((stream) => {
                const option = element('option', '', streamName(stream));
                option.value = stream;
                return option;
            }));
        }
        select.hidden = own.length < 2;
        if (chosen[kind] === null && own.length > 0) [chosen[kind]] = own;
        if (chosen[kind] !== null && own.includes(chosen[kind])) select.value = chosen[kind];
    }
}

for (const kind of ['visible', 'thermal']) {
    figures[kind].querySelector('.stream').addEventListener('change', (event) => {
        chosen[kind] = event.target.value;
        pictures[kind].clear();
    });
    replay.listenOn(figures[kind].querySelector('.stage'));
}
byID('drone').addEventListener('change', (event) => {
    setDrone(event.target.value);
    chooseStreams();
});

function takeFrame(frame) {
    const { header } = frame;
    if (header.pose) keepPose(header.drone, header.pose);
    if (header.drone !== chosen.drone) {
        counters.framesOtherDrone += 1; // Also those before the first state: it follows within half a second.
        return;
    }
    const kind = header.stream.startsWith('thermal') ? 'thermal' : 'visible';
    if (chosen[kind] === null) chosen[kind] = header.stream;
    if (header.stream !== chosen[kind]) {
        counters.framesOtherStream += 1;
        return;
    }
    pictures[kind].offer(frame);
}

function takeDetections(report) {
    if (!Array.isArray(report.detections) || !Number.isFinite(report.atMs)) return;
    const kind = String(report.stream).startsWith('thermal') ? 'thermal' : 'visible';
    const isShown = report.drone === chosen.drone && report.stream === chosen[kind];
    if (isShown) pictures[kind].overlay.setReport(report);
    const picture = pictures[kind];
    groups.take(report, (found, track) => cropOf(report, found, track)
        || (isShown && picture.drawn && found ? cutOut(picture.canvas, found) : null));
}

/** The crop that the drone sent along: of the track that says so, else of the strongest finding. */
function cropOf(report, found, track) {
    if (typeof report.crop !== 'string') return null;
    const pictured = (Array.isArray(report.tracks) ? report.tracks : []).find((candidate) => candidate.pictured);
    const isItsCrop = pictured ? track === pictured : found && found === report.detections[0];
    if (!isItsCrop) return null;
    const image = element('img');
    image.alt = '';
    image.src = `data:image/jpeg;base64,${report.crop}`;
    return image;
}

/** A small picture of the surroundings of a finding, as a memory aid in its card. */
function cutOut(source, found) {
    const canvas = element('canvas');
    canvas.width = 64;
    canvas.height = 64;
    const size = Math.max(48, 3 * Math.max(found.width, found.height));
    const left = Math.min(Math.max(0, found.centroidX - size / 2), Math.max(0, source.width - size));
    const top = Math.min(Math.max(0, found.centroidY - size / 2), Math.max(0, source.height - size));
    canvas.getContext('2d').drawImage(source, left, top, size, size, 0, 0, 64, 64);
    return canvas;
}

/** Ten times a second. */
function judgePictures() {
    const flying = drone();
    const replaying = isReplay && state ? state.replay : null;
    const verdicts = {};
    for (const kind of ['visible', 'thermal']) {
        const sensor = flying && (flying.sensors || []).find((candidate) => candidate.stream === chosen[kind]);
        verdicts[kind] = pictures[kind].tick({
            isOpen: connection.isOpen,
            silenceMs: connection.silenceMs,
            droneConnected: flying ? flying.connected : null,
            sensorState: sensor ? sensor.state : null,
            isCarried: replaying ? null : isCarried(kind, flying),
            replay: replaying,
        });
        showCaption(kind, verdicts[kind]);
    }
    status.showAges(verdicts.visible, verdicts.thermal);
    status.showLink(connection, clock, flying, isReplay);
}

/** Whether the link's rung carries pictures of this kind now; null when that is not known. */
function isCarried(kind, flying) {
    const rung = flying && flying.link ? flying.link.rung : null;
    if (rung === null || rung === undefined) return null;
    const hasThermal = (flying.sensors || []).some((sensor) => sensor.stream.startsWith('thermal'));
    return rung < 2 || (rung === 2 && (kind === 'thermal' || !hasThermal));
}

function showCaption(kind, verdict) {
    const { drawn } = pictures[kind];
    const caption = figures[kind].querySelector('.picture-age');
    const age = drawn && verdict.ageMs !== null ? `Alter ${seconds(verdict.ageMs)}` : '';
    // Not veiled: at night there may be a light in it.
    setText(caption, drawn && drawn.remark ? `${drawn.remark} · ${age}` : age);
    const taken = drawn && Number.isFinite(drawn.captureWallMs) ? wallTime(drawn.captureWallMs) : '';
    // The narrow head of a side picture has room for one or the other.
    const bound = boundText(kind, drawn);
    setText(figures[kind].querySelector('.picture-time'), bound ? `${taken} ${bound}` : taken && `Aufn. ${taken}`);
    if (kind === 'thermal') showScale();
}

/** How far a thermal value may be off, where the link carries only a bounded copy. */
function boundText(kind, drawn) {
    if (kind !== 'thermal' || !drawn || !drawn.bound) return '';
    const { unit } = pictures.thermal.thermal;
    const steps = { centikelvin: 100, decikelvin: 10 }[unit];
    return steps ? `±${withUnit(drawn.bound / steps, '°C', 2)}` : `±${drawn.bound}`;
}

function showScale() {
    const { thermal, overlay } = pictures.thermal;
    const text = (raw) => {
        const degrees = celsius(raw, thermal.unit);
        return degrees === null ? String(Math.round(raw)) : withUnit(degrees, '°C', 1);
    };
    const has = thermal.values !== null && thermal.low !== null;
    setText(byID('scale-low'), has ? text(thermal.low) : '–');
    setText(byID('scale-high'), has ? text(thermal.high) : '–');
    setText(byID('hottest'), has && thermal.hottest ? text(thermal.hottest.value) : '–');
    setText(byID('probe'), overlay.probeText || '–');
}

/** Twice a second: what need not be smooth. */
function showSituation() {
    const now = clock.stationNow();
    status.showClock();
    const drones = state ? state.drones : [];
    map.showDrones(drones.map(({ id, connected }) => ({ id, connected, pose: poses.get(id) || null })), chosen.drone);
    map.showGroups(groups.groups, now);
    list.render(groups.groups, now, (id) => poses.get(id) || null);
    if (!state) return;
    status.showRecorder(connection.isOpen ? state.recorder : null, drone(), isReplay);
    const wallNow = isReplay && state.replay ? state.replay.startWallMs + state.replay.positionMs : Date.now();
    status.showIncident(state.incident, wallNow);
    status.showFlight(poses.get(chosen.drone) || null, drone(), now, connection.isOpen);
}

startAbout(byID('about-button'), byID('about'));
startTheme();
startArrangement(document.querySelector('main'));
startThermalControls(figures.thermal, pictures.thermal);
map.loadAxis().then((axis) => {
    list.axis = axis;
}, () => {});
setInterval(judgePictures, 100);
setInterval(showSituation, 500);
judgePictures();
showSituation();
connection.open();
