"""`scripts/bench agent-memory [minutes] [times]`: what of an agent's memory grows. Agents from files, with the camera's and the thermal
sensor's rates so many times as high as in flight, send to one Leitstelle on loopback and record on board. Each differs in one thing.
Prints minute by minute the anonymous memory and, where LIVE_MEMORY_LIBRARY names the library of peers/live_memory.c, what of it is
allocated and not freed; at the end the growth after the first third.
"""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Chain"))
from chain import Chain, make_mjpeg, make_thermal

LIBRARY = os.environ.get("LIVE_MEMORY_LIBRARY")
# Without the bounds glibc takes its own: an arena for each thread, thresholds that grow.
AGENTS = {
    "as delivered": {},
    "unbounded": {"LIVE_MEMORY_UNBOUNDED": "1"},
}


def mebibytes(program):
    """Anonymous memory of a process: what it has asked for and written to."""
    with open(f"/proc/{program.process.pid}/smaps_rollup") as file:
        return int(re.search(r"^Anonymous:\s+(\d+)", file.read(), re.M).group(1)) / 1024


def live_mebibytes(path):
    """Allocated and not freed; 0 where nothing counts."""
    try:
        with open(path) as file:
            return int(file.read().split()[0]) / 1048576
    except (OSError, IndexError):
        return 0


def main(minutes, times):
    chain = Chain()
    try:
        make_mjpeg(chain.path("camera.mjpeg"), seconds=20)
        make_thermal(chain.path("thermal.u16le"))
        agents = []
        for number, name in enumerate(AGENTS):
            key = f"drone-{number}.key"
            chain.run("keys", "generate", chain.path(key))
            chain.run("keys", "authorize", chain.path("authorized_drones"), f"drohne-{number + 2}", chain.path(key + ".pub"))
            chain.agent_configuration(
                f"{{source: mjpeg, path: camera.mjpeg, rate: {15 * times}, loop: true}}",
                f"{{source: file, path: thermal.u16le, width: 160, height: 120, unit: centikelvin, rate: {8 * times}, loop: true}}",
                name=f"agent-{number}.yaml", data=f"data-{number}", key=key)
        chain.start_station()
        for number, (name, environment) in enumerate(AGENTS.items()):
            environment = dict(environment)
            if LIBRARY:
                environment.update(LD_PRELOAD=LIBRARY, LIVE_MEMORY=chain.path(f"live-{number}"))
            os.environ.update(environment)
            agents.append(chain.start("agent", "--config", chain.path(f"agent-{number}.yaml"), log=f"agent-{number}.log"))
            for key in environment:
                del os.environ[key]
        rows = []
        print(f"{times} times the rates of a flight\nminute " + "".join(f"{name:>16}" for name in AGENTS), flush=True)
        start = time.monotonic()
        while time.monotonic() < start + minutes * 60 + 1:
            time.sleep(start + 30 * (len(rows) + 1) - time.monotonic())
            rows.append([mebibytes(agent) for agent in agents])
            live = [live_mebibytes(chain.path(f"live-{number}")) for number in range(len(agents))]
            print(f"{len(rows) / 2:6.1f} " + "".join(f"{a:9.1f} ({b:4.1f})" for a, b in zip(rows[-1], live)), flush=True)
        settled = rows[len(rows) // 3:]
        half = len(settled) // 2
        for column, name in enumerate(AGENTS):
            values = [row[column] for row in settled]
            hours = len(settled) / 2 / 120
            growth = sum(values[-half:]) / half - sum(values[:half]) / half
            print(f"{name}: {values[0]:.1f} to {values[-1]:.1f} MiB, {growth / hours:+.1f} MiB an hour at this rate")
    finally:
        chain.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 12, int(sys.argv[2]) if len(sys.argv) > 2 else 4)
