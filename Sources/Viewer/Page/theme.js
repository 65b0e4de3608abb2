// A classic script in the head, so that a dark page never flashes white in a dark control room.
(() => {
    let theme = 'light';
    try {
        theme = localStorage.getItem('lagebild.theme') || 'light';
    } catch {
        // Storage may be forbidden; then the page is light.
    }
    document.documentElement.dataset.theme = theme === 'dark' ? 'dark' : 'light';
})();
