"""Trains the network that finds persons on land from above in whole pictures of 8 bits.

    persons.py --data FOLDER --folds NETWORKS      two-fold report (train on even, test on odd names, and the reverse); writes
                                                   persons-even.lbcn and persons-odd.lbcn into the folder NETWORKS
                                                   and, trained on everything, persons-all.lbcn

FOLDER holds images/ and labels.json: for each file a list of `bbox` x, y, width, height and `category`, 0 a person.
"""
import argparse
import json
import os

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

import integer_reference as integer
from layered import Block, Layered, begin_with, fit, quantise

CROP, CELL = 256, 4          # pixels of a training crop; pixels of a cell of the network's output
PASSES = 2                   # the picture and its mirror image
AIM = 0.5                    # false blobs a picture that are wanted at most


# ---------------------------------------------------------------- data
def load(folder):
    """Pictures sorted by name, with boxes [n, 4] of persons and of what is not looked at (category 4 is "don't care")."""
    labels = json.load(open(f"{folder}/labels.json"))
    pictures = []
    for name in sorted(labels):
        image = cv2.imread(f"{folder}/images/{name}", cv2.IMREAD_GRAYSCALE)
        boxes = [(label["category"], *label["bbox"]) for label in labels[name]]
        pictures.append(dict(
            name=name, image=image, all=np.array([b[1:] for b in boxes], np.float32).reshape(-1, 4),
            persons=np.array([b[1:] for b in boxes if b[0] == 0], np.float32).reshape(-1, 4),
            ignored=np.array([b[1:] for b in boxes if b[0] == 4], np.float32).reshape(-1, 4)))
    return pictures


