#!/usr/bin/env python3
"""An enrolled drone whose pictures are not what they say, beside an honest one that somebody watches."""
import json
import math
import os
import struct
import sys
import time

from rig import ROOT, Station, Watcher, attack, wait_for

try:
    sys.path.insert(0, os.path.join(ROOT, "Tests", "Benchmarks"))
    from attack import Drone, fragment, key_of, u
except ImportError as error:
    print(f"SKIPPED: {error}")
    sys.exit(0)

JPEG, GRAY16, CODED = 1, 2, 3
THERMAL, VISIBLE = 0x0300, 0x0400


def jpeg(width, height):
    """A grey JPEG file whose head says so many pixels; its scan holds next to nothing."""
    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data
    table = bytes([0]) + bytes([1] * 64)
    codes = bytes([1] + [0] * 15 + [0])
    return (b"\xff\xd8" + segment(0xDB, table) + segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
            + segment(0xC4, b"\x00" + codes) + segment(0xC4, b"\x10" + codes) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
            + bytes(64) + b"\xff\xd9")


def coded(width, height, length=None):
    """A coded thermal picture of one value: half a byte for 32 pixels."""
    size = (math.ceil(width / 32) * height + 1) // 2
    return b"LT\x01\x00" + struct.pack("<HHH", width, height, 0) + b"\xff" * (size if length is None else length)


# Name, stream, encoding, width and height of the frame's head, payload.
LIES = [
    ("a JPEG file of 16,000 by 16,000", VISIBLE, JPEG, 16000, 16000, jpeg(16000, 16000)),
    ("a JPEG file of another size than the frame's", VISIBLE, JPEG, 640, 480, jpeg(8000, 2800)),
    ("a JPEG file that is none", VISIBLE, JPEG, 640, 480, bytes(600)),
    ("625 kB of thermal picture that are 80 MB of values", THERMAL, CODED, 6400, 6250, coded(6400, 6250)),
    ("a thermal picture without its data", THERMAL, CODED, 640, 480, coded(640, 480, 3)),
    ("a coded picture of another size than the frame's", THERMAL, CODED, 640, 480, coded(64, 48)),
    ("raw values that are too few", THERMAL, GRAY16, 160, 120, bytes(500)),
]


class Liar:
    def __init__(self, station):
        station.run("keys", "generate", station.path("liar.key"))
        station.run("keys", "authorize", station.path("drones"), "luegner", station.path("liar.key.pub"))
        self.drone = Drone(key_of(station.path("liar.key")), key_of(station.path("station.key.pub")), station.link)
        self.drone.connect()
        self.drone.send(b"\4" + u(8, 1))
        self.objects, self.sequences = 0, {}

    def send(self, stream, encoding, width, height, payload):
        sequence = self.sequences[stream] = self.sequences.get(stream, -1) + 1
        content = (bytes([1, 1]) + u(4, self.drone.flight) + u(2, stream) + u(8, sequence) + u(8, time.monotonic_ns())
                   + u(8, time.time_ns()) + bytes(61) + bytes([encoding, 1 if stream == THERMAL else 0, 0]) + u(2, width)
                   + u(2, height) + payload)
        size = min(1400, len(content))
        symbols = math.ceil(len(content) / size)
        blocks = math.ceil(symbols / 128)
        q, r = divmod(symbols, blocks)
        for block in range(blocks):
            first = block * q + min(block, r)
            for index in range(q + (block < r)):
                place = (first + index) * size
                self.drone.send(fragment(self.objects, len(content), size, block, index, content[place:place + size]))
                time.sleep(0.0002)
        self.objects += 1
        # Within what a drone may send a second.
        time.sleep(0.02)
        return sequence


def lies(verdict):
    """Pictures whose head, size or data do not fit each other, ten of each kind, between honest ones"""
    station = Station()
    try:
        watcher = Watcher(station)
        liar = Liar(station)
        before = station.megabytes
        lying = []
        for turn in range(10):
            for _, stream, encoding, width, height, payload in LIES:
                lying.append(liar.send(stream, encoding, width, height, payload))
        honest = liar.send(THERMAL, GRAY16, 22, 22, bytes(22 * 22 * 2))
        record = station.path(os.path.join("station/incidents", station.incidents()[0]))

        def frames():
            listed = station.run("incidents", "show", record, "--frames", "--json").splitlines()
            return [frame for frame in map(json.loads, listed) if frame["drone"] == "luegner"]
        wait_for("the honest picture is recorded", lambda: any(frame["sequence"] == honest for frame in frames()), 15)
        verdict(True, "an honest picture of the same drone is recorded")
        recorded = [frame for frame in frames() if frame["sequence"] != honest or frame["stream"] != "thermal0"]
        verdict(not recorded, f"{len(recorded)} of {len(lying)} false pictures are recorded")
        verdict(station.megabytes - before < 60, f"memory {before:.0f} → {station.megabytes:.0f} MB")
        told = [line for line in station.log().splitlines() if "Refused of luegner" in line]
        verdict(1 <= len(told) <= 20, f"the log tells of it in {len(told)} lines")
        verdict(station.lives, "the station lives")
        verdict.watched(watcher)
    finally:
        station.close()


attack(lies)
