#!/usr/bin/env python3
"""What a hostile network and a hostile enrolled drone send to a station. Only to addresses of this machine, for a limited time.

    attack.py PORT STATION.pub handshakes [--ports N] [--prove] [--false-sender ADDRESS:PORT]
    attack.py PORT STATION.pub garbage
    attack.py PORT STATION.pub drone KEY large|streams|tiny|parity|pings|handshakes

`handshakes`: initiations with a right mac1, as anybody who knows the station's public key can make. With --prove the cookies
that the station sends are used. With --false-sender they carry another sender's address (needs root).
`drone`: an enrolled drone that sends fragments of objects that declare 8 MiB; whole small objects of 400 streams; whole objects
of one byte; blocks that come from parity alone; sixteen pings a datagram; or handshakes with ever higher counters.

Prints one line: what was sent, and how many a second.
"""
import argparse
import base64
import hashlib
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
from wire_reference import PROLOGUE, Symmetric, agree, mac, nonce, public, seal, u  # noqa: E402

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: E402

HOST = "127.0.0.1"
SECONDS_LIMIT = 120


def key_of(path):
    """The 32 bytes of a key file, public or private."""
    words = open(path).read().split()
    return next(base64.b64decode(word) for word in words if len(word) == 44 and word.endswith("="))


class Pace:
    """So many calls a second, in steps of a millisecond."""

    def __init__(self, rate, seconds):
        self.rate, self.begin = rate, time.monotonic()
        self.end, self.sent = self.begin + min(seconds, SECONDS_LIMIT), 0

    def steps(self):
        while time.monotonic() < self.end:
            due = int((time.monotonic() - self.begin) * self.rate)
            # What could not be sent in time is not sent in one heap later.
            self.sent = max(self.sent, due - self.rate // 20)
            for _ in range(due - self.sent):
                yield
                self.sent += 1
            time.sleep(0.0005)


# Handshakes of somebody without an enrolled key

def forged(mac1_key, cookie=None):
    head = bytes([1, 2, 0, 0]) + os.urandom(3) + b"\0" + os.urandom(108)
    head += mac(mac1_key, head)[:16]
    return head + (mac(cookie, head)[:16] if cookie else bytes(16))


def open_cookie(reply, station, mac1s):
    material = hashlib.sha256(b"lagebild-cookie" + station).digest()
    key = mac(mac(reply[8:24], material), b"\1")
    try:
        return ChaCha20Poly1305(key).decrypt(nonce(0), reply[24:], mac1s[reply[4:8]])
    except Exception:
        return None


def ip_and_udp(sender, target, payload):
    source, port = sender.rsplit(":", 1)
    udp = struct.pack("!HHHH", int(port), target[1], 8 + len(payload), 0) + payload
    return struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton(source),
        socket.inet_aton(target[0])) + udp


def flood_handshakes(options, station):
    mac1_key = hashlib.sha256(b"lagebild-mac1" + station).digest()
    target = (HOST, options.port)
    pace = Pace(options.rate, options.seconds)
    made = [forged(mac1_key) for _ in range(4096)]
    place = 0
    if options.false_sender:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        packets = [ip_and_udp(options.false_sender, target, each) for each in made]
        for _ in pace.steps():
            raw.sendto(packets[place % 4096], (HOST, 0))
            place += 1
        return place
    sockets = []
    for _ in range(options.ports):
        each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        each.setblocking(False)
        sockets.append(each)
    cookies = [None] * options.ports
    mac1s = {each[4:8]: each[116:132] for each in made}
    for _ in pace.steps():
        number = place % options.ports
        place += 1
        try:
            if options.prove and cookies[number]:
                head = made[place % 4096][:132]
                sockets[number].sendto(head + mac(cookies[number], head)[:16], target)
            else:
                sockets[number].sendto(made[place % 4096], target)
            if options.prove and not cookies[number]:
                reply = sockets[number].recv(2048)
                if reply[0] == 3:
                    cookies[number] = open_cookie(reply, station, mac1s)
        except BlockingIOError:
            pass
    return place


