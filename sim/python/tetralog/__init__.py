# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""The 4-bit arithmetic of the accelerator, bit for bit, on numpy arrays.

Codes are uint8 arrays, one code of 4 bits a byte. A real tensor is decode(codes, format) * scale.
Formats are named 'int4', 'uint4', 'log4' and 'int32'. What the operations compute is defined in
docs/numerics.md, their random words in docs/random.md; this package calls the functional model.

Layers for existing torch models are in tetralog.nn.
"""

import dataclasses
import math
from typing import NamedTuple, Optional, Tuple, Union

import numpy as np

from . import _core
from ._core import MAX_SAMPLES, RANDOM_BITS

__all__ = ["GemmResult", "MAX_SAMPLES", "Quantised", "RANDOM_BITS", "clipping_value", "decode",
           "derive_seed", "gemm", "log4_shift", "max_magnitude", "max_products", "pack",
           "quantise_int4", "quantise_log4", "quantise_uint4", "random_words", "unpack"]

_VALUES = {
    "int4": np.array([*range(8), *range(-8, 0)], np.int8),
    "uint4": np.arange(16, dtype=np.int8),
    "log4": np.array([0, 1, 2, 4, 8, 16, 32, 64, 0, -1, -2, -4, -8, -16, -32, -64], np.int8),
}


class Quantised(NamedTuple):
    """A 4-bit tensor; zeros and clipped count its elements, a tuple where there are samples."""
    codes: np.ndarray
    scale: float
    zeros: Union[int, Tuple[int, ...]]
    clipped: Union[int, Tuple[int, ...]]


@dataclasses.dataclass
class GemmResult:
    """What a command returns: D as stored, and the statistics of its completion record."""
    codes: Optional[np.ndarray]  # 4-bit outputs: [samples, m, n], uint8 (d_transposed: n, m)
    z: Optional[np.ndarray]  # 'int32' outputs: [m, n], int32 (d_transposed: n, m)
    max_abs: int  # of z over all elements
    sum_abs: int
    sum_squares: int
    wraps: int  # sums with C that left int32
    zeros: Tuple[int, ...]  # of each sample
    clipped: Tuple[int, ...]


# Checks. Every refusal is one line that says what to do.

def _codes(name, x, dimensions):
    x = _array(name, x)
    if x.dtype != np.uint8:
        raise TypeError(f"{name} is of {x.dtype}: give codes as uint8, one a byte")
    if x.ndim not in dimensions:
        wanted = " or ".join(str(d) for d in dimensions)
        raise ValueError(f"{name} has {x.ndim} dimensions: give {wanted}")
    return np.ascontiguousarray(x)


def _array(name, x):
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name} is a {type(x).__name__}: give a numpy array (tensor.numpy())")
    return x


def _real(x):
    """x as [rows, columns]; the last dimension is that of the columns."""
    x = _array("x", x)
    if x.dtype not in (np.float32, np.float64):
        raise TypeError(f"x is of {x.dtype}: give float32 or float64 (x.astype('float32'))")
    x = np.ascontiguousarray(x)
    columns = x.shape[-1] if x.ndim else 1
    return x.reshape(x.size // columns if columns else 0, columns)


def _natural(name, value, bits):
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise TypeError(f"{name} is a {type(value).__name__}: give an int")
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{name} = {value} is out of range: give 0 .. 2^{bits} - 1")
    return int(value)


def _place(seed, sample, row0, col0):
    return (_natural("seed", seed, 64), _natural("sample", sample, 8), _natural("row0", row0, 32),
            _natural("col0", col0, 28))


# The product.

def gemm(a, b, *, a_format, b_format, d_format="int32", c=None, mask=None, a_transposed=False,
         b_transposed=False, d_transposed=False, mask_transposed=False, scale_mul=1, scale_shift=0,
         rounding="nearest", seed=0, samples=1, row0=0, col0=0, sample0=0, acc_width=24,
         split_k=False, threads=1):
    """D = out(A B + C), as one command of the machine computes it.

    a: codes [m, k], or [a_samples, m, k] to sum over samples. b: codes [k, n]. A transposed tensor
    is given with rows and columns exchanged. a_format is 'int4' or 'log4', b_format 'int4' or
    'uint4', d_format any.
    c: int32, of a shape that broadcasts to [m, n]. mask: codes [m, n]; 0 makes an element 0.
    The output is z * scale_mul * 2^-scale_shift, rounded; 'log4' is always rounded by LUQ, with
    `samples` independent results. seed, row0, col0 and sample0 are the address of random words.
    A sum of more products than acc_width bits hold is refused; split_k=True adds parts through C.
    """
    a = _codes("a", a, (2, 3))
    a = a[None] if a.ndim == 2 else a
    b = _codes("b", b, (2,))
    if not 1 <= len(a) <= MAX_SAMPLES:
        raise ValueError(f"a has {len(a)} samples: give 1 to {MAX_SAMPLES}")
    k, m = a.shape[1:] if a_transposed else a.shape[:0:-1]
    b_k, n = b.shape[::-1] if b_transposed else b.shape
    if k != b_k:
        raise ValueError(f"k is {k} in a, but {b_k} in b: they must agree; see a_transposed and "
                         "b_transposed")
    if mask is not None:
        mask = _codes("mask", mask, (2,))
        shape = (n, m) if mask_transposed else (m, n)
        if mask.shape != shape:
            raise ValueError(f"mask is {mask.shape}: give {shape}")
    if c is not None:
        c = _array("c", c)
        if c.dtype != np.int32:
            raise TypeError(f"c is of {c.dtype}: give int32")
        try:
            c = np.broadcast_to(np.ascontiguousarray(c) if c.ndim else c, (m, n))
        except ValueError:
            raise ValueError(f"c is {c.shape}: give a shape that broadcasts to {(m, n)}") from None
    if d_format == "log4" and scale_mul != 1:
        raise ValueError(f"scale_mul = {scale_mul}, but a LOG4 scale is a power of two: give 1")
    seed, sample0, row0, col0 = _place(seed, sample0, row0, col0)
    options = _core.ProductOptions(row0, col0, sample0, int(acc_width), bool(split_k), int(threads))
    result = GemmResult(**_core.gemm(
        a, b, c, mask, a_format, b_format, d_format, bool(a_transposed), bool(b_transposed),
        bool(mask_transposed), _natural("samples", samples, 8), _natural("scale_mul", scale_mul, 8),
        int(scale_shift), rounding, seed, options))
    if d_transposed:
        if result.z is None:
            result.codes = result.codes.transpose(0, 2, 1)
        else:
            result.z = result.z.T
    return result


def max_products(a_format, b_format, acc_width=24):
    """How many products an accumulator holds whatever the operands: k times samples of A."""
    return _core.max_products(a_format, b_format, acc_width)


# Quantisers of real tensors, float32 or float64. Random words are addressed by (sample, row,
# column): columns are the last dimension, rows all others in order.

def log4_shift(maximum):
    """The least s for which 64 * 2^s reaches the maximum: alpha is 2^s. 0 for 0."""
    if not 0 <= maximum < math.inf:
        raise ValueError(f"a maximum of {maximum}: the training has diverged; lower the rate")
    return _core.log4_shift(float(maximum))


def max_magnitude(x):
    """The greatest |x|; NaN and infinity are refused."""
    return _core.max_magnitude(_real(x))


def clipping_value(x, format, rule="sawb"):
    """Where 'int4' or 'uint4' codes of x end, by 'sawb' or 'max'; 0 of zeros.

    sawb of INT4 is 12.035 rms - 12.03 mean of the magnitudes, of UINT4 17.74 rms - 18.64 mean of
    the positive elements, both within a tenth of the maximum and the maximum.
    """
    rows = _real(x)
    if format not in ("int4", "uint4"):
        raise ValueError(f"no clipping value for {format!r}: give 'int4' or 'uint4'")
    if rule == "sawb":
        return _core.int4_clip(rows) if format == "int4" else _core.uint4_clip(rows)
    if rule != "max":
        raise ValueError(f"there is no clipping rule {rule!r}: give 'sawb' or 'max'")
    return _core.max_magnitude(rows if format == "int4" else rows.clip(min=0))


def quantise_log4(x, *, seed, max=None, alpha_shift=None, sample=0, samples=None, row0=0, col0=0):
    """LUQ: LOG4 codes of x with alpha = 2^alpha_shift, unbiased.

    alpha comes from `max` (hindsight) or from the greatest magnitude of x unless alpha_shift is
    given; elements beyond 64 * alpha clip. With `samples` the codes have a leading dimension of as
    many independent samples, from `sample` on.
    """
    rows = _real(x)
    if max is not None and alpha_shift is not None:
        raise ValueError("max and alpha_shift are both given: give one of them")
    if alpha_shift is None:
        alpha_shift = log4_shift(_core.max_magnitude(rows) if max is None else max)
    if samples is not None and not 1 <= samples <= MAX_SAMPLES:
        raise ValueError(f"samples = {samples}: give 1 to {MAX_SAMPLES}")
    seed, sample, row0, col0 = _place(seed, sample, row0, col0)
    made = [_core.quantise_log4(rows, int(alpha_shift), seed, (sample + s) % 256, row0, col0)
            for s in range(samples or 1)]
    scale = math.ldexp(1.0, alpha_shift)
    if samples is None:
        codes, zeros, clipped = made[0]
        return Quantised(codes.reshape(x.shape), scale, zeros, clipped)
    codes, zeros, clipped = zip(*made)
    return Quantised(np.stack(codes).reshape(samples, *x.shape), scale, zeros, clipped)


def quantise_int4(x, *, clip="sawb", rounding="nearest", seed=0, sample=0, row0=0, col0=0):
    """INT4 codes -7..7 of x with scale = clip / 7, or 1 for a clip of 0.

    clip: a number, or a rule of clipping_value(). rounding: 'nearest' or 'stochastic'.
    """
    return _quantise("int4", 7, x, clip, rounding, seed, sample, row0, col0)


def quantise_uint4(x, *, clip="sawb", rounding="nearest", seed=0, sample=0, row0=0, col0=0):
    """UINT4 codes 0..15 of x with scale = clip / 15; negative elements become 0. Else as INT4."""
    return _quantise("uint4", 15, x, clip, rounding, seed, sample, row0, col0)


def _quantise(format, top, x, clip, rounding, seed, sample, row0, col0):
    rows = _real(x)
    if clip is None or isinstance(clip, str):
        clip = clipping_value(rows, format, clip)
    scale = float(clip) / top if clip != 0 else 1.0
    codes, zeros, clipped = _core.quantise_integer(rows, format, scale, rounding,
                                                   *_place(seed, sample, row0, col0))
    return Quantised(codes.reshape(x.shape), scale, zeros, clipped)


# Codes.

def decode(codes, format, scale=None):
    """The integer values of codes as int8, or values * scale as float64."""
    if format not in _VALUES:
        raise ValueError(f"there is no 4-bit format {format!r}: give 'int4', 'uint4' or 'log4'")
    codes = _array("codes", codes)
    if codes.dtype != np.uint8:
        raise TypeError(f"codes are of {codes.dtype}: give uint8, one code a byte")
    if codes.size and codes.max() > 15:
        raise ValueError(f"a code is {codes.max()}: codes have 4 bits, give 0..15")
    values = _VALUES[format][codes]
    return values if scale is None else values * float(scale)


def pack(codes):
    """Codes [..., columns] as stored in memory: two a byte, the first in bits 3:0."""
    codes = _codes("codes", codes, range(1, 33))
    if codes.shape[-1] % 2:
        codes = np.concatenate([codes, np.zeros_like(codes[..., :1])], axis=-1)
    return codes[..., ::2] | codes[..., 1::2] << 4


def unpack(stored, columns):
    """The inverse of pack."""
    stored = _codes("stored", stored, range(1, 33))
    if not 2 * stored.shape[-1] - 1 <= columns <= 2 * stored.shape[-1]:
        raise ValueError(f"{columns} columns are not in rows of {stored.shape[-1]} bytes: two "
                         "codes share a byte")
    pairs = np.stack([stored & 15, stored >> 4], axis=-1)
    return np.ascontiguousarray(pairs.reshape(*stored.shape[:-1], -1)[..., :columns])


# Random words.

def random_words(seed, rows, columns, *, sample=0, row0=0, col0=0):
    """The 16-bit random words of docs/random.md, [rows, columns]; their top 12 bits round."""
    seed, sample, row0, col0 = _place(seed, sample, row0, col0)
    return _core.random_words(seed, _natural("rows", rows, 32), _natural("columns", columns, 28),
                              sample, row0, col0)


def derive_seed(*chain):
    """The end of a SplitMix64 chain, for example of (run, step, layer, tensor)."""
    return _core.derive_seed([_natural("a link", link, 64) for link in chain])
