#!/usr/bin/env python3
"""Files that are no records, or none that anybody should read, given to the commands; and a key written where somebody waits for it."""
import os
import resource
import shutil
import sqlite3
import subprocess
import time

from rig import LAGEBILD, Station, attack, wait_for

MEMORY = 2 << 30
LARGE = "32 rows of 120 MB"


def altered(station, record, name, alter):
    """A copy of a real record, changed by `alter`."""
    path = station.path(name)
    shutil.copy(record, path)
    with sqlite3.connect(path) as file:
        columns = [row[1] for row in file.execute("PRAGMA table_info(object)")]
        alter(file, columns)
    file.close()
    return path


def endless(file, columns):
    file.execute("ALTER TABLE object RENAME TO kept")
    file.execute(f"""CREATE VIEW object AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
        SELECT {", ".join("n.x AS position" if c == "position" else "kept." + c for c in columns)} FROM n, kept""")


def large(file, columns):
    blob = max(columns, key=lambda c: file.execute(f"SELECT coalesce(max(length({c})), 0) FROM object WHERE typeof({c}) = 'blob'")
               .fetchone()[0])
    for number in range(32):
        values = [f"{10 ** 6 + number}" if c == "position" else f"sequence + {10 ** 6 + number}" if c == "sequence"
                  else "zeroblob(120000000)" if c == blob else c for c in columns]
        file.execute(f"INSERT INTO object ({', '.join(columns)}) SELECT {', '.join(values)} FROM object LIMIT 1")


def files(station):
    """What is tried: a name for it and its path."""
    wait_for("an incident", station.incidents)
    time.sleep(3)
    for program in reversed(station.programs):
        program.terminate()
        program.wait(15)
    record = station.path(os.path.join("station/incidents", station.incidents()[0]))
    os.mkfifo(station.path("pipe.lagebild"))
    os.mkdir(station.path("folder.lagebild"))
    os.symlink("/dev/zero", station.path("zero.lagebild"))
    yield "an endless view", altered(station, record, "view.lagebild", endless)
    yield LARGE, altered(station, record, "rows.lagebild", large)
    yield "a pipe", station.path("pipe.lagebild")
    yield "a folder", station.path("folder.lagebild")
    yield "/dev/zero", station.path("zero.lagebild")


def records(verdict):
    """Each of them to show, gaps, verify, export and replay: an error, or what can be shown of it, within ten seconds"""
    station = Station()
    try:
        for what, path in files(station):
            for command in (["incidents", "show", path], ["incidents", "gaps", path], ["incidents", "verify", path],
                            ["incidents", "export", path, "--to", station.path("out")],
                            ["replay", path, "--config", station.path("leitstelle.yaml"), "--port", "0"]):
                began = time.monotonic()
                with open(station.path("said"), "w+") as said:
                    program = subprocess.Popen(
                        [LAGEBILD, *command], stdout=said, stderr=said, stdin=subprocess.DEVNULL,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)))
                    try:
                        program.wait(10)
                    except subprocess.TimeoutExpired:
                        program.kill()
                        program.wait()
                    said.seek(0)
                    text = said.read()
                # What can be read in part may be shown in part, and replayed.
                serves = program.returncode == -9 and command[0] == "replay" and "Lagebild Wiedergabe: http" in text
                good = text.strip() and (program.returncode == 1 or what == LARGE and (program.returncode == 0 or serves))
                told = "serves its page" if serves else "does not end" if program.returncode == -9 else f"ends with {program.returncode}"
                name = " ".join(command[:2]) if command[0] == "incidents" else command[0]
                verdict(good, f"{what}, {name}: {told} after {time.monotonic() - began:.1f} s")
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        verdict(largest < 500, f"the largest of all programs had {largest:.0f} MB")
    finally:
        station.close()


def keys(verdict):
    """A key made where a link to somebody else's file waits under the name that was used in between"""
    station = Station(drone=False)
    try:
        with open(station.path("trap"), "w") as trap:
            trap.write("untouched")
        os.chmod(station.path("trap"), 0o644)
        os.symlink(station.path("trap"), station.path("k.new"))
        station.run("keys", "generate", "k")
        with open(station.path("trap")) as trap:
            verdict(trap.read() == "untouched", "the link's target is untouched")
        mode = os.lstat(station.path("k")).st_mode
        verdict(mode & 0o777 == 0o600 and not os.path.islink(station.path("k")), f"the key has mode {mode & 0o777:o}")
    finally:
        station.close()


attack(records, keys)
