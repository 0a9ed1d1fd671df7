# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""tetralog.nn against torch's own layers in float64 on the decoded operands: outputs and all three
gradients are the exact products of what was quantised, through im2col of every kind. Gradients are
unbiased, samples reduce their noise, runs repeat and resume, convert() changes what it should."""

import copy
import itertools
import unittest

import numpy as np
import torch
from torch import nn

import tetralog
import tetralog.nn as tnn

torch.set_num_threads(1)


def real(quantised, format):
    return torch.from_numpy(tetralog.decode(quantised.codes, format, quantised.scale))


def quantised_input(x):
    name = "int4" if (x < 0).any() else "uint4"
    return real(getattr(tetralog, f"quantise_{name}")(x.detach().numpy()), name), name


def small_model():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 3))


def train(model, steps, begin=0, optimiser=None):
    """Steps on a toy task: which third of the image is bright; returns the losses."""
    optimiser = optimiser or torch.optim.SGD(model.parameters(), 0.1)
    losses = []
    for step in range(begin, begin + steps):
        source = torch.Generator().manual_seed(step)
        y = torch.randint(0, 3, (32,), generator=source)
        x = torch.rand(32, 1, 8, 8, generator=source)
        for image, third in zip(x, y):
            image[:, :, 2 * third:2 * third + 3] += 1
        loss = nn.functional.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def weights(model):
    return [p.detach().clone() for p in model.parameters()]


class PythonLayers(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(2)

    def check(self, layer, plain, x):
        """The layer's output and gradients against `plain`, torch's layer in float64."""
        samples = layer.recipe.samples
        matrix = layer._matrix(layer.weight).detach().numpy()
        weight = layer._weight(real(tetralog.quantise_int4(matrix), "int4"))
        inputs, format = quantised_input(x)
        w_scale = tetralog.quantise_int4(matrix).scale
        x_scale = getattr(tetralog, f"quantise_{format}")(x.detach().numpy()).scale
        plain.weight = nn.Parameter(weight)
        if layer.bias is not None:
            unit = w_scale * x_scale
            plain.bias = nn.Parameter(torch.round(layer.bias.detach().double() / unit) * unit)
        inputs.requires_grad_(True)
        x = x.clone().requires_grad_(True)
        y, want = layer(x), plain(inputs)
        torch.testing.assert_close(y.double(), want, rtol=1e-6, atol=1e-6 * want.abs().max().item())

        gradient = torch.randn_like(y)
        rows = layer._gradient_rows(gradient).contiguous().numpy()
        seed = tetralog.derive_seed(layer.recipe.seed, 0, layer.index, 2)
        g = tetralog.quantise_log4(rows, seed=seed, samples=samples)
        decoded = tetralog.decode(g.codes, "log4", g.scale)

        def as_output(matrix):
            made = torch.from_numpy(matrix)
            if want.dim() == 2:
                return made
            batch, channels, *sides = want.shape
            return made.view(batch, *sides, channels).permute(0, 3, 1, 2)

        y.backward(gradient)
        parameters = [p for p in (plain.weight, plain.bias) if p is not None]
        dx, = torch.autograd.grad(want, inputs, as_output(decoded[0]), retain_graph=True)
        dw = torch.autograd.grad(want, parameters, as_output(decoded.mean(0)))
        for got, exact in zip((x.grad, layer.weight.grad, layer.bias.grad if layer.bias is not None
                               else None), (dx, *dw, None)):
            if exact is not None:
                torch.testing.assert_close(got.double(), exact, rtol=1e-5,
                                           atol=1e-6 * exact.abs().max().item())

    def test_linear_computes_the_exact_products_of_its_codes(self):
        for bias, sign, samples in itertools.product((True, False), (True, False), (1, 3)):
            recipe = tnn.Recipe(samples=samples, seed=11)
            layer = tnn.Linear(37, 10, bias, recipe=recipe, index=4)
            x = torch.randn(21, 37) if sign else torch.rand(21, 37)
            self.check(layer, nn.Linear(37, 10, bias, dtype=torch.float64), x)

    def test_linear_takes_inputs_of_any_dimensions(self):
        layer = tnn.Linear(6, 4).eval()
        x = torch.randn(2, 3, 5, 6)
        torch.testing.assert_close(layer(x), layer(x.reshape(30, 6)).view(2, 3, 5, 4), rtol=0, atol=0)
        self.assertEqual(layer(x[0, 0, 0]).shape, (4,))

    def test_convolution_computes_the_exact_products_of_its_codes(self):
        for shape in ({"kernel_size": 3}, {"kernel_size": 3, "padding": 1, "bias": False},
                      {"kernel_size": (2, 5), "stride": (3, 2), "padding": (1, 0)},
                      {"kernel_size": 3, "dilation": (2, 1), "padding": "same"},
                      {"kernel_size": 2, "stride": 2, "padding": "valid"},
                      {"kernel_size": 1}):
            recipe = tnn.Recipe(samples=2)
            layer = tnn.Conv2d(3, 5, recipe=recipe, **shape)
            plain = nn.Conv2d(3, 5, dtype=torch.float64, **shape)
            self.check(layer, plain, torch.rand(4, 3, 9, 11))

    def test_long_sums_over_the_batch_are_split(self):
        layer = tnn.Conv2d(1, 1, 1, recipe=tnn.Recipe(samples=8, clip="max"))
        layer(torch.ones(9, 1, 40, 40)).sum().backward()  # 9 * 1600 * 8 products, limit 8738
        self.assertEqual(layer.weight.grad.item(), 14400)
        self.assertEqual(layer.bias.grad.item(), 14400)

    def test_gradients_are_unbiased_and_samples_reduce_their_noise(self):
        x, gradient = torch.rand(64, 8), torch.randn(64, 6) * 0.01
        noise = {}
        for samples in (1, 4):
            layer = tnn.Linear(8, 6, recipe=tnn.Recipe(samples=samples))
            inputs = quantised_input(x)[0]
            exact = gradient.double().t() @ inputs
            runs = []
            for _ in range(300):
                layer.weight.grad = None
                layer(x).backward(gradient)
                runs.append(layer.weight.grad.double())
            runs = torch.stack(runs)
            noise[samples] = (runs - exact).pow(2).mean().sqrt()
            error = (runs.mean(0) - exact).pow(2).mean().sqrt()
            self.assertLess(error, 1.3 * noise[samples] / 300**0.5)
        self.assertLess(abs(noise[4] / noise[1] - 0.5), 0.05)

    def test_gradients_flow_and_the_loss_falls(self):
        for options in ({}, {"hindsight": True}, {"clip": "max", "samples": 2}):
            model = tnn.convert(small_model(), **options)
            losses = train(model, 60)
            self.assertLess(np.mean(losses[-5:]), 0.6 * np.mean(losses[:5]), options)
            for name, parameter in model.named_parameters():
                self.assertTrue(parameter.grad.isfinite().all() and parameter.grad.any(), name)

    def test_runs_repeat_seeds_differ_and_a_resumed_run_goes_on_to_the_same_bits(self):
        make = lambda seed: tnn.convert(small_model(), hindsight=True, seed=seed)
        whole, again, other = make(1), make(1), make(2)
        for model in (whole, again, other):
            train(model, 6)
        self.assertTrue(all(map(torch.equal, weights(whole), weights(again))))
        self.assertFalse(all(map(torch.equal, weights(whole), weights(other))))
        half = make(1)
        train(half, 3)
        resumed = make(1)
        resumed.load_state_dict(copy.deepcopy(half.state_dict()))
        train(resumed, 3, begin=3)
        self.assertTrue(all(map(torch.equal, weights(whole), weights(resumed))))

    def test_hindsight_uses_the_gradients_of_earlier_steps(self):
        layer = tnn.Linear(4, 4, recipe=tnn.Recipe(hindsight=True))
        x = torch.rand(8, 4)
        for maximum in (1.0, 2.0, 4.0):
            layer(x).backward(torch.full((8, 4), maximum))
        self.assertAlmostEqual(layer._gradient_max.value, 0.9 * (0.9 + 0.2) + 0.4)

    def test_convert_changes_layers_in_place_and_nothing_else(self):
        model = small_model()
        parameters, state = list(model.parameters()), torch.get_rng_state()
        self.assertIs(tnn.convert(model, skip=["6"], samples=2), model)
        self.assertTrue(torch.equal(state, torch.get_rng_state()))
        self.assertTrue(all(a is b for a, b in zip(parameters, model.parameters())))
        kinds = [type(m) for m in model if isinstance(m, (nn.Conv2d, nn.Linear))]
        self.assertEqual(kinds, [tnn.Conv2d, tnn.Linear, nn.Linear])
        self.assertEqual([model[0].index, model[4].index], [0, 1])
        self.assertIn("4 bits: samples=2", repr(model))
        shared = nn.Linear(4, 4)
        both = tnn.convert(nn.ModuleList([nn.Sequential(shared), shared]))
        self.assertIs(both[0][0], both[1])
        self.assertIsInstance(tnn.convert(nn.Linear(2, 2)), tnn.Linear)

    def test_testing_leaves_the_state_alone_and_repeats(self):
        model = tnn.convert(small_model())
        train(model, 2)
        model.eval()
        state = [m.get_extra_state() for m in (model[0], model[4], model[6])]
        x = torch.rand(5, 1, 8, 8)
        with torch.no_grad():
            self.assertTrue(torch.equal(model(x), model(x)))
            # A scale of its own would make a batch's result depend on its other images.
            torch.testing.assert_close(model(x)[:2], model(x[:2]), rtol=0, atol=0)
        self.assertEqual(state, [m.get_extra_state() for m in (model[0], model[4], model[6])])

    def test_refusals_are_one_line_that_says_what_to_do(self):
        linear, conv = tnn.Linear(4, 2), tnn.Conv2d(2, 2, 3)
        broken = tnn.Linear(4, 2)
        broken.weight.data.fill_(float("nan"))
        biased = {}
        for value in ("nan", "inf"):
            biased[value] = tnn.Conv2d(2, 2, 3)
            biased[value].bias.data[1] = float(value)
        for error, words, call in (
                (ValueError, "the input is \\(3, 5\\); give \\(..., 4\\)",
                 lambda: linear(torch.ones(3, 5))),
                (TypeError, "its input is of torch.float16; give float32",
                 lambda: linear(torch.ones(3, 4).half())),
                (ValueError, "on meta; move it with .cpu", lambda: linear(torch.ones(3, 4, device="meta"))),
                (ValueError, "the training has diverged", lambda: broken(torch.ones(3, 4))),
                (ValueError, "no finite number: the training has diverged",
                 lambda: biased["nan"](torch.ones(1, 2, 9, 9))),
                (ValueError, "no finite number: the training has diverged",
                 lambda: biased["inf"](torch.ones(1, 2, 9, 9))),
                (ValueError, "give \\(batch, 2, height", lambda: conv(torch.ones(1, 3, 9, 9))),
                (ValueError, "smaller than the kernel", lambda: conv(torch.ones(1, 2, 2, 9))),
                (ValueError, "samples = 9: give 1 to 8", lambda: tnn.Recipe(samples=9)),
                (ValueError, "no clip 'best': give", lambda: tnn.convert(linear, clip="best")),
                (ValueError, "inputs cannot be 'int8'", lambda: tnn.Recipe(inputs="int8")),
                (ValueError, "skip has \\['9'\\]", lambda: tnn.convert(small_model(), skip=["9"])),
                (ValueError, "no torch.nn.Linear", lambda: tnn.convert(nn.ReLU())),
                (ValueError, "keep it in floating point with skip=\\['0'\\]",
                 lambda: tnn.convert(nn.Sequential(nn.Conv2d(2, 2, 1, groups=2)))),
        ):
            with self.assertRaisesRegex(error, words) as caught:
                call()
            self.assertNotIn("\n", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
