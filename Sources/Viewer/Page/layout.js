/** What the user arranges on this screen, and remembers here: theme, large picture, palette and range. */

function remember(key, value) {
    try {
        localStorage.setItem(`lagebild.${key}`, value);
    } catch {
        // Without storage the arrangement lasts as long as the page.
    }
}

function recall(key) {
    try {
        return localStorage.getItem(`lagebild.${key}`);
    } catch {
        return null;
    }
}

export function startTheme() {
    const button = document.getElementById('theme');
    const root = document.documentElement;
    const show = () => button.setAttribute('aria-pressed', String(root.dataset.theme === 'dark'));
    button.addEventListener('click', () => {
        root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
        remember('theme', root.dataset.theme);
        show();
    });
    show();
}

/** Which picture has the large place, and whether it has the whole width. */
export function startArrangement(main) {
    const wide = document.getElementById('wide');
    const apply = (isWide, large) => {
        main.dataset.wide = String(isWide);
        main.dataset.large = large;
        wide.setAttribute('aria-pressed', String(isWide));
        remember('wide', String(isWide));
        remember('large', large);
    };
    const swap = () => apply(main.dataset.wide === 'true', main.dataset.large === 'thermal' ? 'visible' : 'thermal');
    wide.addEventListener('click', () => apply(main.dataset.wide !== 'true', main.dataset.large));
    for (const button of document.querySelectorAll('.swap')) button.addEventListener('click', swap);
    apply(recall('wide') === 'true', recall('large') === 'thermal' ? 'thermal' : 'visible');
}

/** Palette, range and colour bar of the thermal picture. */
export function startThermalControls(figure, picture) {
    const palette = figure.querySelector('.palette');
    const range = figure.querySelector('.range');
    const bounds = figure.querySelector('.bounds');
    const low = figure.querySelector('.range-low');
    const high = figure.querySelector('.range-high');
    const bar = figure.querySelector('canvas.scale');
    const { thermal } = picture;
    const applyPalette = () => {
        thermal.setPalette(palette.value);
        thermal.drawScale(bar);
        remember('palette', palette.value);
    };
    const applyRange = () => {
        const isFixed = range.value === 'fixed';
        bounds.hidden = !isFixed;
        const [from, to] = [low.valueAsNumber, high.valueAsNumber];
        const isSound = Number.isFinite(from) && Number.isFinite(to) && from < to;
        high.setCustomValidity(isSound ? '' : 'Die obere Grenze muss über der unteren liegen.');
        if (isFixed && !isSound) return;
        thermal.setFixedRange(isFixed ? { low: from, high: to } : null);
        remember('range', range.value);
    };
    const kept = recall('palette');
    if ([...palette.options].some((option) => option.value === kept)) palette.value = kept;
    if (recall('range') === 'fixed') range.value = 'fixed';
    palette.addEventListener('change', applyPalette);
    for (const node of [range, low, high]) node.addEventListener('change', applyRange);
    applyPalette();
    applyRange();
}