def planes(image):
    """The four inputs: every second pixel of every second row, relative to the picture's median; [4, h/2, w/2] in -128...127."""
    excess = np.clip(image.astype(np.int32) - int(np.sort(image, axis=None)[(image.size - 1) // 2]), -128, 127)
    return np.stack([excess[0::2, 0::2], excess[0::2, 1::2], excess[1::2, 0::2], excess[1::2, 1::2]])


class Crops:
    """Draws augmented crops: around persons, and anywhere; with persons of other pictures pasted in."""

    def __init__(self, pictures, seed, options):
        self.random, self.pictures, self.options = np.random.default_rng(seed), pictures, options
        self.persons = [(n, box) for n, picture in enumerate(pictures) for box in picture["persons"]]

    def matrix(self, x, y):
        random = self.random
        angle = random.uniform(-0.35, 0.35) if random.random() < 0.7 else 0.0
        scale = np.exp(random.uniform(-0.35, 0.35))
        across = scale * np.exp(random.uniform(-0.1, 0.1)) * (-1 if random.random() < 0.5 else 1)
        down = scale * (-1 if random.random() < 0.3 else 1)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([across, down])
        shift = np.array([CROP / 2, CROP / 2]) - turn @ np.array([x, y])
        return np.hstack([turn, shift[:, None]])

    def boxes(self, boxes, matrix):
        """Boxes around the moved boxes; a turned box is not made larger than its sides times the scale."""
        if not len(boxes):
            return boxes
        centres = np.stack([boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3] / 2])
        moved = matrix[:, :2] @ centres + matrix[:, 2:]
        scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
        sizes = boxes[:, 2:] * scale
        return np.concatenate([moved.T - sizes / 2, sizes], 1)

    def paste(self, chip, boxes):
        random = self.random
        for _ in range(random.integers(1, 5)):
            number, (x, y, w, h) = self.persons[random.integers(len(self.persons))]
            image = self.pictures[number]["image"]
            edge = 5
            left, top, right, bottom = int(x) - edge, int(y) - edge, int(x + w) + edge, int(y + h) + edge
            if left < 0 or top < 0 or right > image.shape[1] or bottom > image.shape[0]:
                continue
            patch = image[top:bottom, left:right].astype(np.float32)
            ring = np.concatenate([patch[:3].ravel(), patch[-3:].ravel(), patch[:, :3].ravel(), patch[:, -3:].ravel()])
            excess = patch - np.median(ring)
            if random.random() < 0.5:
                excess = excess[:, ::-1]
            yy, xx = np.mgrid[:excess.shape[0], :excess.shape[1]]
            far = np.sqrt(((xx - excess.shape[1] / 2 + .5) / (w / 2 + 2)) ** 2 + ((yy - excess.shape[0] / 2 + .5) / (h / 2 + 2)) ** 2)
            soft = np.clip((1.35 - far) / 0.35, 0, 1)
            scale = np.exp(random.uniform(-0.3, 0.3))
            excess = cv2.resize((excess * soft).astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            rows, columns = excess.shape
            if boxes is not None and len(boxes) and random.random() < 0.3:
                near = boxes[random.integers(len(boxes))]
                px, py = near[0] + random.uniform(-30, 30), near[1] + random.uniform(-30, 30)
            else:
                px, py = random.uniform(0, CROP - columns), random.uniform(0, CROP - rows)
            px, py = int(px), int(py)
            if px < 0 or py < 0 or px + columns > CROP or py + rows > CROP:
                continue
            box = np.array([px + edge * scale, py + edge * scale, w * scale, h * scale], np.float32)
            if len(boxes):
                across = np.minimum(boxes[:, 0] + boxes[:, 2], box[0] + box[2]) - np.maximum(boxes[:, 0], box[0])
                down = np.minimum(boxes[:, 1] + boxes[:, 3], box[1] + box[3]) - np.maximum(boxes[:, 1], box[1])
                if ((across > 0) & (down > 0)).any():
                    continue
            chip[py:py + rows, px:px + columns] += excess * random.uniform(0.7, 1.2)
            boxes = np.concatenate([boxes, box[None]])
        return chip, boxes

    def one(self):
        random = self.random
        if random.random() < 0.7:
            number, (x, y, w, h) = self.persons[random.integers(len(self.persons))]
            x, y = x + w / 2 + random.uniform(-100, 100), y + h / 2 + random.uniform(-100, 100)
        else:
            number = random.integers(len(self.pictures))
            height, width = self.pictures[number]["image"].shape
            x, y = random.uniform(80, width - 80), random.uniform(80, height - 80)
        picture = self.pictures[number]
        matrix = self.matrix(x, y)
        median = float(np.median(picture["image"]))
        chip = cv2.warpAffine(
            picture["image"], matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101).astype(np.float32)
        inside = cv2.warpAffine(
            np.ones_like(picture["image"]), matrix, (CROP, CROP), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
        persons, ignored = self.boxes(picture["persons"], matrix), self.boxes(picture["ignored"], matrix)
        if random.random() < self.options["paste"]:
            chip, persons = self.paste(chip, persons)
        excess = chip - median
        gain = np.exp(random.uniform(-0.45, 0.45))
        excess = excess * gain + random.uniform(-15, 15)
        if random.random() < self.options["invert"]:
            excess = -excess
        if random.random() < 0.2:
            excess = cv2.GaussianBlur(excess, (5, 5), random.uniform(0.3, 1.0))
        if random.random() < 0.3:
            excess = excess + random.normal(0, random.uniform(0.5, 4), excess.shape)
        excess = np.clip(np.rint(excess), -128, 127)
        inputs = np.stack([excess[0::2, 0::2], excess[0::2, 1::2], excess[1::2, 0::2], excess[1::2, 1::2]])
        heat, weight = heatmap(persons, ignored, CROP // CELL)
        weight *= cv2.resize(inside, (CROP // CELL, CROP // CELL), interpolation=cv2.INTER_NEAREST)
        return inputs, heat, weight

    def batch(self, count):
        inputs, heats, weights = zip(*(self.one() for _ in range(count)))
        return [torch.from_numpy(np.stack(part).astype(np.float32)) for part in (inputs, heats, weights)]


def heatmap(persons, ignored, cells):
    """1 in the cell of each person's middle, falling as a bell around it; and the weight of each cell."""
    heat, weight = np.zeros((cells, cells), np.float32), np.ones((cells, cells), np.float32)
    yy, xx = np.mgrid[:cells, :cells]
    for x, y, w, h in ignored:
        weight[(xx > (x - 4) / CELL - 1) & (xx < (x + w + 4) / CELL) & (yy > (y - 4) / CELL - 1) & (yy < (y + h + 4) / CELL)] = 0
    for x, y, w, h in persons:
        cx, cy = (x + w / 2) / CELL - 0.5, (y + h / 2) / CELL - 0.5
        if not (-0.5 <= cx < cells - 0.5 and -0.5 <= cy < cells - 0.5):
            continue
        sx, sy = max(0.55, w / CELL / 5), max(0.55, h / CELL / 5)
        i, j = int(round(cx)), int(round(cy))
        bell = np.exp(-((xx - cx) ** 2 / (2 * sx * sx) + (yy - cy) ** 2 / (2 * sy * sy)))
        heat = np.maximum(heat, np.minimum(bell, 0.99).astype(np.float32))
        heat[min(max(j, 0), cells - 1), min(max(i, 0), cells - 1)] = 1
    return heat, weight


# ---------------------------------------------------------------- network
class Network(Layered):
    """Four planes at half resolution in, one of logits at a quarter out; looks at an eighth and a sixteenth for company."""

    def __init__(self, widths=(8, 16, 16, 32, 32, 40, 40, 32, 32, 16, 16)):
        super().__init__()
        a, b, c, d, e, f, g, h, i, j, k = widths
        self.blocks = nn.ModuleDict(dict(
            first=Block(4, a), near=Block(a, b), near2=Block(b, c), middle=Block(c, d), middle2=Block(d, e, dilation=2),
            far=Block(e, f), far2=Block(f, g, dilation=2), back=Block(g + e, h, 1), back2=Block(h, i),
            last=Block(i + c, j, 1), last2=Block(j, k)))
        self.out = nn.Conv2d(k, 1, 1)
        nn.init.constant_(self.out.bias, -4.0)
        # operation, source slot, second slot, target slot, block
        self.steps = [
            (integer.CONV, 0, 0, 1, "first"), (integer.POOL, 1, 0, 2, None), (integer.CONV, 2, 0, 3, "near"), (integer.CONV, 3, 0, 4, "near2"),
            (integer.POOL, 4, 0, 5, None), (integer.CONV, 5, 0, 6, "middle"), (integer.CONV, 6, 0, 7, "middle2"), (integer.POOL, 7, 0, 8, None),
            (integer.CONV, 8, 0, 9, "far"), (integer.CONV, 9, 0, 10, "far2"), (integer.UP, 10, 0, 11, None), (integer.CONCAT, 11, 7, 12, None),
            (integer.CONV, 12, 0, 13, "back"), (integer.CONV, 13, 0, 14, "back2"), (integer.UP, 14, 0, 15, None), (integer.CONCAT, 15, 4, 16, None),
            (integer.CONV, 16, 0, 17, "last"), (integer.CONV, 17, 0, 18, "last2"), (integer.CONV, 18, 0, 19, "out")]


def loss_of(logits, heats, weights):
    """Penalty-reduced focal loss of CenterNet (Zhou et al. 2019) on bells around the middles."""
    chance = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    hit = heats >= 1
    positive = -((1 - chance) ** 2 * torch.log(chance) * weights)[hit].sum()
    negative = -((1 - heats) ** 4 * chance**2 * torch.log(1 - chance) * weights)[~hit].sum()
    return (positive + negative) / max(1, int(hit.sum()))


OPTIONS = dict(steps=9000, batch=8, rate=3e-3, decay=2e-2, paste=0.5, invert=0.05, average=0.999)


def train(pictures, seed, options, log, save, start=None):
    """A trained network, its weights averaged over the last steps; `start` is the file of one to begin with."""
    torch.manual_seed(seed)
    network = Network().to(memory_format=torch.channels_last)
    if start:
        sample = np.stack([planes(picture["image"]) for picture in pictures[::5]])
        begin_with(network, integer.read(start)[1], torch.from_numpy(sample.astype(np.float32)))
    crops = Crops(pictures, seed, options)

    def loss_of_batch():
        inputs, heats, weights = crops.batch(options["batch"])
        return loss_of(network(inputs.to(memory_format=torch.channels_last)), heats, weights)
    return fit(network, options, loss_of_batch, 5.0, log, 250, save)


# ---------------------------------------------------------------- measure
def peaks(logits, least):
    """(x, y, logit) in pixels of the local maxima of 3 x 3 cells above `least`."""
    padded = np.pad(logits, 1, constant_values=-np.inf)
    height, width = logits.shape
    around = np.stack([padded[1 + dy:1 + dy + height, 1 + dx:1 + dx + width]
                       for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx])
    earlier = around[:4].max(0)    # cells before this one in reading order win ties
    later = around[4:].max(0)
    rows, columns = np.nonzero((logits > least) & (logits > earlier) & (logits >= later))
    return [(CELL * x + (CELL - 1) / 2, CELL * y + (CELL - 1) / 2, logits[y, x]) for y, x in zip(rows, columns)]


def holds(box, x, y):
    return box[0] - 2 <= x <= box[0] + box[2] + 2 and box[1] - 2 <= y <= box[1] + box[3] + 2


def curve(pictures, maps):
    """(threshold, persons found, persons, false blobs a picture, those on other things) for thresholds from high to low."""
    rows = []
    for threshold in np.arange(3.0, -4.01, -0.125):
        found = persons = false = others = 0
        for picture, logits in zip(pictures, maps):
            spots = peaks(logits, threshold)
            persons += len(picture["persons"])
            found += sum(any(holds(box, x, y) for x, y, _ in spots) for box in picture["persons"])
            for x, y, _ in spots:
                if not any(holds(box, x, y) for box in picture["persons"]):
                    isOther = any(holds(box, x, y) for box in picture["all"])
                    others, false = others + isOther, false + (not isOther)
        rows.append((threshold, found, persons, false / len(pictures), others / len(pictures)))
    return rows


def both_ways(logits_of, pictures):
    """Means of the logits of each picture and of its mirror image."""
    maps = []
    for picture in pictures:
        image = picture["image"]
        maps.append((logits_of(planes(image)) + logits_of(planes(image[:, ::-1]))[:, ::-1]) / PASSES)
    return maps


def integer_logits(layers):
    """Logits of the integer network, in units of one. Double precision holds every sum exactly, and is faster than whole numbers."""
    def logits_of(inputs):
        slots = {0: torch.from_numpy(inputs[None].astype(np.float64))}
        for layer in layers:
            source = slots[layer["source"]]
            if layer["operation"] == integer.CONV:
                reach = layer["weights"].shape[2] // 2 * layer["dilation"]
                sums = functional.conv2d(
                    source, torch.from_numpy(layer["weights"].astype(np.float64)),
                    torch.from_numpy(layer["bias"].astype(np.float64)), padding=reach, dilation=layer["dilation"])
                result = torch.from_numpy(integer.requantise(sums.numpy()[0].astype(np.int64), layer)[None].astype(np.float64))
            elif layer["operation"] == integer.POOL:
                result = functional.max_pool2d(source, 2)
            elif layer["operation"] == integer.UP:
                result = source.repeat_interleave(2, 2).repeat_interleave(2, 3)
            else:
                result = torch.cat([source, slots[layer["second"]]], 1)
            slots[layer["target"]] = result
        return result[0, 0].numpy() / integer.LOGIT_ONE
    return logits_of


def threshold_for(pictures, maps, most):
    """The lowest threshold with at most so many false blobs a picture, those on cars and bicycles counted too."""
    return min([row[0] for row in curve(pictures, maps) if row[3] + row[4] <= most], default=3.0)


def thresholds_of(pictures, unseen):
    """Of each network the lowest threshold with at most AIM false blobs a picture: that of one half from what the other one makes of its own
    pictures' other half, so that no threshold has seen what it is measured on; that of all from both. Zero where a half is missing."""
    if any(m is None for m in unseen):
        return dict(even=0.0, odd=0.0, all=0.0)
    # The network "even" is measured on odd pictures: its threshold comes from even ones, which the network "odd" has not seen.
    return dict(even=threshold_for(pictures[0::2], unseen[0::2], AIM), odd=threshold_for(pictures[1::2], unseen[1::2], AIM),
                all=threshold_for(pictures, unseen, AIM))


def report(title, pictures, maps, threshold, log):
    _, found, persons, false, others = next(row for row in curve(pictures, maps) if row[0] == threshold)
    log(f"  {title} above {threshold:.2f}: {100 * found / persons:.1f} % ({found} of {persons}), "
        f"{false:.2f} false blobs a picture, {others:.2f} on other things")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--folds", required=True, metavar="FOLDER")
    parser.add_argument("--only", choices=("even", "odd", "all"), help="only this network; thresholds need both halves, see --load")
    parser.add_argument("--load", metavar="FOLDER", help="do not train: networks as PyTorch saved them, from an earlier run")
    parser.add_argument("--start", metavar="FOLDER", help="begin with the networks of an earlier run in this folder, not from nothing")
    parser.add_argument("--save", metavar="FOLDER", help="save networks as PyTorch does")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="training option, JSON value")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    options = dict(OPTIONS)
    options.update((o.split("=")[0], json.loads(o.split("=")[1])) for o in arguments.option)
    pictures = load(arguments.data)
    log = lambda text: print(text, flush=True)
    probe = Network()
    log(f"{probe.parameters_folded()} parameters, {probe.multiplications(320 * 256) / 1e6:.0f} million multiplications, {options}")
    unseen, trained = [None] * len(pictures), {}
    for name in ("even", "odd", "all"):
        if arguments.only not in (None, name):
            continue
        training = dict(even=pictures[0::2], odd=pictures[1::2], all=pictures)[name]
        if arguments.load:
            network = Network()
            network.load_state_dict(torch.load(f"{arguments.load}/{name}.pt"))
            network.eval()
        else:
            network = train(training, arguments.seed, options, log, arguments.save and f"{arguments.save}/{name}.pt",
                            arguments.start and f"{arguments.start}/persons-{name}.lbcn")
        sample = torch.from_numpy(np.stack([planes(p["image"]) for p in training[::5]]).astype(np.float32))
        # Persons are few among so many cells: nothing that they excite is to be cut off.
        trained[name] = quantise(network, sample, 1.0)
        if name != "all":
            first = 1 if name == "even" else 0
            unseen[first::2] = both_ways(integer_logits(trained[name]), pictures[first::2])
    thresholds = thresholds_of(pictures, unseen)
    for name, layers in trained.items():
        integer.write(
            f"{arguments.folds}/persons-{name}.lbcn",
            dict(edge=0, inputs=4, passes=PASSES, mask=round(thresholds[name] * PASSES * integer.LOGIT_ONE)), layers)
        log(f"persons-{name}.lbcn: {os.path.getsize(f'{arguments.folds}/persons-{name}.lbcn')} bytes, above {thresholds[name]:.2f}")
        if name != "all":
            first = 1 if name == "even" else 0
            report(f"{name}, on the other half", pictures[first::2], unseen[first::2], thresholds[name], log)
    if all(m is not None for m in unseen):
        for threshold, found, persons, false, others in curve(pictures, unseen):
            if 0.05 < false < 2:
                log(f"  both unseen halves above {threshold:5.2f}: {100 * found / persons:.1f} %, {false:.2f} + {others:.2f}")


if __name__ == "__main__":
    main()
