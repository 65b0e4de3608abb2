"""Pure-integer inference of the second stage: what Sources/HotspotDetection/Learned/ChipStage.swift must give to the last bit.

NumPy only, no floating point. `read` and `write` say what the network's file looks like."""
import struct

import numpy as np

EDGE = 48          # chips are EDGE x EDGE pixels
HALF = EDGE // 2
CENTRE = 4         # the peak is looked for at most this far from the chip's centre
LEAST_CONTRAST = 8
BESIDE = 2         # a region at most so far from a candidate belongs to it
LOGIT_ONE = 256    # integer logits are in 1/256

# Operations of the layer list.
CONV, POOL, UP, CONCAT = 1, 2, 3, 4


# ---------------------------------------------------------------- chips
def cut(image, x, y):
    """The EDGE x EDGE pixels around (x, y), which is pixel (HALF, HALF) of the chip; edges of the picture are replicated."""
    rows = np.clip(np.arange(y - HALF, y + HALF), 0, image.shape[0] - 1)
    columns = np.clip(np.arange(x - HALF, x + HALF), 0, image.shape[1] - 1)
    return image[np.ix_(rows, columns)].astype(np.int32)


def normalise(chip):
    """int8 input channels [2, EDGE, EDGE] of a chip.

    Background is the lower median (of an even number of sorted values the one below the middle), peak the highest value at most CENTRE from the
    centre. Channel 0 is the excess over the background relative to the peak's (64 = peak), channel 1 the excess itself.
    """
    background = int(np.sort(chip, axis=None)[EDGE * EDGE // 2 - 1])
    middle = chip[HALF - CENTRE:HALF + CENTRE + 1, HALF - CENTRE:HALF + CENTRE + 1]
    contrast = max(int(middle.max()) - background, LEAST_CONTRAST)
    scale = 64 * 256 // contrast
    excess = chip - background
    relative = (excess * scale + 128) >> 8
    return np.stack([np.clip(relative, -128, 127), np.clip(excess, -128, 127)]).astype(np.int32)


# ---------------------------------------------------------------- layers
def convolve(source, layer):
    """Correlation (no kernel flip), stride 1, zero padding to the same size, int32 accumulators, then requantisation."""
    weights = layer["weights"]
    out_channels, in_channels, kernel, _ = weights.shape
    dilation = layer["dilation"]
    reach = kernel // 2 * dilation
    _, height, width = source.shape
    padded = np.zeros((in_channels, height + 2 * reach, width + 2 * reach), np.int64)
    padded[:, reach:reach + height, reach:reach + width] = source
    sums = np.zeros((out_channels, height, width), np.int64) + layer["bias"][:, None, None]
    for ky in range(kernel):
        for kx in range(kernel):
            window = padded[:, ky * dilation:ky * dilation + height, kx * dilation:kx * dilation + width]
            sums += np.tensordot(weights[:, :, ky, kx].astype(np.int64), window, axes=(1, 0))
    return requantise(sums, layer)


def requantise(sums, layer):
    """What a layer gives for its int32 accumulators."""
    assert np.abs(sums).max() < 2**31
    shift = layer["shift"].astype(np.int64)[:, None, None]
    scaled = (sums * layer["multiplier"][:, None, None] + (np.int64(1) << (shift - 1))) >> shift
    low, high = (0, 255) if layer["relu"] else (-32768, 32767)
    return np.clip(scaled, low, high).astype(np.int32)


def infer(layers, channels):
    """int16 logits [EDGE, EDGE] of one chip from its int8 channels."""
    slots = {0: channels}
    for layer in layers:
        source = slots[layer["source"]]
        if layer["operation"] == CONV:
            result = convolve(source, layer)
        elif layer["operation"] == POOL:
            count, height, width = source.shape
            result = source.reshape(count, height // 2, 2, width // 2, 2).max(axis=(2, 4))
        elif layer["operation"] == UP:
            result = source.repeat(2, axis=1).repeat(2, axis=2)
        else:
            result = np.concatenate([source, slots[layer["second"]]])
        slots[layer["target"]] = result
    return result[0]


def flips(passes):
    """The first `passes` of identity, half turn, mirrored left-right, mirrored top-bottom, each its own inverse."""
    return [lambda a: a, lambda a: a[..., ::-1, ::-1], lambda a: a[..., ::-1], lambda a: a[..., ::-1, :]][:passes]


def chip_logits(layers, chip, passes):
    """Sum of the logits over `passes` flips of a chip."""
    channels = normalise(chip)
    return sum(f(infer(layers, f(channels))) for f in flips(passes))


# ---------------------------------------------------------------- gate
def features(seeds):
    """What the gate knows of each candidate: the logarithms of its score and excess, and both as a part of the picture's largest."""
    score, excess = (np.array([seed[place] for seed in seeds], np.float64) for place in (2, 3))
    return np.stack([np.log(np.maximum(score, 1e-3)), np.log(np.maximum(excess, 1)), score / score.max(), excess / excess.max()], 1)


def margins(gate, seeds):
    """By how much the weighted features of each candidate exceed the gate's last number; those above zero get a chip."""
    return features(seeds) @ np.float64(gate[:4]) - np.float64(gate[4]) if seeds else np.zeros(0)


# ---------------------------------------------------------------- picture
def border_weights():
    """1 at the chip's edge up to 8 inside: where chips overlap, the one that sees more around a pixel counts more."""
    along = np.minimum(np.minimum(np.arange(EDGE), EDGE - 1 - np.arange(EDGE)) + 1, 8)
    return np.minimum(along[:, None], along[None, :]).astype(np.int64)


def picture_sums(image, seeds, logits_of):
    """Weighted logit sums and weight sums of a picture; `seeds` are (x, y), `logits_of(chips)` gives logits per chip."""
    height, width = image.shape
    sums, weights = np.zeros((height, width), np.int64), np.zeros((height, width), np.int64)
    if not seeds:
        return sums, weights
    weight = border_weights()
    for (x, y), logits in zip(seeds, logits_of([cut(image, x, y) for x, y in seeds])):
        top, left = y - HALF, x - HALF
        a, b = max(top, 0), min(top + EDGE, height)
        c, d = max(left, 0), min(left + EDGE, width)
        inside = np.s_[a - top:b - top, c - left:d - left]
        sums[a:b, c:d] += (weight * logits)[inside]
        weights[a:b, c:d] += weight[inside]
    return sums, weights


def above(sums, weights, threshold):
    """Where the weighted mean logit exceeds `threshold`, without a division."""
    return (weights > 0) & (sums > threshold * weights)


def near_open(rows, columns, seeds, open_seeds):
    """Whether a region belongs to a candidate that got a chip: none that did not is nearer, or it is at most BESIDE pixels away."""
    away = np.array([np.maximum(abs(rows - y), abs(columns - x)).min() for x, y, _, _ in seeds])
    return away[open_seeds].min(initial=1 << 20) <= max(BESIDE, away.min())


# ---------------------------------------------------------------- file
def read(path):
    """(settings, layers) of a weights file."""
    data = open(path, "rb").read()
    assert data[:4] == b"LBCN"
    version, edge, inputs, passes, count, mask, _ = struct.unpack_from("<HBBBBhh", data, 4)
    assert version in (1, 2)
    place = 14
    gate = None
    if version == 2:
        gate = np.frombuffer(data, "<f4", 5, place)
        place += 20
    layers = []
    for _ in range(count):
        operation, source, second, target = struct.unpack_from("<4B", data, place)
        place += 4
        layer = dict(operation=operation, source=source, second=second, target=target)
        if operation == CONV:
            outs, ins, kernel, dilation, relu = struct.unpack_from("<5B", data, place)
            place += 5
            size = outs * ins * kernel * kernel
            layer.update(dilation=dilation, relu=bool(relu))
            layer["weights"] = np.frombuffer(data, np.int8, size, place).reshape(outs, ins, kernel, kernel)
            place += size
            layer["bias"] = np.frombuffer(data, "<i4", outs, place).astype(np.int64)
            place += 4 * outs
            layer["multiplier"] = np.frombuffer(data, "<u2", outs, place).astype(np.int64)
            place += 2 * outs
            layer["shift"] = np.frombuffer(data, np.uint8, outs, place).astype(np.int64)
            place += outs
        layers.append(layer)
    assert place == len(data)
    return dict(edge=edge, inputs=inputs, passes=passes, mask=mask, gate=gate), layers


def write(path, settings, layers):
    """The reverse of `read`."""
    gate = settings.get("gate")
    data = b"LBCN" + struct.pack(
        "<HBBBBhh", 1 if gate is None else 2, settings.get("edge", EDGE), settings["inputs"], settings["passes"], len(layers),
        settings["mask"], 0)
    if gate is not None:
        data += np.asarray(gate, "<f4").tobytes()
    for layer in layers:
        data += struct.pack("<4B", layer["operation"], layer["source"], layer["second"], layer["target"])
        if layer["operation"] == CONV:
            outs, ins, kernel, _ = layer["weights"].shape
            data += struct.pack("<5B", outs, ins, kernel, layer["dilation"], layer["relu"])
            data += layer["weights"].astype(np.int8).tobytes() + layer["bias"].astype("<i4").tobytes()
            data += layer["multiplier"].astype("<u2").tobytes() + layer["shift"].astype(np.uint8).tobytes()
    open(path, "wb").write(data)
