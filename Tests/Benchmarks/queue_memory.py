#!/usr/bin/env python3
"""What stays in a station's memory after its recording queue was full and has been written. Needs root (a small disk of its own).

    queue_memory.py [megabytes of queue]        LAGEBILD_PROGRAM names another program than .build/debug/lagebild

A drone sends pictures to a station whose disk is full. When so much waits for it, room is made; the queue is written. Prints the station's
resident memory before, at the peak, and 10 s after the queue was empty.
"""
import os
import shutil
import subprocess
import sys
import time

if os.environ.get("LAGEBILD_OWN_MOUNTS") != "yes":
    os.environ["LAGEBILD_OWN_MOUNTS"] = "yes"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Attacks"))
import rig  # noqa: E402

WANTED = int(sys.argv[1]) if len(sys.argv) > 1 else 180
DISK = 700


def queued(browser):
    """Mebibytes that wait for the disk."""
    browser.send({"type": "clock", "b": 1})  # A page that says nothing is let go.
    for message in browser.messages(60):  # It waits for the recorder, which is writing.
        if message.get("type") == "state":
            return message["recorder"]["queuedBytes"] / (1 << 20)
    raise AssertionError("the page says nothing any more")


def main():
    disk = "/tmp/lagebild-queue-memory"
    os.makedirs(disk, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", disk], check=True)
    rig.tempfile.tempdir = disk
    station = rig.Station(drone=False)
    try:
        browser = station.socket(station.sign_in("anna"))
        # The drone's own record lies elsewhere.
        os.makedirs("/dev/shm/lagebild-queue-memory-drone", exist_ok=True)
        os.symlink("/dev/shm/lagebild-queue-memory-drone", station.path("drone"))
        time.sleep(2)
        before = station.megabytes
        station.start_drone(1024, 1024)
        with open(os.path.join(disk, "ballast"), "wb") as ballast:
            try:
                while True:
                    ballast.write(bytes(1 << 16))
                    ballast.flush()
            except OSError:
                pass
        began, peak, waiting = time.monotonic(), before, 0.0
        while waiting < WANTED and time.monotonic() - began < 300:
            waiting = queued(browser)
            peak = max(peak, station.megabytes)
        most = waiting
        os.remove(os.path.join(disk, "ballast"))
        began = time.monotonic()
        while queued(browser) > 8 and time.monotonic() - began < 120:
            peak = max(peak, station.megabytes)
        written = time.monotonic() - began
        station.programs[-1].terminate()
        time.sleep(10)
        print(f"queue {most:.0f} MiB, written in {written:.1f} s; resident: before {before:.0f} MiB, at most {peak:.0f} MiB, "
              f"10 s after {station.megabytes:.0f} MiB")
    finally:
        station.close()
        shutil.rmtree("/dev/shm/lagebild-queue-memory-drone", ignore_errors=True)


main()
