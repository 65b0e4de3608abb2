"""How often a picture gets through a recorded uplink in time, begun at any moment or only right after a known delivery.

`python3 Tests/Benchmarks/uplink_odds.py TRACE [seconds]`: TRACE has a line a delivery of 1500 bytes, in milliseconds. The queue is
empty, the way there and back takes 30 ms each, the picture is worth 240 ms. It bounds what any sender can reach that way.
"""
import bisect
import sys

ONE_WAY, BUDGET, FEEDBACK, STEP = 30, 240, 5, 7


def main(path, seconds=120):
    deliveries = [int(line.split()[0]) for line in open(path) if line.strip()]
    end = min(deliveries[-1] - 2000, seconds * 1000)
    print(f"mean {len(deliveries) * 12 / deliveries[-1]:.2f} Mbit/s\nbytes   begun at   moments   in time")
    for size in (1500, 6000, 10000):
        last = (size + 1499) // 1500 - 1
        for window in (0, 80, 40):
            arrivals = []
            for now in range(500, end, STEP):
                known = now - ONE_WAY - FEEDBACK
                if window and bisect.bisect_left(deliveries, known) == bisect.bisect_left(deliveries, known - window):
                    continue
                arrivals.append(deliveries[bisect.bisect_left(deliveries, now) + last] - now + ONE_WAY)
            in_time = sum(arrival <= BUDGET for arrival in arrivals) / len(arrivals)
            when = f"≤ {window} ms" if window else "any time"
            print(f"{size:5}   {when:8}   {len(arrivals) / len(range(500, end, STEP)):7.1%}   {in_time:7.1%}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
