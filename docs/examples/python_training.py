# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""Trains one small network on Fashion-MNIST twice from the same weights: in FP32, and with every
product of forward and backward pass on the 4-bit arithmetic. Prints both accuracies."""

import argparse
import copy
import gzip
import pathlib
import sys
import time

import numpy as np
import torch
from torch import nn

import tetralog.nn


def read_idx(path, header):
    """The bytes behind the header of a gzipped IDX file."""
    try:
        with gzip.open(path) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)
    except OSError as error:
        sys.exit(f"error: {path}: {error.strerror or error}: install dataset-fashion-mnist, or "
                 "give the folder with --data")


def load(folder, part):
    pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz", 8)
    return torch.from_numpy(pixels.copy()), torch.from_numpy(labels.astype(np.int64))


def make_model():
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(8 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10))


def train(model, images, labels, steps, batch=64, rate=0.05):
    optimiser = torch.optim.SGD(model.parameters(), rate, momentum=0.9)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(1))
    for step in range(steps):
        chosen = order[torch.arange(step * batch, (step + 1) * batch) % len(order)]
        loss = nn.functional.cross_entropy(model(images[chosen] / 255.0), labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


@torch.no_grad()
def accuracy(model, images, labels):
    model.eval()
    parts = zip(images.split(1000), labels.split(1000))
    right = sum(int((model(x / 255.0).argmax(1) == y).sum()) for x, y in parts)
    return right / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, help="folder of the IDX files",
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--samples", type=int, default=1, help="of each gradient (SMP)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # sums of the same order in every run
    torch.manual_seed(1)
    training, test = load(arguments.data, "train"), load(arguments.data, "t10k")

    fp32 = make_model()
    four_bits = tetralog.nn.convert(copy.deepcopy(fp32), samples=arguments.samples)
    for name, model in (("FP32", fp32), ("4 bits", four_bits)):
        begin = time.monotonic()
        train(model, *training, arguments.steps)
        seconds = time.monotonic() - begin
        print(f"{name:6s}  test accuracy {accuracy(model, *test):.4f}  ({arguments.steps} steps, "
              f"{seconds:.1f} s)", flush=True)


if __name__ == "__main__":
    main()
