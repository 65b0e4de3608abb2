"""A station with a drone on 127.0.0.1, and browsers as sockets: what the attacks have in common. Python's standard library only."""
import array
import base64
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import quote_plus

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAGEBILD = os.path.abspath(os.environ.get("LAGEBILD_PROGRAM", os.path.join(ROOT, ".build", "debug", "lagebild")))
PASSWORD = "correct-horse-battery"


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Station:
    """Keys, accounts and configurations in a folder of their own; what was started is ended by its own number."""

    def __init__(self, descriptors=None, viewer="", accounts=("anna", "bert"), drone=True, thermal=(80, 60)):
        self.folder = tempfile.mkdtemp(prefix="lagebild-attack-")
        self.port, self.link = free_port(), free_port(socket.SOCK_DGRAM)
        self.programs = []
        self.run("keys", "generate", self.path("station.key"))
        self.run("keys", "generate", self.path("drone.key"))
        self.run("keys", "authorize", self.path("drones"), "drohne-1", self.path("drone.key.pub"))
        for name in accounts:
            self.set_account(name)
        self.write("leitstelle.yaml", f"""
station: {{dataFolder: station, keyFile: station.key, dronesFile: drones, usersFile: users}}
link: {{host: 127.0.0.1, port: {self.link}}}
viewer: {{host: 127.0.0.1, port: {self.port}{viewer}}}
recording: {{reserveMegabytes: 0}}
""")
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))) if descriptors else None
        self.station = self.start("station.log", "leitstelle", "--config", self.path("leitstelle.yaml"), preexec_fn=limit)
        wait_for("the page is served", lambda: "Lagebild: http" in self.log() or self.station.poll() is not None)
        if drone:
            self.start_drone(*thermal)

    def start_drone(self, width, height):
        values = random.Random(1)
        with open(self.path("thermal"), "wb") as file:
            for _ in range(4):
                file.write(array.array("H", (29000 + values.randint(-8, 8) for _ in range(width * height))).tobytes())
        self.write("agent.yaml", f"""
drone: {{dataFolder: drone, keyFile: drone.key}}
station: {{host: 127.0.0.1, port: {self.link}, publicKey: station.key.pub}}
thermal:
  - {{source: file, path: thermal, width: {width}, height: {height}, unit: centikelvin, rate: 8, loop: true}}
position: {{source: none}}
recording: {{reserveMegabytes: 0}}
""")
        self.start("agent.log", "agent", "--config", self.path("agent.yaml"))
        wait_for("the drone is connected", lambda: "is connected" in self.log())

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def run(self, *arguments, **options):
        result = subprocess.run([LAGEBILD, *arguments], capture_output=True, text=True, timeout=60, cwd=self.folder, **options)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        return result.stdout

    def set_account(self, name, role="disponent"):
        self.run("users", "set", self.path("users"), name, "--role", role, input=PASSWORD + "\n")

    def start(self, log, *arguments, **options):
        with open(self.path(log), "ab") as stream:
            program = subprocess.Popen([LAGEBILD, *arguments], stdout=stream, stderr=stream, stdin=subprocess.DEVNULL,
                                       cwd=self.folder, **options)
        self.programs.append(program)
        return program

    def log(self, name="station.log"):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    @property
    def lives(self):
        return self.station.poll() is None

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.station.pid}/fd"))

    @property
    def megabytes(self):
        with open(f"/proc/{self.station.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def incidents(self):
        folder = self.path("station/incidents")
        return [name for name in os.listdir(folder) if name.endswith(".lagebild")] if os.path.isdir(folder) else []

    def recorded(self):
        """Objects that the page says were recorded, seen by an account of its own."""
        with self.socket(self.sign_in("bert")) as browser:
            return next(m for m in browser.messages(5) if m.get("type") == "state")["recorder"]["recorded"]

    def close(self):
        for program in reversed(self.programs):
            if program.poll() is None:
                program.send_signal(signal.SIGTERM)
                try:
                    program.wait(10)
                except subprocess.TimeoutExpired:
                    program.kill()
                    program.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- requests

    def connect(self, source="127.0.0.1", timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout, source_address=(source, 0))

    def request(self, method, path, headers=None, body="", source="127.0.0.1", timeout=40):
        """Status, headers (lower case) and body."""
        head = {"Host": f"127.0.0.1:{self.port}", "Connection": "close", **(headers or {})}
        if method == "POST":
            head["Content-Length"] = str(len(body.encode()))
        text = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n" + body
        with self.connect(source, timeout) as connection:
            connection.sendall(text.encode())
            answer = b""
            while True:
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
        head, _, content = answer.partition(b"\r\n\r\n")
        lines = head.decode("latin1").split("\r\n")
        fields = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
        return int(lines[0].split()[1]), fields, content

    def try_sign_in(self, name="anna", password=PASSWORD, source="127.0.0.1", headers=None):
        """Where the sign-in led, and the cookie."""
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        body = f"user={quote_plus(name)}&password={quote_plus(password)}"
        status, fields, _ = self.request("POST", "/login", headers, body, source)
        return fields.get("location", str(status)), fields.get("set-cookie", "").split(";")[0]

    def sign_in(self, name="anna", source="127.0.0.1"):
        place, cookie = self.try_sign_in(name, source=source)
        assert place == "/", f"{name} could not sign in: {place}"
        return cookie

    def socket(self, cookie, source="127.0.0.1", headers=None):
        return Browser(self, cookie, source, headers)


class Refused(Exception):
    pass


class Browser:
    """A WebSocket by hand, so that it can break any rule."""

    def __init__(self, station, cookie, source="127.0.0.1", headers=None):
        self.connection = station.connect(source)
        key = base64.b64encode(os.urandom(16)).decode()
        head = {"Host": f"127.0.0.1:{station.port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key,
                "Sec-WebSocket-Version": "13", "Origin": f"http://127.0.0.1:{station.port}", "Cookie": cookie, **(headers or {})}
        self.connection.sendall(("GET /live HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n").encode())
        self.buffer = b""
        self.code = None
        try:
            while b"\r\n\r\n" not in self.buffer:
                part = self.connection.recv(65536)
                if not part:
                    raise Refused("closed")
                self.buffer += part
        except OSError as error:
            raise Refused(str(error)) from error
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            self.connection.close()
            raise Refused(head.split(b"\r\n")[0].decode("latin1"))
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        assert accept in head, head

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def frame(self, opcode, payload=b"", fin=True, masked=True, reserved=0, length=None):
        """The bytes of a frame; `length` may lie."""
        size = len(payload) if length is None else length
        head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
        mask = 0x80 if masked else 0
        if size < 126:
            head += bytes([mask | size])
        elif size < 65536:
            head += bytes([mask | 126]) + struct.pack(">H", size)
        else:
            head += bytes([mask | 127]) + struct.pack(">Q", size)
        if not masked:
            return head + payload
        key = os.urandom(4)
        return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))

    def send(self, message):
        self.connection.sendall(self.frame(1, json.dumps(message).encode()))

    def read(self, seconds):
        """The next frame's opcode and payload; None when none came, or the connection ended (`code` says how)."""
        end = time.monotonic() + seconds
        while True:
            frame = self._take()
            if frame:
                if frame[0] == 9:
                    # As browsers do, whether the page is looked at or not.
                    try:
                        self.connection.sendall(self.frame(10, frame[1]))
                    except OSError:
                        pass
                    continue
                if frame[0] == 8:
                    self.code = struct.unpack(">H", frame[1][:2])[0] if len(frame[1]) >= 2 else 1005
                return frame
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.connection.settimeout(left)
            try:
                part = self.connection.recv(1 << 20)
            except TimeoutError:
                return None
            except OSError:
                part = b""
            if not part:
                self.code = self.code or 1006
                return None
            self.buffer += part

    def _take(self):
        if len(self.buffer) < 2:
            return None
        size, offset = self.buffer[1] & 0x7F, 2
        if size == 126:
            if len(self.buffer) < 4:
                return None
            size, offset = struct.unpack(">H", self.buffer[2:4])[0], 4
        elif size == 127:
            if len(self.buffer) < 10:
                return None
            size, offset = struct.unpack(">Q", self.buffer[2:10])[0], 10
        if len(self.buffer) < offset + size:
            return None
        frame = self.buffer[0] & 0x0F, self.buffer[offset:offset + size]
        self.buffer = self.buffer[offset + size:]
        return frame

    def messages(self, seconds):
        """Text messages as they come, for so long."""
        end = time.monotonic() + seconds
        while self.code is None and time.monotonic() < end:
            frame = self.read(end - time.monotonic())
            if frame and frame[0] == 1:
                yield json.loads(frame[1])

    def closing_code(self, seconds):
        """The code the station closes with; 1006 where it only ends the connection, None while it goes on."""
        end = time.monotonic() + seconds
        while self.code is None and time.monotonic() < end:
            self.read(end - time.monotonic())
        return self.code


