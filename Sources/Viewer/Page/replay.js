import { duration, setText, wallDate, wallTime } from './format.js';

const jumpMs = 10000;

/** The replay's banner and controls. */
export class ReplayControls {
    constructor(banner, send, onJump) {
        this.banner = banner;
        this.send = (action, value) => send({ type: 'replay', action, ...(value === undefined ? {} : { value }) });
        this.onJump = onJump;
        this.state = null;
        this.isDragging = false;
        this.pause = banner.querySelector('.replay-pause');
        this.slider = banner.querySelector('.replay-slider');
        this.rate = banner.querySelector('.replay-rate');
        this.position = banner.querySelector('.replay-position');
        this.recorded = banner.querySelector('.replay-recorded');
        this.pause.addEventListener('click', () => this.toggle());
        banner.querySelector('.replay-back').addEventListener('click', () => this.jump(-jumpMs));
        banner.querySelector('.replay-forward').addEventListener('click', () => this.jump(jumpMs));
        this.rate.addEventListener('change', () => this.send('rate', Number(this.rate.value)));
        this.slider.addEventListener('input', () => {
            this.isDragging = true;
            this.showPosition(Number(this.slider.value));
        });
        this.slider.addEventListener('change', () => {
            this.isDragging = false;
            this.seek(Number(this.slider.value));
        });
    }

    /** Single keys act only while a picture has the focus (WCAG 2.1.4). */
    listenOn(stage) {
        const actions = {
            ' ': () => this.toggle(),
            k: () => this.toggle(),
            j: () => this.jump(-jumpMs),
            l: () => this.jump(jumpMs),
        };
        stage.addEventListener('keydown', (event) => {
            if (!this.state || event.ctrlKey || event.altKey || event.metaKey || !actions[event.key]) return;
            event.preventDefault();
            actions[event.key]();
        });
    }

    toggle() {
        if (this.state) this.send(this.state.paused ? 'play' : 'pause');
    }

    jump(by) {
        if (this.state) this.seek(this.state.positionMs + by);
    }

    seek(to) {
        const target = Math.round(Math.min(this.state.durationMs, Math.max(0, to)));
        this.send('seek', target);
        this.state.positionMs = target; // So that two quick jumps add up before the station answers.
        this.onJump();
    }

    show(state) {
        this.state = state;
        this.banner.hidden = state === null;
        if (!state) return;
        setText(this.pause, state.paused ? 'Fortsetzen' : 'Pause');
        this.pause.setAttribute('aria-pressed', String(state.paused));
        this.slider.max = String(Math.max(1, Math.round(state.durationMs)));
        if (!this.isDragging) {
            this.slider.value = String(Math.round(state.positionMs));
            this.showPosition(state.positionMs);
        }
        if (document.activeElement !== this.rate) this.rate.value = String(state.rate);
    }

    showPosition(positionMs) {
        const text = `${duration(positionMs)} von ${duration(this.state.durationMs)}`;
        setText(this.position, text);
        this.slider.setAttribute('aria-valuetext', text);
        const at = this.state.startWallMs + positionMs;
        setText(this.recorded, `${wallDate(at)} ${wallTime(at)}`);
    }
}
