# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""Layers whose products run on the 4-bit arithmetic, forward and backward.

    import tetralog.nn
    model = tetralog.nn.convert(model)

forward          INT4 weights, UINT4 or INT4 inputs, the bias as C; the result is INT32 times scale
input gradient   LOG4 gradient (LUQ, its first sample) times INT4 weights
weight gradient  LOG4 gradient, all samples, times the inputs; divided by their number
bias gradient    LOG4 gradient, all samples, times ones

What lies between the layers stays in torch. Parameters are torch's own, of float32 or float64, so
that optimisers and checkpoints work as before. Layers run on the CPU.
"""

import dataclasses
import itertools

import numpy as np
import torch
from torch.autograd.function import once_differentiable

import tetralog

__all__ = ["Conv2d", "Linear", "Recipe", "convert"]

_OUTPUT_GRADIENT = 2  # the last link of a gradient's seed, behind run, step and layer


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a layer quantises."""
    seed: int = 1  # of the run
    samples: int = 1  # independent samples of each gradient (SMP), 1 to 8
    hindsight: bool = False  # input clips and gradient maxima from earlier steps, else current
    clip: str = "sawb"  # of weights and inputs: 'sawb' or 'max'
    inputs: str = "auto"  # 'uint4', 'int4', or by the sign of each batch

    def __post_init__(self):
        if not 1 <= self.samples <= tetralog.MAX_SAMPLES:
            raise ValueError(f"samples = {self.samples}: give 1 to {tetralog.MAX_SAMPLES}")
        if self.clip not in ("sawb", "max"):
            raise ValueError(f"there is no clip {self.clip!r}: give 'sawb' or 'max'")
        if self.inputs not in ("auto", "uint4", "int4"):
            raise ValueError(f"inputs cannot be {self.inputs!r}: give 'auto', 'uint4' or 'int4'")


class _Average:
    """m = 0.9 m + 0.1 value; the first value stands for itself."""

    def __init__(self, value=None):
        self.value = value

    def observe(self, current):
        self.value = current if self.value is None else 0.9 * self.value + 0.1 * current

    def estimate(self, current, hindsight):
        return self.value if hindsight and self.value is not None else current


def _numpy(tensor):
    return tensor.detach().contiguous().numpy()


def _real(z, scale, like):
    """z * scale in the type of `like`, from exact integers."""
    return (z.double() * scale).to(like.dtype)


def _gemm(a, b, **command):
    return torch.from_numpy(tetralog.gemm(a, b, split_k=True, **command).z)


