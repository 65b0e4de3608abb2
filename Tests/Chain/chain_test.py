"""The whole chain with real programs, real files and a real browser: sensor bytes in, a picture on the page, a record, a replay.

Run by scripts/test. Tests that need the folder of real data (LAGEBILD_DATA) or a browser say that they were skipped.
"""
import array
import glob
import http.client
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chain import DATA, LAGEBILD, Chain, lagebild, make_mjpeg, make_thermal
from webdriver import Browser, free_port, wait_for

SHOTS = os.environ.get("LAGEBILD_SCREENSHOTS")
has_data = os.path.isdir(os.path.join(DATA, "lepton-16bit"))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def graymap(picture):
    """The values of a 16-bit PGM, little-endian as sensors give them."""
    values = array.array("H", picture.split(b"65535\n", 1)[1])
    values.byteswap()
    return values.tobytes()


def jpegs_of(path):
    """The pictures of a .mjpeg file that ffmpeg wrote: each begins with FFD8 and ends with FFD9."""
    data = open(path, "rb").read()
    parts = data.split(b"\xff\xd8\xff")
    return [b"\xff\xd8\xff" + part for part in parts[1:]]


class ChainTest(unittest.TestCase):
    def setUp(self):
        self.chain = Chain()
        self.addCleanup(self.chain.close)

    def browser(self, *size):
        if not Browser.available():
            self.skipTest("no chromium and chromedriver on this machine")
        browser = Browser(*size)
        self.addCleanup(browser.close)
        return browser

    def shot(self, browser, name):
        path = os.path.join(SHOTS or self.chain.folder, name + ".png")
        browser.screenshot(path)
        self.assertGreater(os.path.getsize(path), 20_000, "the screenshot shows next to nothing")

    def synthetic(self, **options):
        make_mjpeg(self.chain.path("camera.mjpeg"), seconds=4)
        make_thermal(self.chain.path("thermal.u16le"))
        self.chain.agent_configuration(
            "{source: mjpeg, path: camera.mjpeg, rate: 15, loop: true}",
            "{source: file, path: thermal.u16le, width: 160, height: 120, unit: centikelvin, rate: 8, loop: true}", **options)

    @unittest.skipUnless(has_data, f"skipped: no real data in {DATA}")
    def test_real_data_from_sensor_to_replay(self):
        chain = self.chain
        clip = sorted(glob.glob(os.path.join(DATA, "visible-video", "*.mp4")))[0]
        make_mjpeg(chain.path("camera.mjpeg"), clip)
        chain.agent_configuration(
            "{source: mjpeg, path: camera.mjpeg, rate: 15, loop: true}",
            f"{{source: file, path: {DATA}/lepton-16bit/possum02.u16le, width: 160, height: 120, unit: counts, rate: 8.7, loop: true}}",
            f"{{source: tlog, path: {DATA}/mavlink/vtol.tlog}}")
        browser = self.browser()
        station = chain.start_station()
        agent = chain.start_agent()
        browser.sign_in(chain.base, "anna", "correct-horse-battery")
        for figure in ("visible", "thermal"):
            wait_for(f"{figure} is valid", lambda: browser.picture(figure)["valid"])
        wait_for("the position is shown", lambda: "55H FA" in browser.run("return document.body.innerText"))
        time.sleep(6)
        self.shot(browser, "real-data")
        self.assertLess(browser.picture("visible")["age"], 1500)
        agent.stop()
        station.stop()

        # Every frame taken on board is in the station's record, byte for byte, and is a picture of the source.
        record = chain.incidents()[-1]
        onboard = {(f["flight"], f["stream"], f["sequence"]): f["sha256"] for f in chain.frames(chain.onboard()[-1])}
        recorded = {(f["flight"], f["stream"], f["sequence"]): f["sha256"] for f in chain.frames(record)}
        self.assertGreater(len(onboard), 100)
        missing, extra = set(onboard.items()) - set(recorded.items()), set(recorded.items()) - set(onboard.items())
        self.assertEqual((sorted(missing), sorted(extra)), ([], []), f"of {len(onboard)} on board")
        sources = {sha256(picture) for picture in jpegs_of(chain.path("camera.mjpeg"))}
        raw = open(os.path.join(DATA, "lepton-16bit", "possum02.u16le"), "rb").read()
        sources |= {sha256(raw[at:at + 38400]) for at in range(0, len(raw), 38400)}
        pictures = [open(path, "rb").read() for path in glob.glob(os.path.join(chain.export(record), "*"))]
        self.assertEqual(len(pictures), len(recorded))
        plain = {sha256(picture if picture[:2] == b"\xff\xd8" else graymap(picture)) for picture in pictures}
        self.assertEqual(plain - sources, set(), "a recorded frame is no frame of the sources")
        self.assertIn("integrity_check: ok", chain.verify(record))
        self.assertIn("hashes that differ: 0", chain.verify(record))
        print(f"real data: {len(onboard)} frames on board, {len(recorded)} at the station, all equal by hash")

        # The same record plays into the same page.
        port = free_port()
        chain.start("replay", record, "--config", chain.path("leitstelle.yaml"), "--port", str(port), log="replay.log")
        wait_for("the replay is served", lambda: "Wiedergabe" in open(chain.path("replay.log")).read())
        browser.sign_in(f"http://127.0.0.1:{port}", "anna", "correct-horse-battery")
        for figure in ("visible", "thermal"):
            wait_for(f"{figure} is replayed", lambda: browser.picture(figure)["valid"])
        wait_for("the position is replayed", lambda: "55H FA" in browser.run("return document.body.innerText"))
        self.assertIn("WIEDERGABE", browser.run("return document.body.innerText"))
        self.shot(browser, "replay")
        browser.run("[...document.querySelectorAll('button')].find(b => b.innerText.trim() === 'Pause').click()")
        wait_for("paused", lambda: browser.picture("visible")["reason"] == "paused")
        sequence = browser.picture("visible")["sequence"]
        time.sleep(0.5)
        self.assertEqual(browser.picture("visible")["sequence"], sequence, "a paused replay goes on")

    def test_page_turns_invalid_and_comes_back(self):
        chain = self.chain
        self.synthetic()
        browser = self.browser()
        chain.start_station()
        agent = chain.start_agent()
        browser.sign_in(chain.base, "anna", "correct-horse-battery")
        for figure in ("visible", "thermal"):
            wait_for(f"{figure} is valid", lambda: browser.picture(figure)["valid"])
        self.shot(browser, "valid")
        # The first frame opened an incident; the dispatcher gives it its name, which closes that one and begins another.
        browser.run("document.getElementById('incident-new').click()")
        browser.run("""document.getElementById('incident-input').value = 'TH3 Person im Wasser <b>';
                       document.querySelector('#incident-open button[value=open]').click()""")
        wait_for("the incident has its name",
                 lambda: browser.run("return document.getElementById('incident-name').innerText") == "TH3 Person im Wasser <b>")
        wait_for("a second file", lambda: len(chain.incidents()) == 2)
        # A process that is stopped is the hardest freeze: the socket stays open, nothing says goodbye.
        for freeze, thaw in ((signal.SIGSTOP, signal.SIGCONT),):
            agent.process.send_signal(freeze)
            began = time.monotonic()
            for figure in ("visible", "thermal"):
                wait_for(f"{figure} is invalid", lambda: not browser.picture(figure)["valid"], 5)
            self.assertLess(time.monotonic() - began, 2.5, "invalid too late")
            time.sleep(1)
            self.assertGreater(browser.picture("visible")["age"], 1500)
            self.shot(browser, "stale")
            agent.process.send_signal(thaw)
            for figure in ("visible", "thermal"):
                wait_for(f"{figure} is valid again", lambda: browser.picture(figure)["valid"])
        agent.stop()
        wait_for("invalid after the agent ended", lambda: not browser.picture("visible")["valid"], 5)
        chain.start_agent()
        wait_for("valid with a new agent", lambda: browser.picture("visible")["valid"])

    def test_a_swimmer_becomes_a_track_on_the_page(self):
        """The demo's own flight from shortly before the swimmer to the way back: born, listed with evidence, foretold or ended."""
        browser = self.browser(1600, 900)
        ports = [free_port() for _ in range(3)]
        demo = self.chain.start(
            "demo", "--port", str(ports[0]), "--link-port", str(ports[1]), "--position-port", str(ports[2]),
            "--skip", "104", "--folder", self.chain.path("demo"), log="demo.log")
        password = wait_for("the demo is up", lambda: re.search(r"demo / (\S+)", demo.text())).group(1)
        browser.sign_in(f"http://127.0.0.1:{ports[0]}", "demo", password)
        card = "document.querySelector('li[data-track=true] .card')"
        wait_for("a track is listed", lambda: browser.run(f"return {card} !== null"), 25)
        text = wait_for("as a hypothesis", lambda: browser.run(
            f"const t = {card}.innerText; return t.includes('Person im Wasser?') && t.includes('im Bild') ? t : null"))
        self.assertRegex(text, r"32U L[BC] \d{5} \d{5}")
        hidden = browser.run(f"return getComputedStyle({card}.querySelector('.card-evidence')).display")
        self.assertEqual(hidden, "none", "every card would be a column long")
        browser.run(f"{card}.click()")
        lines = browser.run(f"return {card}.querySelector('.card-evidence').innerText")
        for part in ("Bildern, seit", "wärmer als das Wasser", "bewegt sich", "Wasser oder Land: nicht geprüft"):
            self.assertIn(part, lines)
        self.assertEqual(browser.run("return document.querySelector('.pin').textContent"), "S0")
        self.shot(browser, "track")
        # The drone flies on; what is no longer seen is said to be so.
        wait_for("the track is not in the picture any more", lambda: browser.run(
            f"const t = {card}.innerText; return /vorausberechnet|beendet/.test(t) && t.includes('zuletzt gesehen')"), 45)
        demo.stop()

    def test_station_killed_in_flight(self):
        chain = self.chain
        self.synthetic()
        station = chain.start_station()
        agent = chain.start_agent()
        wait_for("an incident", lambda: os.path.isdir(chain.path("station/incidents")) and chain.incidents())
        time.sleep(4)
        station.stop(signal.SIGKILL)
        record = chain.incidents()[-1]
        connected = agent.text().count("Connected to the Leitstelle")
        station = chain.start_station()
        began = time.monotonic()
        wait_for("the agent is back", lambda: agent.text().count("Connected to the Leitstelle") > connected, 10)
        seconds = time.monotonic() - began
        self.assertLess(seconds, 3, "the agent took too long to resume")
        time.sleep(3)
        agent.stop()
        station.stop()
        self.assertEqual(chain.incidents(), [record], "the restarted station goes on with the same incident")
        self.assertIn("integrity_check: ok", chain.verify(record))
        # By identity, not by number: each frame that was acknowledged, before the kill or after, is in the record.
        durable = {(stream, number) for stream, first, last in re.findall(r"durable: flight \d+ (\w+) (\d+)-(\d+)", agent.text())
                   for number in range(int(first), int(last) + 1)}
        durable_frames = {key for key in durable if key[0] in ("visible0", "thermal0")}
        recorded = {(f["stream"], f["sequence"]): f["sha256"] for f in chain.frames(record)}
        self.assertGreater(len(durable_frames), 60)
        self.assertEqual(durable_frames - recorded.keys(), set(), "an acknowledged frame is not in the record")
        acknowledged = int(re.search(r"(\d+) acknowledged as durable", agent.text()).group(1))
        stored = int(re.search(r"objects: (\d+)", chain.verify(record)).group(1))
        self.assertGreater(acknowledged, 100)
        self.assertEqual(acknowledged, len(durable), "an object was acknowledged twice")
        self.assertLessEqual(acknowledged, stored, "something was acknowledged that is not in the record")
        onboard = {(f["stream"], f["sequence"]): f["sha256"] for f in chain.frames(chain.onboard()[-1])}
        # Copies that were made smaller for a slow link wait for their originals.
        originals = {(f["stream"], f["sequence"]) for f in chain.frames(record) if f["representation"] == "original"}
        foreign = [(key, key in onboard) for key in originals if onboard.get(key) != recorded[key]]
        self.assertEqual(foreign, [], "recorded other than it is on board (and whether it is there)")
        self.assertEqual(recorded.keys() - onboard.keys(), set(), "recorded and not on board")
        print(f"kill -9: {acknowledged} objects acknowledged, {len(durable_frames)} of them frames, each in the record "
              f"({stored} objects there); back after {seconds:.2f} s, "
              f"{len(onboard) - len(recorded)} of {len(onboard)} frames not there (the outage)")

    def test_bad_input_ends_nothing_and_loses_nothing(self):
        chain = self.chain
        self.synthetic()
        # A folder camera with a picture that claims 60,000 × 60,000.
        os.mkdir(chain.path("pictures"))
        giant = bytearray(jpegs_of(chain.path("camera.mjpeg"))[0])
        at = giant.index(b"\xff\xc0") + 5
        giant[at:at + 4] = (60000).to_bytes(2, "big") * 2
        open(chain.path("pictures/a.jpg"), "wb").write(giant)
        open(chain.path("pictures/b.jpg"), "wb").write(jpegs_of(chain.path("camera.mjpeg"))[1])
        serial, sensor = os.openpty()
        chain.agent_configuration(
            "{source: mjpeg, path: camera.mjpeg, rate: 15, loop: true}, {source: folder, path: pictures, rate: 5, loop: true}",
            f"{{source: gy-mcu90640, path: {os.ttyname(sensor)}}}",
            f"{{source: mavlink-udp, host: 127.0.0.1, port: {chain.position_port}}}")
        station = chain.start_station()
        agent = chain.start_agent()
        wait_for("an incident", lambda: os.path.isdir(chain.path("station/incidents")) and chain.incidents())
        noise = random.Random(1)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        os.set_blocking(serial, False)
        for number in range(3000):
            first = bytes([number % 6])
            udp.sendto(first + noise.randbytes(noise.randrange(1400)), ("127.0.0.1", chain.link_port))
            udp.sendto(noise.randbytes(noise.randrange(300)), ("127.0.0.1", chain.position_port))
            if number % 10 == 0:
                try:
                    os.write(serial, b"ZZ" + noise.randbytes(200))
                except BlockingIOError:
                    pass
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", chain.page_port)) as page:
                page.sendall(noise.randbytes(3000))
        # A drone that is not enrolled, and one that believes in another station.
        chain.run("keys", "generate", chain.path("stranger.key"))
        make = dict(cameras="{source: mjpeg, path: camera.mjpeg, rate: 15, loop: true}")
        chain.agent_configuration(**make, name="stranger.yaml", data="stranger", key="stranger.key")
        chain.agent_configuration(**make, name="misled.yaml", data="misled", station_key="stranger.key.pub")
        stranger = chain.start_agent("stranger.yaml", "stranger.log")
        misled = chain.start_agent("misled.yaml", "misled.log")
        wait_for("the stranger is named", lambda: "not enrolled" in station.text())
        time.sleep(3)
        self.assertNotIn("Connected", stranger.text() + misled.text())
        for program in (station, agent, stranger, misled):
            self.assertIsNone(program.process.poll(), program.text())
        stranger.stop()
        misled.stop()
        # Revoked while flying.
        chain.run("keys", "revoke", chain.path("authorized_drones"), "drohne-1")
        wait_for("the revoked drone is shut out", lambda: "is silent" in agent.text(), 6)
        agent.stop()
        station.stop()
        frames = chain.frames(chain.incidents()[-1])
        self.assertTrue(any(f["stream"] == "visible0" for f in frames))
        self.assertFalse([f for f in frames if f["stream"] == "thermal0"], "noise on the serial line became a frame")
        self.assertNotIn(sha256(bytes(giant)), {f["sha256"] for f in frames}, "the giant picture went through")
        self.assertIn("integrity_check: ok", chain.verify(chain.incidents()[-1]))

    def small_disk(self, name):
        folder = self.chain.path(name)
        os.makedirs(folder, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", folder], capture_output=True).returncode:
            self.skipTest("skipped: nothing may be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], capture_output=True)
        return folder

    def fill(self, folder):
        path = os.path.join(folder, "fill")
        with open(path, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return path

    def test_a_station_with_a_full_disk_lets_drones_in(self):
        chain = self.chain
        self.synthetic()
        folder = self.small_disk("station")
        fill = self.fill(folder)
        station = chain.start_station()
        agent = chain.start_agent()
        for line in ("drohne-1 is connected, flight 1", "RECORDING FAILS", "Handshake counters are not kept"):
            wait_for(line, lambda: line in station.text())
        os.remove(fill)
        wait_for("the log", lambda: "Handshake counters are kept again" in station.text())
        wait_for("an incident", lambda: os.path.isdir(chain.path("station/incidents")) and chain.incidents())
        wait_for("pictures in the record", lambda: chain.frames(chain.incidents()[-1]))
        agent.stop()
        station.stop()
        self.assertEqual(open(os.path.join(folder, "freshness")).read(), f"drohne-1 {(1 << 32) + 1:20}\n")

    def test_a_full_disk_keeps_no_drone_on_the_ground(self):
        chain = self.chain
        self.synthetic()
        folder = self.small_disk("drone")
        with open(os.path.join(folder, "flight"), "w") as counter:
            counter.write(f"{3:10}\n")
        fill = self.fill(folder)
        record = os.path.join(folder, "flight-4.lagebild")
        chain.start_station()
        agent = chain.start_agent()
        wait_for("an incident", lambda: os.path.isdir(chain.path("station/incidents")) and chain.incidents())
        wait_for("pictures at the station", lambda: any(f["flight"] == 4 for f in chain.frames(chain.incidents()[-1])))
        wait_for("the log", lambda: "The onboard record cannot be written" in agent.text())
        self.assertFalse(os.path.exists(record) and os.path.getsize(record))
        # Somebody makes room: the record begins, without a restart.
        os.remove(fill)
        wait_for("the log", lambda: "The onboard record goes on" in agent.text())
        agent.stop()
        self.assertIn("integrity_check: ok", chain.verify(record))
        self.assertEqual(open(os.path.join(folder, "flight")).read(), f"{4:10}\n")

    def test_configuration_errors_name_file_line_and_key(self):
        self.synthetic()
        path = self.chain.path("agent.yaml")
        self.chain.write("agent.yaml", open(path).read().replace("recording: {reserve", "recording:\n  {rezerve"))
        result = lagebild("agent", "--config", path)
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"agent\.yaml:\d+: unknown key 'rezerveMegabytes' in 'recording' \(did you mean 'reserveMegabytes'\?\)")

    def test_doctor_finds_what_is_wrong(self):
        chain = self.chain
        self.synthetic()
        well = lagebild("doctor", "--agent", chain.path("agent.yaml"), "--leitstelle", chain.path("leitstelle.yaml"))
        self.assertEqual(well.returncode, 0, well.stdout)
        self.assertIn("0 problems", well.stdout)
        os.chmod(chain.path("station.key"), 0o644)
        os.remove(chain.path("camera.mjpeg"))
        chain.run("users", "remove", chain.path("users"), "anna")
        with socket.socket() as taken:
            taken.bind(("0.0.0.0", chain.page_port))
            taken.listen()
            ill = lagebild("doctor", "--agent", chain.path("agent.yaml"), "--leitstelle", chain.path("leitstelle.yaml"))
        self.assertEqual(ill.returncode, 1)
        for fault in ("others can read", "camera.mjpeg is not there", "nobody can sign in", "TCP port of the page"):
            self.assertRegex(ill.stdout, f"WRONG .*{fault}", fault)
        self.assertIn("4 problems", ill.stdout)

    def test_help_has_an_example_everywhere(self):
        for command in (["demo"], ["agent"], ["leitstelle"], ["replay"], ["incidents"], ["incidents", "show"], ["keys"],
                        ["keys", "generate"], ["users"], ["users", "set"], ["doctor"], ["detect"], ["decode"],
                        ["decode", "nmea"], ["decode", "mavlink"], ["decode", "gy-mcu90640"]):
            result = lagebild(*command, "--help")
            self.assertEqual(result.returncode, 0, command)
            self.assertIn("Example: lagebild", result.stdout, command)

    def test_failures_exit_non_zero_and_speak_on_standard_error(self):
        for command in (["incidents", "show", "/nowhere"], ["decode", "nmea", "/nowhere", "--json"], ["detect", "/nowhere"],
                        ["replay", "/nowhere", "--config", self.chain.path("leitstelle.yaml")],
                        ["agent", "--config", "/nowhere"], ["incidents", "show", LAGEBILD]):
            result = lagebild(*command)
            self.assertNotEqual(result.returncode, 0, command)
            self.assertTrue(result.stderr.strip(), command)
            self.assertEqual(result.stdout, "", command)

    def test_page_says_why_it_is_turned_away(self):
        """A second window of an account that may have one; two stations in one browser; an account that is removed."""
        chain = self.chain
        one = open(chain.path("leitstelle.yaml")).read().replace("viewer: {", "viewer: {viewersPerAccount: 1, ")
        chain.write("leitstelle.yaml", one)
        other = free_port()
        chain.write("other.yaml", one.replace(f"port: {chain.page_port}", f"port: {other}").replace(
            f"port: {chain.link_port}", f"port: {free_port()}").replace("dataFolder: station", "dataFolder: other"))
        first, second = self.browser(), self.browser()
        chain.start_station()
        chain.start("leitstelle", "--config", chain.path("other.yaml"), log="other.log")
        wait_for("the other page is served", lambda: "Lagebild: http" in open(chain.path("other.log")).read())
        first.sign_in(chain.base, " anna ", "correct-horse-battery")
        notice = "return document.getElementById('notice').innerText"
        wait_for("the first window watches", lambda: first.run("return document.getElementById('user').innerText") == "anna")
        second.sign_in(chain.base, "anna", "correct-horse-battery")
        wait_for("the second is told", lambda: "zu viele Fenster" in second.run(notice))
        self.assertEqual(first.run(notice), "")
        second.open("about:blank")
        # Cookies know no ports: the other station's session once replaced this one's.
        first.sign_in(f"http://127.0.0.1:{other}", "anna", "correct-horse-battery")
        first.open(chain.base + "/")
        wait_for("still signed in", lambda: first.run("return document.getElementById('user')?.innerText") == "anna")
        chain.run("users", "remove", chain.path("users"), "anna")
        wait_for("the window of a removed account goes to the sign-in", lambda: first.url().endswith("/login"), 5)

    def test_page_needs_a_sign_in(self):
        chain = self.chain
        tile = b"\x89PNG\r\n\x1a\n-one tile-"
        with sqlite3.connect(chain.path("duisburg.mbtiles")) as tiles:
            tiles.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
            tiles.execute("INSERT INTO tiles VALUES (3, 4, 5, ?)", (tile,))
        configuration = open(chain.path("leitstelle.yaml")).read()
        chain.write("leitstelle.yaml", configuration.replace("viewer: {", "viewer: {tiles: duisburg.mbtiles, "))
        chain.start_station()
        def get(path, method="GET", body=None, **headers):
            connection = http.client.HTTPConnection("127.0.0.1", chain.page_port, timeout=10)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.content = response.read()
            return response
        self.assertEqual(get("/").status, 303)
        self.assertEqual(get("/leaflet/leaflet.js").status, 401)
        self.assertEqual(get("/tiles/1/1/1").status, 401)
        self.assertEqual(get("/versions.json").status, 401)
        self.assertEqual(get("/assets/..%2fusers").status, 404)
        self.assertEqual(get("/login", Host="evil.example").status, 421)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(get("/login", "POST", "user=anna&password=correct-horse-battery", **form).status, 403)
        self.assertEqual(
            get("/login", "POST", "user=anna&password=x", **form, Origin="http://evil.example").status, 403)
        own = {**form, "Origin": chain.base}
        self.assertEqual(get("/login", "POST", "user=anna&password=wrong", **own).headers["Location"], "/login?fehler=1")
        accepted = get("/login", "POST", "user=anna&password=correct-horse-battery", **own)
        self.assertEqual(accepted.headers["Location"], "/")
        self.assertIn("HttpOnly", accepted.headers["Set-Cookie"])
        cookie = accepted.headers["Set-Cookie"].split(";")[0]
        # Rows of an MBTiles file count from the south, those of the page from the north.
        self.assertEqual(get("/tiles/3/4/2", Cookie=cookie).content, tile)
        self.assertEqual(get("/tiles/3/4/3", Cookie=cookie).status, 404)
        self.assertEqual(get("/tiles/99/-1/x", Cookie=cookie).status, 404)
        self.assertEqual(get("/", Cookie=cookie).status, 200)
        versions = {entry["name"]: entry["version"] for entry in json.loads(get("/versions.json", Cookie=cookie).content)}
        self.assertRegex(versions["SQLite"], r"^3\.\d+")
        self.assertIn("hummingbird", versions)
        socket_headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": chain.base}
        try:
            self.assertNotEqual(get("/live", **socket_headers).status, 101)
        except (http.client.HTTPException, ConnectionError):
            pass  # Refused by closing.
        for _ in range(12):
            last = get("/login", "POST", "user=anna&password=wrong", **own).headers["Location"]
        self.assertEqual(last, "/login?fehler=zuviele")

    @unittest.skipUnless(has_data, f"skipped: no real data in {DATA}")
    def test_truncated_tlog(self):
        whole = open(os.path.join(DATA, "mavlink", "vtol.tlog"), "rb").read()
        open(self.chain.path("cut.tlog"), "wb").write(whole[:100_001])
        result = lagebild("decode", "mavlink", self.chain.path("cut.tlog"), "--json")
        self.assertEqual(result.returncode, 0)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertGreater(len(lines), 1000)
        self.assertIn("time", lines[0])


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"chain: {result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped", flush=True)
    sys.exit(1 if failed else 0)
