"""`scripts/bench chain`: the whole chain on loopback, 1280×720 at 15/s and thermal at 8/s, watched by a real browser.

Prints: frames counted at both ends, resident memory of both programs minute by minute, capture to canvas.
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chain import Chain, make_mjpeg, make_thermal
from webdriver import Browser, wait_for


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main(minutes):
    chain = Chain()
    try:
        make_mjpeg(chain.path("camera.mjpeg"), seconds=20)
        make_thermal(chain.path("thermal.u16le"))
        chain.agent_configuration(
            "{source: mjpeg, path: camera.mjpeg, rate: 15, loop: true}",
            "{source: file, path: thermal.u16le, width: 160, height: 120, unit: centikelvin, rate: 8, loop: true}")
        station = chain.start_station()
        browser = Browser()
        browser.sign_in(chain.base, "anna", "correct-horse-battery")
        agent = chain.start_agent()
        wait_for("a valid picture", lambda: browser.picture("visible")["valid"] and browser.picture("thermal")["valid"])
        memory = []
        end = time.monotonic() + minutes * 60
        print("minute  agent MiB  station MiB", flush=True)
        while True:
            memory.append((agent.resident_kilobytes() / 1024, station.resident_kilobytes() / 1024))
            print(f"{(len(memory) - 1) / 2:6.1f}  {memory[-1][0]:9.1f}  {memory[-1][1]:11.1f}", flush=True)
            if time.monotonic() >= end:
                break
            time.sleep(min(30, max(0, end - time.monotonic())))
        ages = browser.run("return window.lagebild.ages")
        counters = browser.run("return window.lagebild.counters")
        browser.close()
        agent.stop()
        station.stop()
        lost = 0
        onboard = {(f["stream"], f["sequence"]): f["sha256"] for f in chain.frames(chain.onboard()[-1])}
        recorded = {(f["stream"], f["sequence"]): f["sha256"] for f in chain.frames(chain.incidents()[-1])}
        for stream in sorted({key[0] for key in onboard}):
            sent = {key for key in onboard if key[0] == stream}
            there = {key for key in sent if recorded.get(key) == onboard[key]}
            lost += len(sent) - len(there)
            print(f"{stream}: {len(sent)} frames on board, {len(there)} at the station with the same hash, {len(sent) - len(there)} missing")
        print("agent:  ", agent.text().strip().splitlines()[-1].split("] ", 1)[-1])
        for stream, values in sorted(ages.items()):
            if values:
                print(f"{stream}: capture to canvas p50 {percentile(values, .5):.0f} ms, p95 {percentile(values, .95):.0f} ms, "
                      f"p99 {percentile(values, .99):.0f} ms over {len(values)} frames drawn")
        print(f"page: {counters}")
        settled = memory[2:] or memory
        for name, column in (("agent", 0), ("station", 1)):
            values = [row[column] for row in settled]
            half = len(values) // 2 or 1
            growth = sum(values[half:]) / len(values[half:] or [1]) - sum(values[:half]) / half
            print(f"{name}: after the first minute {min(values):.1f}–{max(values):.1f} MiB, second half {growth:+.2f} MiB against the first")
        return 1 if lost else 0
    finally:
        chain.close()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
