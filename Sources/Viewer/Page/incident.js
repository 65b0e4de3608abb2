/** Opening and closing an Einsatz. Closing is asked about once, because it ends the file. */
export class IncidentControl {
    constructor(send) {
        this.send = send;
        this.button = document.getElementById('incident-button');
        this.another = document.getElementById('incident-new');
        this.opening = document.getElementById('incident-open');
        this.closing = document.getElementById('incident-close');
        this.name = document.getElementById('incident-input');
        this.question = document.getElementById('incident-question');
        this.incident = null;
        /** What the account may do, as the station says it in `hello`. */
        this.permissions = new Set();
        this.button.addEventListener('click', () => this.ask());
        this.another.addEventListener('click', () => this.askName());
        this.opening.addEventListener('close', () => this.opened());
        this.closing.addEventListener('close', () => this.closed());
        for (const button of document.querySelectorAll('dialog .cancel')) {
            button.addEventListener('click', () => button.closest('dialog').close(''));
        }
    }

    show(incident, isReplay) {
        this.incident = incident;
        // Who may only watch is shown no button that does nothing.
        this.button.hidden = isReplay || !this.permissions.has(incident ? 'closeIncident' : 'openIncident');
        // The first frame opens an Einsatz by itself; this gives it the name it should have: the Leitstelle closes the old one.
        this.another.hidden = isReplay || !incident || !this.permissions.has('openIncident');
        const text = incident ? 'Schließen' : 'Einsatz eröffnen';
        if (this.button.textContent !== text) this.button.textContent = text;
        this.button.setAttribute('aria-label', incident ? 'Einsatz schließen' : 'Einsatz eröffnen');
    }

    ask() {
        if (this.incident) {
            this.question.textContent = `„${this.incident.name}“ schließen?`;
            this.closing.returnValue = '';
            this.closing.showModal();
            return;
        }
        this.askName();
    }

    askName() {
        this.name.value = '';
        this.opening.returnValue = '';
        this.opening.showModal();
    }

    opened() {
        const name = this.name.value.trim();
        if (this.opening.returnValue === 'open' && name) this.send({ type: 'incident', action: 'open', name });
    }

    closed() {
        if (this.closing.returnValue === 'close') this.send({ type: 'incident', action: 'close' });
    }
}
