#!/usr/bin/env python3
"""What a flood costs the drones: a real station, real agents and `attack.py`, all on this machine.

    flood.py PROGRAM [--seconds S] [--rate N] [ROW ...]

For each row the attack runs S seconds. A neighbour that was connected before goes on sending a thermal picture 25 times a second:
what of that was not there in time, what never came. A newcomer starts amid the flood from the same address: how long until it is
connected, three times. `cpu` is the station's processor time in that of the flood; `memory` what it holds more afterwards.
With --check it fails where more than a thousandth was late or dropped, or a newcomer took more than three seconds.
Needs `pip install cryptography`.
"""
import argparse
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ATTACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "attack.py")
ROWS = {
    "none": None,
    "handshakes": ["handshakes"],
    "own-port": ["handshakes", "--false-sender", "OWN"],
    "proven-16": ["handshakes", "--ports", "16", "--prove"],
    "proven-200": ["handshakes", "--ports", "200", "--prove"],
    "garbage": ["garbage"],
    "large": ["drone", "KEY", "large"],
    "streams": ["drone", "KEY", "streams"],
    "tiny": ["drone", "KEY", "tiny"],
    "parity": ["drone", "KEY", "parity"],
    "pings": ["drone", "KEY", "pings"],
    "own-handshakes": ["drone", "KEY", "handshakes"],
}


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as plug:
        plug.bind(("127.0.0.1", 0))
        return plug.getsockname()[1]


