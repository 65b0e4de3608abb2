#!/usr/bin/env python3
"""UTM and UTMREF of points in Germany, beside pyproj (PROJ) and mgrs (GEOTRANS).

    grid_peers.py PROGRAM [POINTS [SEED]]

A third of the points lies anywhere, a third within two metres of a zone's border, a third within two metres of a border of a
square of 100 km. GEOTRANS rounds to the millimetre before it cuts to metres, and lets a zone begin a little earlier; Lagebild cuts: points
less than half a millimetre before an edge are counted apart.
"""
import random
import subprocess
import sys

import mgrs
import pyproj

SOUTH, NORTH, WEST, EAST = 47.2, 55.1, 5.8, 15.1


def points(count, seed):
    chance = random.Random(seed)
    to_degrees = {zone: pyproj.Transformer.from_crs(32600 + zone, 4326, always_xy=True) for zone in (31, 32, 33)}
    made = []
    while len(made) < count:
        kind = len(made) % 3
        if kind == 0:
            made.append((chance.uniform(SOUTH, NORTH), chance.uniform(WEST, EAST)))
        elif kind == 1:
            made.append((chance.uniform(SOUTH, NORTH), chance.choice((6, 12)) + chance.uniform(-3e-5, 3e-5)))
        else:
            zone = chance.choice((31, 32, 33))
            near = chance.uniform(-2, 2)
            if chance.random() < 0.5:
                east, north = chance.randint(2, 8) * 100_000 + near, chance.uniform(5_230_000, 6_100_000)
            else:
                east, north = chance.uniform(200_000, 800_000), chance.randint(53, 61) * 100_000 + near
            longitude, latitude = to_degrees[zone].transform(east, north)
            if SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST:
                made.append((latitude, longitude))
    return [(round(latitude, 9), round(longitude, 9)) for latitude, longitude in made]


def main(program, count, seed):
    places = points(count, seed)
    text = "".join(f"{latitude:.9f} {longitude:.9f}\n" for latitude, longitude in places)
    answers = subprocess.run([program, "grid"], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(answers) == len(places), f"{len(answers)} answers to {len(places)} points"
    from_degrees = {zone: pyproj.Transformer.from_crs(4326, 32600 + zone, always_xy=True) for zone in (31, 32, 33)}
    grid = mgrs.MGRS()
    worst, other_zone, other_square, at_edge = 0.0, 0, [], 0
    for (latitude, longitude), answer in zip(places, answers):
        zone, east, north, *square = answer.split()
        zone, east, north = int(zone), float(east), float(north)
        if zone != int((longitude + 180) // 6) + 1:
            other_zone += 1
        true_east, true_north = from_degrees[zone].transform(longitude, latitude)
        worst = max(worst, abs(east - true_east), abs(north - true_north))
        theirs = grid.toMGRS(latitude, longitude, MGRSPrecision=5)
        if "".join(square) != theirs:
            edge = min(abs(value - round(value)) for value in (true_east, true_north))
            to_zone = abs(longitude - round(longitude / 6) * 6) * 111_320
            if min(edge, to_zone) <= 0.0005 + 1e-7:
                at_edge += 1
            else:
                other_square.append((latitude, longitude, "".join(square), theirs, edge))
    print(f"{len(places)} points, seed {seed}: UTM off by at most {worst * 1000:.4f} mm (printed to 0.1 mm); {other_zone} in another zone; "
          f"UTMREF differs in {len(other_square)}, besides {at_edge} within half a millimetre of an edge")
    for one in other_square[:10]:
        print(*one)
    sys.exit(1 if other_zone or other_square or worst > 0.001 else 0)


main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
