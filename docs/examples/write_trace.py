# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0

"""Writes a trace of one product of your own, here the forward product of a torch layer."""

import argparse
import sys

import h5py
import numpy as np
import torch

import tetralog

FORMATS = ("int4", "uint4", "log4", "int32")  # by their numbers in the contract


def text(value):
    return np.bytes_(value)  # of fixed length, as the reader wants it


def write_gemm(group, index, a, b, *, scale_a, scale_b, step=0, layer="layer", kind="forward",
               c=None, mask=None, **command):
    """One GEMM into an empty group. Operands are codes as they are stored, C is [m, n] or [m, 1];
    `command` has the other keywords of tetralog.gemm."""
    a = a if a.ndim == 3 else a[None]
    flags = {f"{name}_transposed": bool(command.get(f"{name}_transposed", False))
             for name in ("a", "b", "d", "mask")}
    m, k = a.shape[:0:-1] if flags["a_transposed"] else a.shape[1:]
    n = b.shape[0] if flags["b_transposed"] else b.shape[1]

    # What the trace expects of every machine. For values of your own simulator put them here.
    operands = {name: command[name] for name in
                ("a_format", "b_format", "a_transposed", "b_transposed", "acc_width")
                if name in command}
    raw = tetralog.gemm(a, b, **operands).z  # the accumulators, before C
    result = tetralog.gemm(a, b, c=c, mask=mask, **command)

    of = {"d_format": "int32", "scale_mul": 1, "scale_shift": 0, "rounding": "nearest", "seed": 0,
          "row0": 0, "col0": 0, "sample0": 0, "samples": 1, "acc_width": 24, **command}
    scale_d = scale_a * scale_b
    if of["d_format"] != "int32":
        scale_d *= 2.0 ** of["scale_shift"] / of["scale_mul"]
    attributes = {
        np.uint8: {**flags, "rounding": ("nearest", "stochastic").index(of["rounding"]),
                   **{name: FORMATS.index(of[name])
                      for name in ("a_format", "b_format", "d_format")}},
        np.uint32: {"index": index, "step": step, "m": m, "n": n, "k": k, "a_samples": len(a),
                    **{name: of[name] for name in
                       ("row0", "col0", "sample0", "samples", "acc_width", "scale_mul")},
                    "max_abs": result.max_abs},
        np.int32: {"scale_shift": of["scale_shift"]},
        np.uint64: {"seed": of["seed"], "sum_abs": result.sum_abs, "wraps": result.wraps,
                    "sum_squares_lo": result.sum_squares % 2**64,
                    "sum_squares_hi": result.sum_squares >> 64},
        np.float64: {"scale_a": scale_a, "scale_b": scale_b, "scale_d": scale_d},
        text: {"network": group.file.attrs["network"], "layer": layer, "kind": kind},
    }
    for type_of, values in attributes.items():
        for name, value in values.items():
            group.attrs[name] = type_of(value)

    group["a"] = tetralog.pack(a).reshape(a.shape[0] * a.shape[1], -1)
    group["b"] = tetralog.pack(b)
    group["raw"] = raw
    if mask is not None:
        group["mask"] = tetralog.pack(mask)
    if c is not None:
        group["c"] = c.ravel()
        group.attrs["c_row_stride"] = np.uint32(c.shape[1])
        group.attrs["c_col_stride"] = np.uint32(c.shape[1] > 1)
    if of["d_format"] != "int32":
        group["d"] = tetralog.pack(np.ascontiguousarray(result.codes))
    else:
        group["z"] = result.z.T if flags["d_transposed"] else result.z
    group["zeros"] = np.array(result.zeros, np.uint64)
    group["clipped"] = np.array(result.clipped, np.uint64)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="the trace; must not exist")
    path = parser.parse_args().file

    torch.manual_seed(1)
    layer = torch.nn.Linear(37, 21)
    x = torch.relu(torch.randn(9, 37)).numpy()
    w = tetralog.quantise_int4(layer.weight.detach().numpy())
    x = tetralog.quantise_uint4(x)
    unit = w.scale * x.scale
    bias = np.rint(layer.bias.detach().numpy() / unit).astype(np.int32)[:, None]

    try:
        file = h5py.File(path, "x")
    except OSError as error:
        sys.exit(f"error: {path}: {error}; give a name that is not taken")
    with file:
        file.attrs["format"] = text("tetralog trace")
        file.attrs["version"] = np.uint32(1)
        for name, value in (("network", "mine"), ("dataset", "random"), ("libraries", "torch"),
                            ("command", "write_trace.py")):
            file.attrs[name] = text(value)
        file.attrs["seed"] = np.uint64(1)
        # Z^T = W X^T + bias, as UINT4 activations of the next layer, stored [batch, out].
        write_gemm(file.create_group("step000/linear_forward"), 0, w.codes, x.codes, c=bias,
                   scale_a=w.scale, scale_b=x.scale, layer="linear", a_format="int4",
                   b_format="uint4", b_transposed=True, d_format="uint4", d_transposed=True,
                   scale_shift=5)


if __name__ == "__main__":
    main()
