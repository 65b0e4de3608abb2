const texts = {
    1: 'Benutzername oder Kennwort ist falsch.',
    zuviele: 'Zu viele Fehlversuche. Bitte warten Sie einige Minuten und versuchen Sie es dann erneut.',
    besetzt: 'Gerade melden sich zu viele gleichzeitig an. Bitte versuchen Sie es in einigen Sekunden erneut.',
    konten: 'Die Leitstelle kann ihre Kontenliste nicht verwenden. Bitte rufen Sie den Administrator: das Protokoll der '
        + 'Leitstelle nennt den Grund.',
};

const fault = new URLSearchParams(location.search).get('fehler');
if (fault !== null) {
    const message = document.getElementById('fault');
    message.textContent = Object.hasOwn(texts, fault) ? texts[fault] : 'Die Anmeldung ist fehlgeschlagen.';
    message.hidden = false;
    document.getElementById('password').focus();
}
