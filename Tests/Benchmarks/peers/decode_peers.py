#!/usr/bin/env python3
"""How fast other decoders read the recordings that `lagebild-bench decode` measures.

pymavlink reads .tlog, pynmea2 and pyubx2 and gpsd's gpsdecode everything else. What is not installed is said to be
missing. Each decoder is given the bytes in the form that costs it least: pymavlink without the times between the packets,
pynmea2 as lines, all from memory; gpsdecode is a program that reads a pipe, its start is taken off. pynmea2 only splits a
sentence and converts a value when it is asked for, so it is measured without and with the values a position needs.

    decode_peers.py flight.tlog receiver.log [--seconds 1] [--lagebild PATH]

With --lagebild the program is run on the same files in the same run, and each line of another decoder says how many times
faster it is.
"""
import argparse
import io
import os
import re
import shutil
import subprocess
import time


def timed(parse, seconds):
    """Parse again and again; messages of one pass and seconds of one pass."""
    count = parse()
    rounds, start = 0, time.perf_counter()
    while True:
        parse()
        rounds += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return count, elapsed / rounds


def packets_of(log):
    """The packets of a .tlog without the eight bytes of time before each."""
    out, at = bytearray(), 0
    while at + 16 < len(log):
        first = log[at + 8]
        if first == 0xFD:
            size = 12 + log[at + 9] + (13 if log[at + 10] & 1 else 0)
        elif first == 0xFE:
            size = 8 + log[at + 9]
        else:
            at += 1
            continue
        out += log[at + 8:at + 8 + size]
        at += 8 + size
    return bytes(out)


def mavlink(log):
    os.environ["MAVLINK20"] = "1"
    from pymavlink.dialects.v20 import ardupilotmega
    packets = packets_of(log)

    def parse():
        decoder = ardupilotmega.MAVLink(io.BytesIO())
        decoder.robust_parsing = True
        return sum(m.get_type() != "BAD_DATA" for m in decoder.parse_buffer(packets) or [])
    return parse


VALUES = ("timestamp", "datestamp", "latitude", "longitude", "altitude", "spd_over_grnd", "true_course")


def nmea(log):
    return sentences(log, ())


def nmea_values(log):
    return sentences(log, VALUES)


def sentences(log, values):
    import pynmea2
    lines = re.findall(rb"\$[A-Z]{5},[\x20-\x7e]*", log)
    lines = [line.decode("ascii") for line in lines]

    def parse():
        good = 0
        for line in lines:
            try:
                sentence = pynmea2.parse(line)
            except (pynmea2.ParseError, ValueError):
                continue
            good += 1
            for value in values:
                try:
                    getattr(sentence, value)
                except (AttributeError, TypeError, ValueError):
                    pass
        return good
    return parse


def ubx(log):
    import pyubx2

    def parse():
        reader = pyubx2.UBXReader(io.BytesIO(log), quitonerror=0, protfilter=7)
        good = 0
        while True:
            try:
                raw, parsed = reader.read()
            except UnicodeDecodeError:  # It takes bytes of other protocols for a sentence, and trips over them.
                continue
            if raw is None:
                return good
            good += parsed is not None
    return parse


def gpsdecode(log, seconds):
    """gpsdecode reads a stream once: the file as often as fills the time, minus its start on an empty one."""
    def run(data):
        start = time.perf_counter()
        result = subprocess.run(["gpsdecode"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return result.stdout.count(b'"class"'), time.perf_counter() - start
    empty = min(run(b"")[1] for _ in range(3))
    times = 1
    while True:
        count, elapsed = run(log * times)
        if elapsed - empty >= seconds or times >= 4096:
            return count // times, max(1e-9, elapsed - empty) / times
        times *= 4


def own(program, file, seconds):
    """MB/s of lagebild on the file by decoder; its lines are printed as they are."""
    result = subprocess.run(
        [program, "decode", file, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True, check=True)
    rows = result.stdout.splitlines()[1:]
    for row in rows:
        print(row)
    return [(row[36:54].strip(), float(row[54:62])) for row in rows]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+")
    arguments.add_argument("--seconds", type=float, default=1)
    arguments.add_argument("--lagebild", help="the program, to be run on the same files")
    options = arguments.parse_args()
    print("file                                decoder              MB/s   messages/s   messages")
    for file in options.files:
        with open(file, "rb") as handle:
            log = handle.read()
        name = os.path.basename(file)
        references = own(options.lagebild, file, options.seconds) if options.lagebild else []
        kinds = [("pymavlink", mavlink)] if name.endswith(".tlog") else [
            ("pynmea2", nmea), ("pynmea2, values", nmea_values), ("pyubx2", ubx)]
        results = []
        for decoder, make in kinds:
            try:
                results.append((decoder, timed(make(log), options.seconds)))
            except ImportError:
                print(f"{name:36}{decoder:18} is not installed")
        if not name.endswith(".tlog"):
            if shutil.which("gpsdecode"):
                results.append(("gpsdecode", gpsdecode(log, options.seconds)))
            else:
                print(f"{name:36}{'gpsdecode':18} is not installed")
        for decoder, (count, elapsed) in results:
            speed = len(log) / elapsed / 1e6
            if not count:
                print(f"{name:36}{decoder:18} reads nothing of it")
                continue
            ratio = "".join(f"   {own_name} {reference / speed:.0f} x" for own_name, reference in references)
            print(f"{name:36}{decoder:18}{speed:8.2f} {count / elapsed:12.0f} {count:10}{ratio}", flush=True)


if __name__ == "__main__":
    main()
