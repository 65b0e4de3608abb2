"""What a slow radio link still brings: the real programs with the rehearsal proxy between them.

At 20 kbit/s each warm spot arrives with its crop and its UTMREF within ten seconds; at 200 kbit/s thermal stills keep coming; the
page says on which rung of the ladder the link is. Run by scripts/test.
"""
import itertools
import math
import os
import socket
import sqlite3
import struct
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chain import Chain, make_mjpeg, make_thermal
from webdriver import Browser, free_port, wait_for

SHOTS = os.environ.get("LAGEBILD_SCREENSHOTS")
DETECTIONS, THERMAL = 2, 3
CROP_BYTES = 1000


def mavlink(message, payload, extra, sequence):
    """A MAVLink 2 packet: CRC-16/MCRF4XX over all but the first byte, then the message's own byte."""
    payload = payload.rstrip(b"\0") or b"\0"
    head = bytes([0xFD, len(payload), 0, 0, sequence & 255, 1, 1]) + message.to_bytes(3, "little")
    crc = 0xFFFF
    for byte in head[1:] + payload + bytes([extra]):
        byte ^= crc & 255
        byte = (byte ^ byte << 4) & 255
        crc = crc >> 8 ^ byte << 8 ^ byte << 3 ^ byte >> 4
    return head + payload + struct.pack("<H", crc)


class Autopilot(threading.Thread):
    """Says ten times a second that the drone hovers over the Rhine at Ruhrort, 50 m above take-off, looking west."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.ended = port, threading.Event()

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for number in itertools.count(1):
                if self.ended.wait(0.1):
                    return
                now = number * 100
                heartbeat = struct.pack("<IBBBBB", 0, 2, 3, 0x81, 4, 3)
                attitude = struct.pack("<Iffffff", now, 0, 0, math.radians(270), 0, 0, 0)
                position = struct.pack("<IiiiihhhH", now, 514565000, 67330000, 81000, 50000, 0, 0, 0, 27000)
                for message, payload, extra in ((0, heartbeat, 50), (30, attitude, 39), (33, position, 104)):
                    udp.sendto(mavlink(message, payload, extra, number), ("127.0.0.1", self.port))


@unittest.skipUnless(Browser.available(), "no chromium and chromedriver on this machine")
class SlowLinkTest(unittest.TestCase):
    def setUp(self):
        self.chain = Chain()
        self.addCleanup(self.chain.close)

    def fly(self, kilobits, word, seconds):
        """Flies over a link of so many kilobits until the page says `word`, then for `seconds`; returns (kind, bytes, latency in
        seconds) of all that came live in that time, and the page's text."""
        chain = self.chain
        make_mjpeg(chain.path("camera.mjpeg"), seconds=4)
        make_thermal(chain.path("thermal.u16le"))
        station = chain.start_station()
        radio = free_port()
        chain.start("proxy", "--listen", f"127.0.0.1:{radio}", "--to", f"127.0.0.1:{chain.link_port}", "--delay", "30",
                    "--forward-rate", str(kilobits), "--queue", "500", log="proxy.log")
        chain.link_port = radio
        chain.agent_configuration(
            "{source: mjpeg, path: camera.mjpeg, rate: 15, loop: true}",
            "{source: file, path: thermal.u16le, width: 160, height: 120, unit: centikelvin, rate: 8, loop: true}",
            f"{{source: mavlink-udp, host: 127.0.0.1, port: {chain.position_port}}}")
        autopilot = Autopilot(chain.position_port)
        autopilot.start()
        self.addCleanup(autopilot.ended.set)
        browser = Browser()
        self.addCleanup(browser.close)
        browser.sign_in(chain.base, "anna", "correct-horse-battery")
        agent = chain.start_agent()
        began = time.monotonic()
        try:
            wait_for(f"the page says {word}", lambda: word in browser.run("return document.body.innerText"), 60)
        except AssertionError:
            self.tell(browser)
            raise
        print(f"{kilobits} kbit/s: rung \"{word}\" after {time.monotonic() - began:.1f} s", flush=True)
        start = time.monotonic_ns()
        time.sleep(seconds)
        text = browser.run("return document.body.innerText")
        browser.screenshot(os.path.join(SHOTS or chain.folder, f"link-{kilobits}.png"))
        agent.stop()
        station.stop()
        with sqlite3.connect(chain.incidents()[-1]) as record:
            rows = record.execute("SELECT stream, length(bytes), captureMonotonic, receiveMonotonic FROM object "
                                  "WHERE backfilled = 0 AND receiveMonotonic > ?", (start,)).fetchall()
        # Both programs run on this machine: their monotonic clocks are one.
        return [(stream >> 8, size, (received - captured) / 1e9) for stream, size, captured, received in rows], text

    def tell(self, browser):
        """What the page shows and the programs have said, for whoever has to find out why it did not come."""
        print(browser.run("return document.body.innerText"), flush=True)
        for name in sorted(os.listdir(self.chain.folder)):
            if name.endswith(".log"):
                with open(os.path.join(self.chain.folder, name), errors="replace") as log:
                    lines = [line for line in log.read().splitlines() if " debug " not in line]
                    print(f"--- {name}", *lines[-30:], sep="\n", flush=True)

    def test_detections_with_crops_at_20_kilobits(self):
        came, text = self.fly(20, "Nur Meldungen", 30)
        crops = [latency for kind, size, latency in came if kind == DETECTIONS and size > CROP_BYTES]
        print(f"20 kbit/s: {len(crops)} reports with crop in 30 s, slowest {max(crops, default=0):.2f} s", flush=True)
        self.assertGreaterEqual(len(crops), 3)
        self.assertLessEqual(max(crops), 10)
        self.assertIn("32U LC", text)
        self.assertIn("Die Verbindung ist zu langsam dafür", text)

    def test_thermal_stills_at_200_kilobits(self):
        came, _ = self.fly(200, "Nur Wärmebild", 30)
        stills = [latency for kind, _, latency in came if kind == THERMAL]
        crops = [latency for kind, size, latency in came if kind == DETECTIONS and size > CROP_BYTES]
        print(f"200 kbit/s: {len(stills)} thermal stills in 30 s, slowest {max(stills, default=0):.2f} s; "
              f"{len(crops)} reports with crop, slowest {max(crops, default=0):.2f} s", flush=True)
        self.assertGreaterEqual(len(stills), 3)
        self.assertGreaterEqual(len(crops), 5)
        self.assertLessEqual(max(crops), 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
