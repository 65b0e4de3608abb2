"""Trains the second stage of the small-target detector: a convolutional network of at most 10,000 parameters on chips.

    train.py --data FOLDER --folds NETWORKS      two-fold report (train on even, test on odd names, and the reverse); writes
                                                 even.lbcn and odd.lbcn into the folder NETWORKS
    train.py ... --final all.lbcn                also train on everything, write that network

FOLDER holds images/NAME.png and masks/NAME_pixels0.png.
"""
import argparse
import json
import os

import cv2
import numpy as np
import torch
from scipy import ndimage
from torch import nn
from torch.nn import functional

import candidates
import integer_reference as integer
from integer_reference import EDGE, HALF
from layered import Block, Layered, fit, quantise

INPUTS, INPUT_ONE = 2, 64.0
NEAR = 3.0
GATE_CHANCE = 0.3            # a candidate less likely than this to be a target gets no chip; settled before it was tried
GATE_TRUST = 3.0             # how far the gate follows the data (the inverse of its weights' penalty)


# ---------------------------------------------------------------- data
def load(folder):
    """(name, picture, mask) sorted by name."""
    pictures = []
    for file in sorted(os.listdir(f"{folder}/images")):
        name = file[:-4]
        image = cv2.imread(f"{folder}/images/{file}", cv2.IMREAD_GRAYSCALE)
        mask = cv2.imread(f"{folder}/masks/{name}_pixels0.png", cv2.IMREAD_GRAYSCALE)
        if mask.shape != image.shape:
            mask = cv2.resize(mask, image.shape[::-1], interpolation=cv2.INTER_NEAREST)
        pictures.append(dict(name=name, image=image, mask=mask > 127, seeds=candidates.seeds(image)))
    return pictures


