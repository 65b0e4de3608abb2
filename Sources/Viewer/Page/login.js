const texts = {
    1: 'Benutzername oder Kennwort ist falsch.',
    zuviele: 'Zu viele Fehlversuche. Bitte warten Sie einige Minuten und versuchen Sie es dann erneut.',
};

const fault = new URLSearchParams(location.search).get('fehler');
if (fault !== null) {
    const message = document.getElementById('fault');
    message.textContent = Object.hasOwn(texts, fault) ? texts[fault] : 'Die Anmeldung ist fehlgeschlagen.';
    message.hidden = false;
    document.getElementById('password').focus();
}