class Watcher(threading.Thread):
    """A browser that watches all the while: how many pictures it got, and the longest time without one."""

    def __init__(self, station, name="bert"):
        super().__init__(daemon=True)
        self.browser = station.socket(station.sign_in(name))
        self.pictures, self.longest, self.stops = 0, 0.0, False
        self.start()
        wait_for("pictures are shown", lambda: self.pictures >= 3)
        self.longest, self.began, self.first = 0.0, time.monotonic(), self.pictures

    def run(self):
        last, asked = time.monotonic(), 0.0
        while not self.stops and self.browser.code is None:
            now = time.monotonic()
            if now - asked > 2:
                asked = now
                try:
                    self.browser.send({"type": "clock", "b": 1})
                except OSError:
                    break
            frame = self.browser.read(0.5)
            now = time.monotonic()
            if frame and frame[0] == 2:
                self.pictures += 1
                self.longest = max(self.longest, now - last)
                last = now
        self.longest = max(self.longest, time.monotonic() - last)

    def result(self):
        """Pictures a second, the longest pause in seconds, and whether it watched to the end. Of two seconds at least."""
        time.sleep(max(0.0, self.began + 2 - time.monotonic()))
        seconds, pictures, watched = time.monotonic() - self.began, self.pictures - self.first, self.browser.code is None
        self.stops = True
        self.join(5)
        self.browser.connection.close()
        return pictures / seconds, self.longest, watched


class Verdicts:
    def __init__(self):
        self.failed = 0

    def __call__(self, good, text):
        self.failed += not good
        print(("PASS " if good else "FAIL ") + text, flush=True)

    def watched(self, watcher):
        rate, pause, watched = watcher.result()
        self(watched and rate > 6 and pause < 1.5, f"the picture went on: {rate:.1f} a second, longest pause {pause:.2f} s")

    def end(self):
        sys.exit(1 if self.failed else 0)


def attack(*parts):
    """Runs each part with verdicts of its own; a part that breaks is a FAIL and keeps none of the others away."""
    verdict = Verdicts()
    for part in parts:
        print(f"-- {part.__doc__.strip()}", flush=True)
        try:
            part(verdict)
        except Exception as error:  # Whatever it was, the attack did not show what it should.
            verdict(False, f"{type(error).__name__}: {error}")
    verdict.end()