class Chips:
    """Draws augmented training chips: around targets, around candidates that are none, anywhere, and with pasted targets."""

    def __init__(self, pictures, seed, options):
        self.random = np.random.default_rng(seed)
        self.pictures, self.options = pictures, options
        self.targets, self.others = [], []
        for number, picture in enumerate(pictures):
            labels, count = ndimage.label(picture["mask"], np.ones((3, 3)))
            for y, x in ndimage.center_of_mass(picture["mask"], labels, range(1, count + 1)):
                self.targets.append((number, x, y))
            near = ndimage.binary_dilation(picture["mask"], np.ones((5, 5)))
            # More candidates than at test time, so that there is more to learn from.
            for x, y, _, _ in candidates.seeds(picture["image"], 3.0, 3.0, 16):
                if not near[y, x]:
                    self.others.append((number, x, y))
        self.hardness = np.ones(len(self.others))

    def warp(self, number, x, y, jitter):
        """A rotated, scaled, shifted chip of a picture and its mask."""
        random, picture = self.random, self.pictures[number]
        angle, scale = 0.0, 1.0
        if random.random() < self.options["warp"]:
            angle, scale = random.uniform(-0.4, 0.4), np.exp(random.uniform(-0.3, 0.3))
        x += random.uniform(-jitter, jitter)
        y += random.uniform(-jitter, jitter)
        if angle == 0:
            x, y = round(x), round(y)
        cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
        matrix = np.array([[cos, -sin, x - HALF * (cos - sin)], [sin, cos, y - HALF * (sin + cos)]])
        flags = (cv2.INTER_LINEAR if angle else cv2.INTER_NEAREST) | cv2.WARP_INVERSE_MAP
        chip = cv2.warpAffine(picture["image"], matrix, (EDGE, EDGE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.warpAffine(
            picture["mask"].astype(np.uint8) * 255, matrix, (EDGE, EDGE), flags=flags, borderMode=cv2.BORDER_CONSTANT)
        return chip.astype(np.float32), mask > 127

    def one(self):
        random, options = self.random, self.options
        draw = random.random()
        other = -1
        if draw < options["positive"]:
            number, x, y = self.targets[random.integers(len(self.targets))]
            chip, mask = self.warp(number, x, y, 3 if random.random() < 0.7 else 11)
        elif draw < options["positive"] + options["paste"]:
            number, x, y = self.targets[random.integers(len(self.targets))]
            source, mask = self.warp(number, x, y, 4)
            around = ndimage.binary_dilation(mask, iterations=4)
            soft = cv2.GaussianBlur(ndimage.binary_dilation(mask, iterations=2).astype(np.float32), (5, 5), 1.0)
            ring = around & ~ndimage.binary_dilation(mask, iterations=2)
            excess = (source - (np.median(source[ring]) if ring.any() else np.median(source))) * soft
            number = random.integers(len(self.pictures))
            height, width = self.pictures[number]["image"].shape
            chip, old = self.warp(number, random.uniform(0, width), random.uniform(0, height), 0)
            if not old.any():
                chip = np.clip(chip + excess * random.uniform(0.7, 1.2), 0, 255)
            else:
                mask = old
        elif draw < 0.97 and self.others:
            other = random.choice(len(self.others), p=self.hardness / self.hardness.sum())
            chip, mask = self.warp(*self.others[other], 3)
        else:
            number = random.integers(len(self.pictures))
            height, width = self.pictures[number]["image"].shape
            chip, mask = self.warp(number, random.uniform(0, width), random.uniform(0, height), 0)
        if random.random() < 0.6:
            gain, offset = np.exp(random.uniform(-0.4, 0.4)), random.uniform(-20, 20)
            chip = (chip - chip.mean()) * gain + chip.mean() + offset
        if random.random() < 0.2:
            chip = chip + random.normal(0, random.uniform(0.3, 2.5), chip.shape)
        chip = np.clip(np.rint(chip), 0, 255).astype(np.int32)
        turns = random.integers(8)
        chip, mask = np.rot90(chip, turns % 4), np.rot90(mask, turns % 4)
        if turns >= 4:
            chip, mask = chip[:, ::-1], mask[:, ::-1]
        return integer.normalise(chip), mask, other

    def batch(self, count):
        chips, masks, others = zip(*(self.one() for _ in range(count)))
        return (torch.from_numpy(np.stack(chips).astype(np.float32)), torch.from_numpy(np.stack(masks).astype(np.float32)),
                np.array(others))


# ---------------------------------------------------------------- network
class Network(Layered):
    """A small U: three resolutions, two skip connections."""
    input_one = INPUT_ONE

    def __init__(self, widths=(8, 8, 16, 20, 16, 12, 10, 8, 8)):
        super().__init__()
        a, b, c, d, e, f, g, h, i = widths
        self.blocks = nn.ModuleDict(dict(
            enter=Block(INPUTS, a), fine=Block(a, b), middle=Block(b, c), coarse=Block(c, d), wide=Block(d, e, 3, 2),
            mix=Block(c + e, f, 1), back=Block(f, g), join=Block(b + g, h, 1), last=Block(h, i)))
        self.out = nn.Conv2d(i, 1, 1)
        self.steps = [
            (integer.CONV, 0, 0, 1, "enter"), (integer.CONV, 1, 0, 2, "fine"), (integer.POOL, 2, 0, 3, None),
            (integer.CONV, 3, 0, 4, "middle"), (integer.POOL, 4, 0, 5, None), (integer.CONV, 5, 0, 6, "coarse"),
            (integer.CONV, 6, 0, 7, "wide"), (integer.UP, 7, 0, 8, None), (integer.CONCAT, 8, 4, 9, None),
            (integer.CONV, 9, 0, 10, "mix"), (integer.CONV, 10, 0, 11, "back"), (integer.UP, 11, 0, 12, None),
            (integer.CONCAT, 12, 2, 13, None), (integer.CONV, 13, 0, 14, "join"), (integer.CONV, 14, 0, 15, "last"),
            (integer.CONV, 15, 0, 16, "out")]


def loss_of(logits, masks, options):
    """Cross entropy plus soft IoU of the chips that hold a target and of the whole batch."""
    entropy = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    weight = 1 + options["edge"] * masks
    entropy = (entropy * weight).mean((1, 2))
    chance = torch.sigmoid(logits)
    both = (chance * masks).sum((1, 2))
    either = (chance + masks).sum((1, 2)) - both
    has = masks.sum((1, 2)) > 0
    each = 1 - ((both + 1) / (either + 1))[has].mean()
    whole = 1 - (both.sum() + 1) / (either.sum() + 1)
    return options["entropy"] * entropy.mean() + 0.5 * each + 0.5 * whole, chance


OPTIONS = dict(steps=5000, batch=32, rate=4e-3, decay=1e-3, positive=0.65, paste=0.15, warp=0.6, entropy=10.0, edge=1.0,
               average=0.998)


def train(pictures, seed, options, log):
    """A trained network, its weights averaged over the last steps."""
    torch.manual_seed(seed)
    network = Network(options.get("widths", (8, 8, 16, 20, 16, 12, 10, 8, 8))).to(memory_format=torch.channels_last)
    chips = Chips(pictures, seed, options)

    def loss_of_batch():
        inputs, masks, others = chips.batch(options["batch"])
        loss, chance = loss_of(network(inputs.to(memory_format=torch.channels_last)), masks, options)
        highest = chance.detach().amax((1, 2)).numpy()
        for other, high in zip(others, highest):
            if other >= 0:
                chips.hardness[other] = 0.7 * chips.hardness[other] + 0.3 * (0.15 + high)
        return loss
    return fit(network, options, loss_of_batch, 1.0, log, 500)


# ---------------------------------------------------------------- quantisation
def candidate_inputs(pictures):
    """The candidates' chips as a batch of inputs."""
    chips = [integer.normalise(integer.cut(p["image"], x, y)) for p in pictures for x, y, _, _ in p["seeds"]]
    return torch.from_numpy(np.stack(chips).astype(np.float32))


# ---------------------------------------------------------------- gate
def train_gate(pictures):
    """The gate's five numbers: a logistic regression over what is known of a candidate, by Newton's method. Its threshold is folded in.

    Few numbers, because a picture has few candidates: boosted trees over sixty features did no better on pictures that they had not seen.
    """
    inputs, truth = [], []
    for picture in pictures:
        near = ndimage.binary_dilation(picture["mask"], np.ones((3, 3)))
        # More candidates than at test time, as for the chips, and those of test time once more.
        for seeds in (candidates.seeds(picture["image"], 3.0, 3.0, 16), picture["seeds"]):
            if seeds:
                inputs.append(integer.features(seeds))
                truth += [near[y, x] for x, y, _, _ in seeds]
    inputs, truth = np.concatenate(inputs), np.array(truth, np.float64)
    mean, spread = inputs.mean(0), inputs.std(0)
    plain = np.concatenate([(inputs - mean) / spread, np.ones((len(inputs), 1))], 1)
    damping = np.diag([1 / GATE_TRUST] * inputs.shape[1] + [0])
    weights = np.zeros(plain.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-plain @ weights))
        slope = plain.T @ (chance - truth) + damping @ weights
        weights = weights - np.linalg.solve((plain * (chance * (1 - chance))[:, None]).T @ plain + damping, slope)
    factors = weights[:-1] / spread
    return np.append(factors, np.log(GATE_CHANCE / (1 - GATE_CHANCE)) - weights[-1] + factors @ mean).astype(np.float32)


# ---------------------------------------------------------------- measure
def maps(pictures, gate, logits_of):
    """Of every picture: weighted logit sums and weights of the chips, and which candidates got one."""
    result = []
    for picture in pictures:
        open_seeds = integer.margins(gate, picture["seeds"]) > 0
        seeds = [(x, y) for (x, y, _, _), is_open in zip(picture["seeds"], open_seeds) if is_open]
        result.append((*integer.picture_sums(picture["image"], seeds, logits_of), open_seeds))
    return result


def float_logits(network, passes):
    """A function that gives the logits of chips, in the integer network's unit but unrounded below 1/256."""
    def logits_of(chips):
        inputs = np.stack([integer.normalise(chip) for chip in chips]).astype(np.float32)
        total = 0
        with torch.no_grad():
            for flip in integer.flips(passes):
                total = total + flip(network(torch.from_numpy(flip(inputs).copy())).numpy())
        return np.rint(total * integer.LOGIT_ONE).astype(np.int64)
    return logits_of


def integer_logits(layers, passes):
    return lambda chips: [integer.chip_logits(layers, chip, passes) for chip in chips]


def detect(picture, sums, weights, open_seeds):
    """Pixels that are more likely than not, in regions that belong to a candidate that got a chip."""
    mask = integer.above(sums, weights, 0)
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    for number in range(1, count + 1):
        region = np.nonzero(labels == number)
        if not integer.near_open(*region, picture["seeds"], open_seeds):
            mask[region] = False
    return mask


class Score:
    """The metric: IoU over the set, mean IoU a picture, found targets, false pixels."""

    def __init__(self):
        self.both = self.either = self.found = self.targets = self.false = self.pixels = self.blobs = 0
        self.each = []

    def add(self, predicted, truth):
        both, either = int((predicted & truth).sum()), int((predicted | truth).sum())
        self.both += both
        self.either += either
        self.each.append(both / either if either else 1.0)
        structure = np.ones((3, 3))
        labels, count = ndimage.label(predicted, structure)
        true_labels, true_count = ndimage.label(truth, structure)
        centres = ndimage.center_of_mass(predicted, labels, range(1, count + 1))
        areas = ndimage.sum(predicted, labels, range(1, count + 1)) if count else []
        used = set()
        for centre in ndimage.center_of_mass(truth, true_labels, range(1, true_count + 1)):
            for number, other in enumerate(centres):
                if number not in used and np.hypot(centre[0] - other[0], centre[1] - other[1]) < NEAR:
                    used.add(number)
                    self.found += 1
                    break
        self.targets += true_count
        self.blobs += count - len(used)
        self.false += int(sum(area for number, area in enumerate(areas) if number not in used))
        self.pixels += truth.size

    def merge(self, other):
        for key in ("both", "either", "found", "targets", "false", "pixels", "blobs", "each"):
            setattr(self, key, getattr(self, key) + getattr(other, key))

    def values(self):
        return (100 * self.both / max(self.either, 1), 100 * float(np.mean(self.each)),
                100 * self.found / max(self.targets, 1), 1e6 * self.false / max(self.pixels, 1))

    def __str__(self):
        iou, mean, pd, fa = self.values()
        return f"IoU {iou:.2f} nIoU {mean:.2f} Pd {pd:.2f} ({self.found}/{self.targets}) Fa {fa:.2f}e-6 ({self.blobs} blobs)"


def measure(pictures, all_maps):
    score = Score()
    for picture, of_picture in zip(pictures, all_maps):
        score.add(detect(picture, *of_picture), picture["mask"])
    return score


def write(path, network, gate, pictures, passes):
    """The integer network of what was trained on `pictures`; a pixel counts where it is more likely than not."""
    layers = quantise(network, candidate_inputs(pictures))
    integer.write(path, dict(inputs=INPUTS, passes=passes, mask=0, gate=gate), layers)
    return layers


def two_fold(pictures, options, passes, seed, log, folder):
    """Prints the report: no threshold is taken from what it was trained on or is tested on."""
    whole = {"floating point": Score(), "integer": Score(), "integer, no gate": Score()}
    no_gate = np.array([0, 0, 0, 0, -1], np.float32)
    for fold in (0, 1):
        training, testing = pictures[fold::2], pictures[1 - fold::2]
        gate = train_gate(training)
        log(f"  gate {'AB'[fold]}: {np.round(gate, 3)}")
        network = train(training, seed + fold, options, log)
        layers = write(f"{folder}/{('even', 'odd')[fold]}.lbcn", network, gate, training, passes)
        whole_numbers = integer_logits(layers, passes)
        for name, logits, used in (("floating point", float_logits(network, passes), gate), ("integer", whole_numbers, gate),
                                   ("integer, no gate", whole_numbers, no_gate)):
            score = measure(testing, maps(testing, used, logits))
            whole[name].merge(score)
            log(f"  fold {'AB'[fold]} -> {'BA'[fold]} {name}: {score}")
    for name, score in whole.items():
        log(f"  both folds {name}: {score}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with images and masks")
    parser.add_argument("--folds", required=True, metavar="FOLDER", help="where the two networks of the report go")
    parser.add_argument("--final", metavar="FILE", help="also train on all pictures and write that network")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passes", type=int, default=2, help="flips averaged, 1, 2 or 4")
    parser.add_argument("--steps", type=int, default=OPTIONS["steps"])
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="training option, JSON value")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    options = dict(OPTIONS, steps=arguments.steps)
    options.update((o.split("=")[0], json.loads(o.split("=")[1])) for o in arguments.option)
    pictures = load(arguments.data)
    probe = Network(options.get("widths", (8, 8, 16, 20, 16, 12, 10, 8, 8)))
    print(f"{probe.parameters_folded()} parameters, {probe.multiplications(EDGE * EDGE)} multiplications a chip and pass,",
          f"{sum(len(p['seeds']) for p in pictures) / len(pictures):.2f} chips a picture, options {options}", flush=True)
    log = lambda text: print(text, flush=True)
    two_fold(pictures, options, arguments.passes, arguments.seed, log, arguments.folds)
    if arguments.final:
        write(arguments.final, train(pictures, arguments.seed, options, log), train_gate(pictures), pictures, arguments.passes)
        print(f"{arguments.final}: {os.path.getsize(arguments.final)} bytes")


if __name__ == "__main__":
    main()
