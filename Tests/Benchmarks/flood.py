#!/usr/bin/env python3
"""Forged handshakes against a receiving link: what they cost a flight, and whether the station's memory grows.

    flood.py PROGRAM [PER_SECOND [SECONDS]]

Starts `lagebild bench link-receive` and `link-send` on this machine and sends initiations with random contents meanwhile: half
with a wrong mac1, half with a right one (as somebody who knows the station's public key could make), from 16 ports.
"""
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

PORT = 24_700
ROW, UDP_SEGMENT = 20, 103
# The public key of the benchmark's station: the secret is 32 bytes of 0x57 (docs/wire-format.md §7).
STATION = bytes.fromhex("7d904be3bcab1a910c65ac4b0a2cdd16a846ad8a0ac72db31cc3e47671d30e02")


def forged(is_right):
    head = bytes([1, 2, 0, 0]) + os.urandom(3) + b"\0" + os.urandom(108)
    key = hashlib.sha256(b"lagebild-mac1" + STATION).digest()
    mac = hmac.new(key, head, hashlib.sha256).digest()[:16] if is_right else os.urandom(16)
    return head + mac + bytes(16)


def resident(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def run(program, per_second, seconds, folder):
    frames = f"{folder}/frames.bin"
    count = int(seconds * 30)
    subprocess.run([program, "bench", "frames", frames, "--count", str(count)], check=True)
    receiver = subprocess.Popen(
        [program, "bench", "link-receive", str(PORT), frames, f"{folder}/received.txt"], stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    sender = subprocess.Popen(
        [program, "bench", "link-send", f"127.0.0.1:{PORT}", frames, f"{folder}/sent.txt"], stdout=subprocess.PIPE, text=True)
    time.sleep(3)
    before, sent = resident(receiver), 0
    if per_second:
        # The kernel cuts a row of datagrams (UDP_SEGMENT of Linux): one call of Python's a datagram would be too slow.
        rows = [b"".join(forged(number % 2 == 0) for number in range(ROW)) for _ in range(4000 // ROW)]
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(16)]
        for each in sockets:
            each.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(rows[0]) // ROW)
        begin = time.monotonic()
        while sender.poll() is None:
            due = int((time.monotonic() - begin) * per_second)
            while sent < due:
                sockets[sent // ROW % 16].sendto(rows[sent // ROW % len(rows)], ("127.0.0.1", PORT))
                sent += ROW
            time.sleep(0.002)
        took = time.monotonic() - begin
    after = resident(receiver)
    sender.wait()
    json.loads(receiver.communicate()[0])
    times = {}
    for line in open(f"{folder}/sent.txt"):
        index, at = line.split()[:2]
        times[index] = int(at)
    arrived = [(int(at) - times[index]) / 1e6 for index, at, _ in (line.split() for line in open(f"{folder}/received.txt"))
               if index in times and int(index) >= 60]
    total = sum(1 for index in times if int(index) >= 60)
    in_time = sum(1 for late in arrived if late <= 200)
    rate = f"{sent / took:.0f} forged handshakes a second" if sent else "no flood"
    print(f"{rate}: {total - in_time} of {total} frames not there within 200 ms; resident {before} -> {after} KiB")


def main():
    program = sys.argv[1]
    per_second = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 30
    with tempfile.TemporaryDirectory() as folder:
        run(program, 0, seconds / 2, folder)
        run(program, per_second, seconds, folder)


main()