class _Product(torch.autograd.Function):
    """x times the layer's weights. Matrices: inputs [rows, in], outputs [rows, out]."""

    @staticmethod
    def forward(ctx, x, weight, bias, layer):
        inputs, x_scale, x_format = layer._quantise_input(x)
        weights = tetralog.quantise_int4(_numpy(layer._matrix(weight)), clip=layer.recipe.clip)
        unit = weights.scale * x_scale
        c = None
        if bias is not None:
            real = _numpy(bias).astype(np.float64)
            if not np.isfinite(real).all():
                raise ValueError("the bias has an element that is no finite number: the training has "
                                 "diverged; lower the rate")
            c = np.rint(real / unit).clip(-2**31, 2**31 - 1).astype(np.int32)[:, None]
        rows = layer._rows(torch.from_numpy(inputs)).numpy()
        z = _gemm(weights.codes, rows, c=c, a_format="int4", b_format=x_format, b_transposed=True,
                  d_transposed=True)
        ctx.layer, ctx.steps, ctx.x_shape = layer, layer.steps, x.shape
        ctx.rows, ctx.x_scale, ctx.x_format, ctx.weights = rows, x_scale, x_format, weights
        return layer._images(_real(z, unit, x), x.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        layer, recipe = ctx.layer, ctx.layer.recipe
        matrix = _numpy(layer._gradient_rows(gradient))
        maximum = tetralog.max_magnitude(matrix)
        estimate = layer._gradient_max.estimate(maximum, recipe.hindsight)
        layer._gradient_max.observe(maximum)
        seed = tetralog.derive_seed(recipe.seed, ctx.steps, layer.index, _OUTPUT_GRADIENT)
        g = tetralog.quantise_log4(matrix, max=estimate, seed=seed, samples=recipe.samples)
        mean = g.scale / recipe.samples

        dx = dw = db = None
        if ctx.needs_input_grad[0]:
            z = _gemm(g.codes[0], ctx.weights.codes, a_format="log4", b_format="int4")
            dx = _real(layer._sum_rows(z, ctx.x_shape), g.scale * ctx.weights.scale, gradient)
        if ctx.needs_input_grad[1]:
            z = _gemm(g.codes, ctx.rows, a_format="log4", b_format=ctx.x_format, a_transposed=True)
            dw = layer._weight(_real(z, mean * ctx.x_scale, gradient))
        if ctx.needs_input_grad[2]:
            ones = np.ones((len(matrix), 1), np.uint8)
            z = _gemm(g.codes, ones, a_format="log4", b_format="uint4", a_transposed=True)
            db = _real(z, mean, gradient).flatten()
        return dx, dw, db, None


class _Quantised:
    """What both layers share: the recipe, the state of hindsight, and the count of steps."""

    def _start(self, recipe, index):
        self.recipe = recipe if recipe is not None else Recipe()
        self.index = index  # of the layer, in the seeds of its gradients
        self.steps = 0  # passes that were recorded for a gradient: each has random words of its own
        self._input_clip = {"int4": _Average(), "uint4": _Average()}
        self._gradient_max = _Average()

    def forward(self, x):
        self._check(x)
        y = _Product.apply(x, self.weight, self.bias, self)
        if torch.is_grad_enabled():
            self.steps += 1
        return y

    def extra_repr(self):
        rule = self.recipe
        return (f"{super().extra_repr()}, 4 bits: samples={rule.samples}, "
                f"hindsight={rule.hindsight}, clip={rule.clip}, inputs={rule.inputs}")

    def get_extra_state(self):
        return {"steps": self.steps, "gradient": self._gradient_max.value,
                **{name: average.value for name, average in self._input_clip.items()}}

    def set_extra_state(self, state):
        self.steps = state["steps"]
        self._gradient_max = _Average(state["gradient"])
        self._input_clip = {name: _Average(state[name]) for name in self._input_clip}

    def _check(self, x):
        name = type(self).__name__
        for tensor, what in ((x, "its input"), (self.weight, "its weight")):
            if tensor.dtype not in (torch.float32, torch.float64):
                raise TypeError(f"{name}: {what} is of {tensor.dtype}; give float32 or float64")
            if tensor.device.type != "cpu":
                raise ValueError(f"{name}: {what} is on {tensor.device}; move it with .cpu()")
        self._check_shape(name, x)

    def _quantise_input(self, x):
        """Codes of x, their scale and format. A test uses the last estimate of the clip."""
        name = self.recipe.inputs
        if name == "auto":
            name = "int4" if bool((x < 0).any()) else "uint4"
        quantise = tetralog.quantise_int4 if name == "int4" else tetralog.quantise_uint4
        values, average = _numpy(x), self._input_clip[name]
        if not self.training and average.value is not None:
            clip = average.value
        else:
            current = tetralog.clipping_value(values, name, self.recipe.clip)
            clip = average.estimate(current, self.recipe.hindsight)
            if self.training:
                average.observe(current)
        return (*quantise(values, clip=clip)[:2], name)


class Linear(_Quantised, torch.nn.Linear):
    """torch.nn.Linear on 4-bit operands."""

    def __init__(self, in_features, out_features, bias=True, *, recipe=None, index=0, dtype=None):
        torch.nn.Linear.__init__(self, in_features, out_features, bias, dtype=dtype)
        self._start(recipe, index)

    def _check_shape(self, name, x):
        if x.dim() < 1 or x.shape[-1] != self.in_features or x.numel() == 0:
            raise ValueError(f"{name}: the input is {tuple(x.shape)}; give (..., {self.in_features})")

    def _matrix(self, weight):
        return weight

    def _weight(self, matrix):
        return matrix

    def _rows(self, codes):
        return codes.reshape(-1, self.in_features)

    def _images(self, y, x_shape):
        return y.reshape(*x_shape[:-1], self.out_features)

    def _gradient_rows(self, gradient):
        return gradient.reshape(-1, self.out_features)

    def _sum_rows(self, z, x_shape):
        return z.reshape(x_shape)


class Conv2d(_Quantised, torch.nn.Conv2d):
    """torch.nn.Conv2d on 4-bit operands, by im2col; one group, zero padding."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1,
                 bias=True, *, recipe=None, index=0, dtype=None):
        torch.nn.Conv2d.__init__(self, in_channels, out_channels, kernel_size, stride, padding,
                                 dilation, bias=bias, dtype=dtype)
        self._start(recipe, index)

    def _pads(self):
        """Rows and columns of zeros on each side."""
        if self.padding == "valid":
            return 0, 0
        if self.padding != "same":
            return self.padding
        whole = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size)]
        if any(w % 2 for w in whole):
            raise ValueError("Conv2d: padding='same' with an even kernel; give numbers")
        return tuple(w // 2 for w in whole)

    def _out_sides(self, x_shape):
        return tuple((side + 2 * p - d * (k - 1) - 1) // s + 1 for side, p, d, k, s in
                     zip(x_shape[2:], self._pads(), self.dilation, self.kernel_size, self.stride))

    def _check_shape(self, name, x):
        if x.dim() != 4 or x.shape[1] != self.in_channels or len(x) == 0:
            raise ValueError(f"{name}: the input is {tuple(x.shape)}; give (batch, "
                             f"{self.in_channels}, height, width)")
        if min(self._out_sides(x.shape)) < 1:
            raise ValueError(f"{name}: images of {tuple(x.shape[2:])} are smaller than the kernel "
                             f"{self.kernel_size}; give larger ones or more padding")

    # Rows of im2col are output pixels, columns are (kernel row, kernel column, channel).
    def _matrix(self, weight):
        return weight.permute(0, 2, 3, 1).flatten(1)

    def _weight(self, matrix):
        shape = (self.out_channels, *self.kernel_size, self.in_channels)
        return matrix.view(shape).permute(0, 3, 1, 2)

    def _rows(self, codes):
        high, wide = self._out_sides(codes.shape)
        p, q = self._pads()
        codes = torch.nn.functional.pad(codes.permute(0, 2, 3, 1), (0, 0, q, q, p, p)).contiguous()
        b, y, x, c = codes.stride()
        windows = codes.as_strided(
            (len(codes), high, wide, *self.kernel_size, self.in_channels),
            (b, y * self.stride[0], x * self.stride[1], y * self.dilation[0], x * self.dilation[1],
             c))
        return windows.reshape(len(codes) * high * wide, -1)

    def _images(self, y, x_shape):
        sides = self._out_sides(x_shape)
        return y.reshape(x_shape[0], *sides, self.out_channels).permute(0, 3, 1, 2)

    def _gradient_rows(self, gradient):
        return gradient.permute(0, 2, 3, 1).reshape(-1, self.out_channels)

    def _sum_rows(self, z, x_shape):
        """The way back of _rows: sums in float64, which are exact."""
        (batch, channels, high, wide), pads, sides = x_shape, self._pads(), self._out_sides(x_shape)
        rows = z.view(batch, *sides, *self.kernel_size, channels)
        images = torch.zeros(batch, high + 2 * pads[0], wide + 2 * pads[1], channels,
                             dtype=torch.float64)
        for place in itertools.product(*map(range, self.kernel_size)):
            taken = [slice(d * i, d * i + s * (side - 1) + 1, s) for d, i, s, side in
                     zip(self.dilation, place, self.stride, sides)]
            images[:, taken[0], taken[1]] += rows[:, :, :, place[0], place[1]]
        return images[:, pads[0]:pads[0] + high, pads[1]:pads[1] + wide].permute(0, 3, 1, 2)


def convert(model, *, skip=(), **recipe):
    """Makes the Linear and Conv2d layers of a model the ones of this module; returns the model.

    The layers are changed in place: parameters, hooks and names stay, and optimisers keep working.
    skip: names of modules (see model.named_modules()) that stay as they are, with all inside.
    recipe: what Recipe takes.
    """
    rules = Recipe(**recipe)
    skip = {skip} if isinstance(skip, str) else set(skip)
    missing = skip - {name for name, _ in model.named_modules(remove_duplicate=False)}
    if missing:
        raise ValueError(f"skip has {sorted(missing)}, which the model has not: see "
                         "model.named_modules()")
    found = []
    for name, module in model.named_modules():
        if any(name == s or name.startswith(s + ".") for s in skip):
            continue
        if type(module) is torch.nn.Linear:
            found.append((module, Linear))
        elif type(module) is torch.nn.Conv2d:
            if module.groups != 1 or module.padding_mode != "zeros":
                raise ValueError(f"'{name}' has groups or a padding that the layer here does not "
                                 f"have: keep it in floating point with skip=['{name}']")
            found.append((module, Conv2d))
    if not found:
        raise ValueError("no torch.nn.Linear or Conv2d to convert: check the model and skip")
    for index, (module, layer) in enumerate(found):
        module.__class__ = layer
        module._start(rules, index)
    return model
