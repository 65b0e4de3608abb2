"""Prints what the integer network gives for a made-up picture: the golden values of ChipStageTests, or of PersonDetectorTests for a network
that takes whole pictures.

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


def ground():
    """128 x 96 pixels with bodies on them, of a formula that PersonDetectorTests repeats."""
    y, x = np.mgrid[:96, :128]
    image = 90 + (x * 7 + y * 13 + (x * y) % 11) % 9 + np.where(x > 80, 25, 0)
    plain = image.copy()
    for cx, cy, across, down, excess in ((30, 28, 5, 9, 60), (52, 40, 4, 7, 45), (100, 60, 6, 10, -55), (20, 80, 3, 5, 70)):
        inside = ((x - cx) * down) ** 2 + ((y - cy) * across) ** 2 <= (across * down) ** 2
        image = np.where(inside, plain + excess, image)
    return image


settings, layers = integer.read(sys.argv[1])
if settings["edge"] == 0:
    image = ground()
    logits = 0
    for turn in (lambda a: a, lambda a: a[:, ::-1])[:settings["passes"]]:
        excess = np.clip(turn(image) - np.sort(image, axis=None)[(image.size - 1) // 2], -128, 127)
        logits = logits + turn(integer.infer(layers, np.stack([excess[i::2, j::2] for i in (0, 1) for j in (0, 1)])))
    print(f"static let sum = {logits.sum()}, marked = {(logits.ravel().astype(int) * (np.arange(logits.size) % 97)).sum()}")
if settings["gate"] is not None:
    seeds = [(0, 0, 40.0, 120), (0, 0, 12.5, 90), (0, 0, 9.0, 25), (0, 0, 4.25, 6)]
    print("margins", [round(float(margin), 4) for margin in integer.margins(settings["gate"], seeds)])
for seed in () if settings["edge"] == 0 else ((30, 28), (52, 40), (5, 3)):
    logits_of = lambda chips: [integer.chip_logits(layers, chip, settings["passes"]) for chip in chips]
    sums, weights = integer.picture_sums(picture(), [seed], logits_of)
    marks = np.arange(sums.size).reshape(sums.shape) % 97
    print(f"({seed[0]}, {seed[1]}, {sums.sum()}, {(sums * marks).sum()}, {(weights * marks).sum()}),")