class Rig:
    def __init__(self, program):
        self.program, self.folder, self.running = os.path.abspath(program), tempfile.mkdtemp(prefix="lagebild-flood-"), []
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        for name in ("station", "neighbour", "newcomer", "flooder"):
            self.call("keys", "generate", self.path(name + ".key"))
            if name != "station":
                self.call("keys", "authorize", self.path("drones"), name, self.path(name + ".key.pub"))
        self.call("users", "set", self.path("users"), "anna", "--role", "disponent", text="kennwort-1234\n")
        self.write("leitstelle.yaml", f"""station:
  dataFolder: station
  keyFile: station.key
  dronesFile: drones
  usersFile: users
link:
  host: 127.0.0.1
  port: {self.udp}
viewer:
  host: 127.0.0.1
  port: {self.tcp}
  allowedHosts:
    - 127.0.0.1
""")
        values = random.Random(1)
        with open(self.path("thermal"), "wb") as file:
            for _ in range(25):
                file.write(struct.pack("<19200H", *(29000 + values.randint(-40, 40) for _ in range(19200))))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def call(self, *words, text=None):
        subprocess.run([self.program, *words], input=text, text=True, check=True, cwd=self.folder, capture_output=True)

    def start(self, log, *words):
        process = subprocess.Popen(
            [self.program, *words], stdout=open(self.path(log), "w"), stderr=subprocess.STDOUT, cwd=self.folder)
        self.running.append(process)
        return process

    def station(self):
        return self.start("station.log", "leitstelle", "--config", self.path("leitstelle.yaml"))

    def agent(self, name, rate=25):
        self.write(name + ".yaml", f"""drone:
  dataFolder: {name}
  keyFile: {name}.key
station:
  host: 127.0.0.1
  port: {self.udp}
  publicKey: station.key.pub
thermal:
  - source: file
    path: thermal
    width: 160
    height: 120
    unit: centikelvin
    rate: {rate}
    loop: true
    horizontalFieldOfView: 57
position:
  source: none
recording:
  reserveMegabytes: 0
""")
        return self.start(name + ".log", "agent", "--config", self.path(name + ".yaml"))

    def log(self, name):
        return open(self.path(name + ".log"), errors="replace").read()

    def wait(self, name, words, seconds):
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            if words in self.log(name):
                return time.monotonic() - begin
            time.sleep(0.02)
        return None

    def stop(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def end(self):
        for process in reversed(self.running):
            self.stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def processor(process):
    words = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def resident(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def udp_port_of(process):
    """The port of an agent's socket."""
    inodes = set()
    for name in os.listdir(f"/proc/{process.pid}/fd"):
        try:
            inodes.add(os.readlink(f"/proc/{process.pid}/fd/{name}"))
        except OSError:
            pass
    for line in open("/proc/net/udp").read().splitlines()[1:]:
        words = line.split()
        if f"socket:[{words[9]}]" in inodes:
            return int(words[1].split(":")[1], 16)
    return None


def measure(program, name, seconds, rate):
    rig = Rig(program)
    try:
        station = rig.station()
        rig.wait("station", "Lagebild: ", 20)
        neighbour = rig.agent("neighbour")
        rig.wait("neighbour", "Connected", 20)
        time.sleep(2)
        words = ROWS[name]
        attack, newcomer = None, None
        own = words and "OWN" in words
        if own:
            # Nobody can know the port of a drone that comes only now: the flood has the port of one that tries already.
            rig.write("drones.away", "")
            drones = open(rig.path("drones")).read()
            rig.write("drones", "\n".join(line for line in drones.splitlines() if "newcomer" not in line) + "\n")
            time.sleep(1)
            newcomer = rig.agent("newcomer", rate=1)
            while not (port := udp_port_of(newcomer)):
                time.sleep(0.05)
            words = [word if word != "OWN" else f"127.0.0.1:{port}" for word in words]
        before = processor(station), resident(station)
        begin = time.monotonic()
        if words:
            words = [word if word != "KEY" else rig.path("flooder.key") for word in words]
            attack = subprocess.Popen(
                [sys.executable, ATTACK, str(rig.udp), rig.path("station.key.pub"), *words, "--rate", str(rate), "--seconds",
                 str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.5 if own else 3)
        waits = []
        if own:
            rig.write("drones", drones)
            waits.append(rig.wait("newcomer", "Connected", 30))
        else:
            while len(waits) < 3 and (attack is None or attack.poll() is None):
                newcomer = rig.agent("newcomer", rate=1)
                waits.append(rig.wait("newcomer", "Connected", 30))
                rig.stop(newcomer)
                time.sleep(1)
        said = "no flood"
        if attack:
            output, errors = attack.communicate()
            said = output.strip() or errors.strip().splitlines()[-1]
        else:
            time.sleep(max(0, seconds - (time.monotonic() - begin)))
        took = time.monotonic() - begin
        cpu = (processor(station) - before[0]) / took
        memory = resident(station) - before[1]
        time.sleep(2)
        rig.stop(neighbour)
        last = re.search(
            r"(\d+) objects sent, (\d+) acknowledged as durable, (\d+) dropped before sending, (\d+) late", rig.log("neighbour"))
        share = 1
        if last:
            sent, durable, dropped, late = map(int, last.groups())
            share = (dropped + late) / sent
            loss = f"{share * 100:6.2f} % {max(0, sent - durable) / sent * 100:6.2f} %"
        else:
            loss = "the neighbour did not end"
        silences = rig.log("neighbour").count("is silent")
        shown = " ".join("never" if wait is None else f"{wait:.2f} s" for wait in waits)
        print(f"{name:15} {loss:19} {silences:4}   {shown:24} {cpu * 100:4.0f} % {memory:6.0f} MiB   {said}", flush=True)
        for line in rig.log("station").splitlines():
            if "warning" in line or "error" in line:
                print("    " + line[26:220], flush=True)
        return share <= 0.001 and all(wait is not None and wait <= 3 for wait in waits)
    finally:
        rig.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("rows", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_intermixed_args()
    print("flood           late or dropped, never, silent   newcomer connected after   cpu   memory   what was sent")
    good = [measure(options.program, name, options.seconds, options.rate) for name in options.rows or ROWS]
    if options.check and not all(good):
        sys.exit("flood: somebody else noticed")


main()
