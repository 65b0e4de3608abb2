"""Runs the real programs: a Leitstelle, agents, replays, each with its own folder, keys and configuration."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from webdriver import free_port, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAGEBILD = os.environ.get("LAGEBILD_PROGRAM", os.path.join(ROOT, ".build", "debug", "lagebild"))
DATA = os.environ.get("LAGEBILD_DATA", os.path.join(os.path.dirname(ROOT), "shared", "data"))
PASSWORD = "correct-horse-battery"


def lagebild(*arguments, **options):
    return subprocess.run([LAGEBILD, *arguments], capture_output=True, text=True, timeout=120, **options)


class Program:
    """A running lagebild whose standard error goes to a file."""

    def __init__(self, log, *arguments):
        self.log = log
        self.stream = open(log, "ab")
        self.process = subprocess.Popen([LAGEBILD, *arguments], stdout=self.stream, stderr=self.stream, stdin=subprocess.DEVNULL)

    def text(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def resident_kilobytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"{self.log}: did not end within 20 s of signal {how}")
        self.stream.close()
        return self.process.returncode


class Chain:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lagebild-chain-")
        self.page_port, self.link_port, self.position_port = free_port(), free_port(), free_port()
        self.programs = []
        self.run("keys", "generate", self.path("station.key"))
        self.run("keys", "generate", self.path("drone.key"))
        self.run("keys", "authorize", self.path("authorized_drones"), "drohne-1", self.path("drone.key.pub"))
        self.run("users", "set", self.path("users"), "anna", "--role", "disponent", input=PASSWORD + "\n")
        self.write("leitstelle.yaml", f"""
station: {{dataFolder: station, keyFile: station.key, dronesFile: authorized_drones, usersFile: users}}
link: {{host: 127.0.0.1, port: {self.link_port}}}
viewer: {{host: 127.0.0.1, port: {self.page_port}}}
recording: {{reserveMegabytes: 50}}
""")

    base = property(lambda self: f"http://127.0.0.1:{self.page_port}")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def run(self, *arguments, **options):
        result = lagebild(*arguments, **options)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        return result.stdout

    def agent_configuration(self, cameras="", thermal="", position="{source: none}", name="agent.yaml", data="drone",
                            key="drone.key", station_key="station.key.pub"):
        self.write(name, f"""
drone: {{dataFolder: {data}, keyFile: {key}}}
station: {{host: 127.0.0.1, port: {self.link_port}, publicKey: {station_key}}}
cameras: [{cameras}]
thermal: [{thermal}]
position: {position}
recording: {{reserveMegabytes: 50}}
""")

    def start(self, *arguments, log):
        program = Program(self.path(log), *arguments)
        self.programs.append(program)
        return program

    def start_station(self):
        station = self.start("leitstelle", "--config", self.path("leitstelle.yaml"), log="station.log")
        before = station.text().count("Lagebild: http")
        wait_for("the page is served", lambda: station.process.poll() is not None or self._answers())
        assert station.process.poll() is None, station.text()
        return station

    def _answers(self):
        import urllib.error
        import urllib.request
        try:
            urllib.request.urlopen(self.base + "/login", timeout=2).read()
            return True
        except (OSError, urllib.error.URLError):
            return False

    def start_agent(self, configuration="agent.yaml", log="agent.log"):
        return self.start("agent", "--verbose", "--config", self.path(configuration), log=log)

    def incidents(self):
        folder = self.path("station/incidents")
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".lagebild"))

    def onboard(self):
        folder = self.path("drone")
        return sorted((os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".lagebild")),
                      key=lambda path: int(re.search(r"flight-(\d+)", path).group(1)))

    def frames(self, path):
        return [json.loads(line) for line in self.run("incidents", "show", path, "--frames", "--json").splitlines()]

    def export(self, path):
        folder = tempfile.mkdtemp(dir=self.folder)
        self.run("incidents", "export", path, "--to", folder)
        return folder

    def verify(self, path):
        return self.run("incidents", "verify", path)

    def close(self):
        for program in self.programs:
            if program.process.poll() is None:
                program.process.kill()
                program.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def make_mjpeg(path, source=None, seconds=20, size="1280x720", rate=15):
    """A .mjpeg file by ffmpeg: of a clip, or a moving test picture."""
    given = ["-i", source] if source else ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
    scale = [] if source else []
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *given, *scale, "-pix_fmt", "yuvj420p", "-q:v", "6", "-f", "mjpeg", path],
                   check=True)


def make_thermal(path, frames=80, width=160, height=120):
    """Raw 16-bit frames in hundredths of a kelvin with noise and one warm spot that moves."""
    import array
    import random
    noise = random.Random(7)
    with open(path, "wb") as file:
        for number in range(frames):
            values = array.array("H", (28_900 + noise.randrange(12) for _ in range(width * height)))
            centre = 60 + number % 40
            for row in range(50, 54):
                for column in range(centre, centre + 4):
                    values[row * width + column] += 600
            file.write(values.tobytes())