def flood_garbage(options, _):
    """Every kind of datagram with random contents, half of them data."""
    target = (HOST, options.port)
    plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made = [bytes([4 if n % 2 else 1 + n // 2 % 4]) + os.urandom(20 + n % 1400) for n in range(4096)]
    place = 0
    for _ in Pace(options.rate, options.seconds).steps():
        plug.sendto(made[place % 4096], target)
        place += 1
    return place


# An enrolled drone

class Drone:
    def __init__(self, own, station, port):
        self.own, self.station, self.target = own, station, (HOST, port)
        self.plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.plug.settimeout(1)
        self.flight = int(time.time())
        self.freshness = self.flight << 32
        self.counter = 0
        self.cookie = None

    def initiation(self):
        self.freshness += 1
        ephemeral = os.urandom(32)
        state = Symmetric(self.station, PROLOGUE)
        state.mix_hash(public(ephemeral))
        state.mix_key(agree(ephemeral, self.station))
        message = public(ephemeral) + state.seal(public(self.own))
        state.mix_key(agree(self.own, self.station))
        message += state.seal(u(4, self.flight) + u(8, self.freshness))
        datagram = bytes([1, 2, 0, 0]) + u(4, 77) + message
        datagram += mac(hashlib.sha256(b"lagebild-mac1" + self.station).digest(), datagram)[:16]
        return datagram + (mac(self.cookie, datagram)[:16] if self.cookie else bytes(16)), ephemeral, state

    def connect(self):
        for _ in range(20):
            datagram, ephemeral, state = self.initiation()
            self.plug.sendto(datagram, self.target)
            try:
                reply = self.plug.recv(2048)
            except TimeoutError:
                continue
            if reply[0] == 3:
                self.cookie = open_cookie(reply, self.station, {datagram[4:8]: datagram[116:132]})
            if reply[0] != 2:
                continue
            self.index = int.from_bytes(reply[4:8], "little")
            theirs = reply[12:44]
            state.mix_hash(theirs)
            state.mix_key(agree(ephemeral, theirs))
            state.mix_key(agree(self.own, theirs))
            state.mix_hash(reply[44:60])
            self.key = state.expand(b"")[0]
            self.plug.setblocking(False)
            return
        sys.exit("the station does not let the drone in")

    def send(self, plaintext):
        try:
            self.plug.sendto(seal(self.key, self.index, self.counter, plaintext), self.target)
        except BlockingIOError:
            pass
        self.counter += 1


def fragment(number, length, size, block, index, data):
    return b"\1" + u(4, number) + u(3, length) + u(2, size) + u(1, block) + u(1, index) + data


def frame(flight, number, sequence):
    """A thermal or visible frame of 22 by 22 grey pixels, of one of 400 streams (docs/wire-format.md section 5)."""
    stream = (3 + number % 400 // 256) << 8 | number % 400 % 256
    head = bytes([1, 1]) + u(4, flight) + u(2, stream) + u(8, sequence) + u(8, time.monotonic_ns()) + u(8, time.time_ns())
    return head + bytes(61) + bytes([2, 1, 0]) + u(2, 22) + u(2, 22) + bytes(22 * 22 * 2)


def flood_drone(options, station):
    drone = Drone(key_of(options.key), station, options.port)
    drone.connect()
    drone.send(b"\4" + u(8, 1))
    place, kind = 0, options.kind
    filler = os.urandom(1436)
    for _ in Pace(options.rate, options.seconds).steps():
        if kind == "large":
            # Each begins another object of 8 MiB.
            drone.send(fragment(place, 8 << 20, 1400, place % 40, 0, filler[:1400]))
        elif kind == "tiny":
            drone.send(fragment(place, 1, 1, 0, 0, b"\0"))
        elif kind == "streams":
            content = frame(drone.flight, place, place)
            drone.send(fragment(place, len(content), len(content), 0, 0, content))
        elif kind == "parity":
            # 128 symbols of 1,400 bytes, of which none is data.
            drone.send(fragment(place // 128, 128 * 1400, 1400, 0, 128 + place % 128, filler[:1400]))
        elif kind == "pings":
            drone.send(b"".join(b"\4" + u(8, place * 16 + n) for n in range(16)))
        elif kind == "handshakes":
            drone.plug.sendto(drone.initiation()[0], drone.target)
        place += 1
        if place % 64 == 0:
            try:
                while drone.plug.recv(2048):
                    pass
            except BlockingIOError:
                pass
    return place


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("station")
    parser.add_argument("what", choices=["handshakes", "garbage", "drone"])
    parser.add_argument("key", nargs="?")
    parser.add_argument("kind", nargs="?")
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--ports", type=int, default=1)
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--false-sender")
    options = parser.parse_args()
    station = key_of(options.station)
    begin = time.monotonic()
    run = {"handshakes": flood_handshakes, "garbage": flood_garbage, "drone": flood_drone}[options.what]
    sent = run(options, station)
    print(f"{sent} sent, {sent / (time.monotonic() - begin):.0f} a second", flush=True)


if __name__ == "__main__":
    main()
