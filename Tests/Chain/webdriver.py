"""A browser for the tests: the W3C WebDriver protocol over the standard library, against chromedriver."""
import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=15.0):
    """Polls `condition` until it gives something true; raises with `what` otherwise."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)


class Browser:
    @staticmethod
    def available():
        return shutil.which("chromedriver") and shutil.which("chromium")

    def __init__(self, width=1366, height=768):
        self.port = free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}", "--silent"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("chromedriver answers", self._is_ready)
        options = {"binary": shutil.which("chromium"), "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            f"--window-size={width},{height}"]}
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options}}})
        self.session = answer["sessionId"]

    def _is_ready(self):
        try:
            return self._call("GET", "/status")["ready"]
        except OSError:
            return False

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise OSError(f"{method} {path}: {error.read()[:500]}") from error

    def open(self, url):
        self._call("POST", f"/session/{self.session}/url", {"url": url})

    def run(self, script, *arguments):
        return self._call("POST", f"/session/{self.session}/execute/sync", {"script": script, "args": list(arguments)})

    def url(self):
        return self._call("GET", f"/session/{self.session}/url")

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", f"/session/{self.session}/screenshot")))

    def sign_in(self, base, user, password):
        self.open(base + "/login")
        self.run("""document.querySelector('[name=user]').value = arguments[0];
                    document.querySelector('[name=password]').value = arguments[1];
                    document.querySelector('form').submit();""", user, password)
        wait_for("signed in", lambda: not self.url().endswith("/login") and "login" not in self.url())

    def picture(self, figure):
        """What the page says of a picture: valid, age in ms, sequence, reason."""
        return self.run("""const d = (document.getElementById(arguments[0]) || {dataset: {}}).dataset;
            return {valid: d.valid === 'true', age: parseFloat(d.ageMs), sequence: d.sequence, reason: d.reason || ''};""", figure)

    def close(self):
        try:
            self._call("DELETE", f"/session/{self.session}")
        except OSError:
            pass
        self.driver.terminate()
        self.driver.wait()
