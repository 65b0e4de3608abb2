"""Networks as lists of steps, and how they become whole numbers: what train.py and persons.py share."""
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import integer_reference as integer


class Block(nn.Module):
    """Convolution, batch normalisation, ReLU. The normalisation is folded into the convolution afterwards."""

    def __init__(self, ins, outs, kernel=3, dilation=1, momentum=0.02):
        super().__init__()
        self.convolution = nn.Conv2d(ins, outs, kernel, padding=kernel // 2 * dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm2d(outs, momentum=momentum)

    def forward(self, x):
        return functional.relu(self.norm(self.convolution(x)))


class Layered(nn.Module):
    """A network whose `steps` are (operation, source slot, second slot, target slot, block name), as in the weights file.

    `blocks` holds the blocks, `out` the last convolution; what comes in is divided by `input_one` first.
    """
    input_one = 64.0

    def forward(self, x, kept=None):
        slots = {0: x / self.input_one}
        for operation, source, second, target, name in self.steps:
            if operation == integer.CONV:
                result = self.out(slots[source]) if name == "out" else self.blocks[name](slots[source])
            elif operation == integer.POOL:
                result = functional.max_pool2d(slots[source], 2)
            elif operation == integer.UP:
                result = slots[source].repeat_interleave(2, 2).repeat_interleave(2, 3)
            else:
                result = torch.cat([slots[source], slots[second]], 1)
            slots[target] = result
        if kept is not None:
            kept.update(slots)
        return result[:, 0]

    def folded(self):
        """(weights, bias, dilation, relu) by name, normalisation folded in."""
        result = {"out": (self.out.weight.detach(), self.out.bias.detach(), 1, False)}
        for name, block in self.blocks.items():
            norm = block.norm
            factor = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
            weights = block.convolution.weight.detach() * factor[:, None, None, None]
            result[name] = (weights, norm.bias.detach() - norm.running_mean * factor, block.convolution.dilation[0], True)
        return result

    def parameters_folded(self):
        return sum(w.numel() + b.numel() for w, b, _, _ in self.folded().values())

    def multiplications(self, pixels):
        """Multiplications for an input of so many pixels."""
        sizes, total = {0: pixels}, 0
        folded = self.folded()
        for operation, source, _, target, name in self.steps:
            size = sizes[source]
            if operation == integer.POOL:
                size //= 4
            if operation == integer.UP:
                size *= 4
            if operation == integer.CONV:
                total += folded[name][0].numel() * size
            sizes[target] = size
        return total


def begin_with(network, layers, inputs):
    """Gives a network the weights of an integer one of the same shape; the normalisations are set from a batch of inputs so that they change
    nothing."""
    def recover(name, module):
        layer = by_name[name]
        scale = layer["multiplier"] / 2.0**layer["shift"]
        one = integer.LOGIT_ONE if name == "out" else network.input_one
        with torch.no_grad():
            weights = layer["weights"] * (scale * network.input_one / one)[:, None, None, None]
            module.weight.copy_(torch.from_numpy(weights.astype(np.float32)))
        return torch.from_numpy((layer["bias"] * scale / one).astype(np.float32))

    def settle(block, bias):
        def hook(_, __, convolved):
            norm, mean, variance = block.norm, convolved.mean((0, 2, 3)), convolved.var((0, 2, 3))
            with torch.no_grad():
                norm.running_mean.copy_(mean)
                norm.running_var.copy_(variance)
                norm.weight.copy_(torch.sqrt(variance + norm.eps))
                norm.bias.copy_(bias + mean)
        return hook
    by_name = {step[4]: layer for step, layer in zip(network.steps, layers) if step[0] == integer.CONV}
    with torch.no_grad():
        network.out.bias.copy_(recover("out", network.out))
        hooks = [block.convolution.register_forward_hook(settle(block, recover(name, block.convolution)))
                 for name, block in network.blocks.items()]
        network.eval()(inputs)
    for hook in hooks:
        hook.remove()
    network.train()


def fit(network, options, loss_of_batch, clip, log, each, save=None):
    """Trains for `options["steps"]`; returns the network with its weights averaged over the last steps. `loss_of_batch()` draws a batch and
    gives its loss; every `each` steps the mean is logged, and what is there saved to the file `save`."""
    averaged = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(options["average"]), use_buffers=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=options["rate"], weight_decay=options["decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options["rate"], total_steps=options["steps"], pct_start=0.1, final_div_factor=100)
    began, total = time.time(), 0.0
    for step in range(options["steps"]):
        loss = loss_of_batch()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimizer.step()
        schedule.step()
        averaged.update_parameters(network)
        total += loss.item()
        if (step + 1) % each == 0:
            log(f"    step {step + 1} loss {total / each:.4f} {time.time() - began:.0f} s")
            total = 0.0
            if save:
                torch.save(averaged.module.state_dict(), save)
    return averaged.module.eval()


def quantise(network, inputs, share=0.99995):
    """The layer list of the integer network; scales of activations from a batch of inputs: that `share` of them is not cut off."""
    kept = {}
    with torch.no_grad():
        network(inputs, kept)
    tops = {0: 255.0 / network.input_one}
    for operation, source, second, target, name in network.steps:
        if operation == integer.CONV:
            values = kept[target].numpy()
            tops[target] = max(float(np.quantile(values, share)), 1e-3)
    # What is joined shares a scale; pooling and doubling keep it.
    group = list(range(len(network.steps) + 1))

    def find(slot):
        while group[slot] != slot:
            slot = group[slot]
        return slot
    for operation, source, second, target, name in network.steps:
        if operation != integer.CONV:
            for other in [source] + ([second] if operation == integer.CONCAT else []):
                group[find(other)] = find(target)
    top = {}
    for slot, value in tops.items():
        top[find(slot)] = max(top.get(find(slot), 0), value)
    unit = {slot: top[find(slot)] / 255 for slot in range(len(group))}
    unit[0] = 1 / network.input_one
    unit[network.steps[-1][3]] = 1 / integer.LOGIT_ONE
    folded, layers = network.folded(), []
    for operation, source, second, target, name in network.steps:
        layer = dict(operation=operation, source=source, second=second, target=target)
        if operation == integer.CONV:
            weights, bias, dilation, relu = folded[name]
            weights, bias = weights.numpy().astype(np.float64), bias.numpy().astype(np.float64)
            scale = np.maximum(np.abs(weights).max((1, 2, 3)), 1e-9) / 127
            real = scale * unit[source] / unit[target]
            shift = np.clip(15 - np.floor(np.log2(real)).astype(np.int64), 1, 40)
            multiplier = np.rint(real * 2.0**shift).astype(np.int64)
            over = multiplier > 65535
            multiplier[over], shift[over] = (multiplier[over] + 1) // 2, shift[over] - 1
            layer.update(
                dilation=dilation, relu=relu, multiplier=multiplier, shift=shift,
                weights=np.rint(weights / scale[:, None, None, None]).astype(np.int8),
                bias=np.rint(bias / (scale * unit[source])).astype(np.int64))
        layers.append(layer)
    return layers
