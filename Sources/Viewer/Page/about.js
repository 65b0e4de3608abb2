/** What the program consists of: asked for when somebody wants to know. */

/** The rows of the table: a name, a version and what to know about it. Whatever is no text is left out. */
export function rows(entries) {
    if (!Array.isArray(entries)) return [];
    const text = (value) => (typeof value === 'string' ? value : '');
    return entries.map((entry) => [text(entry?.name), text(entry?.version), text(entry?.remark)])
        .filter(([name]) => name);
}

export function startAbout(button, dialog) {
    const body = dialog.querySelector('tbody');
    const fault = dialog.querySelector('.about-fault');
    button.addEventListener('click', async () => {
        dialog.showModal();
        try {
            const answer = await fetch('/versions.json');
            if (!answer.ok) throw new Error(String(answer.status));
            body.replaceChildren(...rows(await answer.json()).flatMap(lines));
            fault.hidden = true;
        } catch {
            fault.textContent = 'Die Leitstelle antwortet nicht. (No answer from the Leitstelle.)';
            fault.hidden = false;
        }
    });
}

/** One line, and a second one under both columns where there is something to know. */
function lines([name, version, remark]) {
    const line = document.createElement('tr');
    const [title, value] = [document.createElement('th'), document.createElement('td')];
    title.scope = 'row';
    title.textContent = name;
    value.textContent = version;
    line.append(title, value);
    if (!remark) return [line];
    const more = document.createElement('tr');
    more.className = 'remark';
    more.lang = 'en';
    const text = document.createElement('td');
    text.colSpan = 2;
    text.textContent = remark;
    more.append(text);
    return [line, more];
}
