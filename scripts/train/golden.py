"""Prints what the integer network gives for a made-up picture: the golden values of ChipStageTests.

    golden.py NETWORK.lbcn
"""
import sys

import numpy as np

import integer_reference as integer


def picture():
    """70 x 60 pixels of a formula that the test repeats."""
    y, x = np.mgrid[:60, :70]
    image = 40 + (x * 7 + y * 13 + (x * y) % 11) % 9
    for cx, cy, height, width in ((30, 28, 60, 3), (52, 40, 35, 8), (5, 3, 80, 5)):
        image += height * width * width // (width * width + (x - cx) ** 2 + (y - cy) ** 2)
    return image


settings, layers = integer.read(sys.argv[1])
for seed in ((30, 28), (52, 40), (5, 3)):
    logits_of = lambda chips: [integer.chip_logits(layers, chip, settings["passes"]) for chip in chips]
    sums, weights = integer.picture_sums(picture(), [seed], logits_of)
    marks = np.arange(sums.size).reshape(sums.shape) % 97
    print(f"({seed[0]}, {seed[1]}, {sums.sum()}, {(sums * marks).sum()}, {(weights * marks).sum()}),")
