# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""The quantisers of real tensors and the random words.

Against the functional model: a product of zeros with C = z makes a command that does nothing but
quantise z, over the whole range of z and of shifts. Against the rule of docs/numerics.md in exact
fractions: values that no integer z reaches. Unbiasedness over all random words, or a sum of many.
The words themselves against the table of docs/random.md."""

import math
import pathlib
import re
import unittest
from fractions import Fraction

import numpy as np

import tetralog

ROOT = pathlib.Path(__file__).resolve().parent.parent


def model_codes(z, **command):
    """z quantised by a command of the functional model: [samples, m, n]."""
    m, n = z.shape
    return tetralog.gemm(np.zeros((m, 1), np.uint8), np.zeros((1, n), np.uint8), a_format="int4",
                         b_format="int4", c=z, **command)


def luq(y, word):
    """The value of one element by docs/numerics.md, R = 12."""
    magnitude, random = abs(y), word >> 4
    if magnitude >= 64:
        value = 64
    else:
        low = 0 if magnitude < 1 else 1 << (int(magnitude).bit_length() - 1)
        step = low or 1
        fraction = math.floor((magnitude - low) / step * 2**13)
        value = low + step if fraction + 2 * random + 1 >= 2**13 else low
    return -value if y < 0 else value


class PythonQuantiser(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(2)

    def integers(self, bits, shape=(13, 37)):
        """Numbers of every magnitude up to 2^bits, both signs."""
        widths = self.random.uniform(0, bits, shape)
        return (np.exp2(widths) * self.random.choice([-1, 1], shape)).astype(np.int32)

    def test_log4_codes_are_those_of_the_model(self):
        for shift in range(-32, 64):
            z = self.integers(31)
            place = {"seed": int(self.random.integers(2**63)), "row0": 2**32 - 5, "col0": 48}
            want = model_codes(z, d_format="log4", scale_shift=shift, samples=3, sample0=254,
                               **place)
            for lower in (0, 60):
                got = tetralog.quantise_log4(z * 2.0**-lower, alpha_shift=shift - lower, samples=3,
                                             sample=254, **place)
                np.testing.assert_array_equal(got.codes, want.codes)
                self.assertEqual((got.zeros, got.clipped), (want.zeros, want.clipped))
        z = self.integers(24)
        want = model_codes(z, d_format="log4", scale_shift=15, seed=1)
        got = tetralog.quantise_log4(z.astype(np.float32), alpha_shift=15, seed=1)
        np.testing.assert_array_equal(got.codes, want.codes[0])
        self.assertEqual(got.scale, 2.0**15)

    def test_integer_codes_are_those_of_the_model(self):
        for format, top, quantise in (("int4", 7, tetralog.quantise_int4),
                                      ("uint4", 15, tetralog.quantise_uint4)):
            for rounding in ("nearest", "stochastic"):
                for shift in range(-32, 64, 3):
                    z = self.integers(31)
                    place = {"rounding": rounding, "seed": shift + 40, "row0": 3, "col0": 16}
                    want = model_codes(z, d_format=format, scale_shift=shift, sample0=2, **place)
                    got = quantise(z.astype(np.float64), clip=top * 2.0**shift, sample=2, **place)
                    np.testing.assert_array_equal(got.codes, want.codes[0])
                    self.assertEqual(((got.zeros,), (got.clipped,)), (want.zeros, want.clipped))

    def test_log4_follows_the_rule_on_any_double(self):
        near = np.array([1, 2, 4, 32, 64, 0.5, 2**-13, 2**-12, 1 - 2**-13, 1.5, 48])
        x = np.concatenate([np.nextafter(near, 0), near, np.nextafter(near, 99),
                            [0.0, -0.0, 5e-324, 1e-300, 1e300, 127.9, 1e19],
                            self.random.lognormal(0, 3, 2000)])
        x = (x * self.random.choice([-1, 1], x.shape))[None]
        got = tetralog.quantise_log4(x, alpha_shift=0, seed=9)
        words = tetralog.random_words(9, 1, x.size)[0]
        want = [luq(Fraction(float(y)), int(word)) for y, word in zip(x[0], words)]
        self.assertEqual(tetralog.decode(got.codes, "log4")[0].tolist(), want)
        self.assertFalse((got.codes == 8).any(), "zero is always code 0000")

    def test_luq_is_unbiased_and_rounding_to_nearest_is_not(self):
        for y in (0.01, 0.3, 0.75, 1.2, 5.1, 40.0, -0.6, -23.0):
            x = np.full((512, 512), y)
            values = tetralog.decode(tetralog.quantise_log4(x, alpha_shift=0, seed=4).codes, "log4")
            low = 2.0**math.floor(math.log2(abs(y))) if abs(y) >= 1 else 0
            step = low or 1
            up = (abs(y) - low) / step
            bound = step * (5 * math.sqrt(up * (1 - up) / x.size) + 2**-13)
            self.assertLess(abs(values.mean(dtype=np.float64) - y), bound, y)
        self.assertEqual(tetralog.quantise_int4(np.full((4, 4), 0.3), clip=7.0).codes.max(), 0)

    def test_samples_are_those_of_single_calls_and_differ(self):
        x = self.random.normal(size=(2, 5, 33))
        both = tetralog.quantise_log4(x, seed=6, samples=2)
        self.assertEqual(both.codes.shape, (2, 2, 5, 33))
        for s in range(2):
            one = tetralog.quantise_log4(x.reshape(10, 33), seed=6, sample=s)
            np.testing.assert_array_equal(one.codes.reshape(x.shape), both.codes[s])
        self.assertTrue((both.codes[0] != both.codes[1]).any())

    def test_alpha_reaches_the_maximum_with_the_least_power_of_two(self):
        for maximum, shift in ((64, 0), (64.1, 1), (63.9, 0), (32, -1), (1, -6), (0, 0),
                               (1e-12, -45), (2.0**40, 34)):
            self.assertEqual(tetralog.log4_shift(maximum), shift, maximum)
        x = np.array([[0.1, -3.0]])
        self.assertEqual(tetralog.quantise_log4(x, seed=0).scale, 2.0**-4)
        self.assertEqual(tetralog.quantise_log4(x, seed=0, max=0.1).clipped, 1)
        self.assertEqual(tetralog.quantise_log4(np.zeros((1, 2)), seed=0).scale, 1)

    def test_clipping_values_are_those_of_the_formulas(self):
        x = self.random.normal(size=(50, 40))
        magnitude, positive = np.abs(x), x[x > 0]
        rms = lambda v: math.sqrt((v * v).mean())
        sawb = 12.035 * rms(magnitude) - 12.03 * magnitude.mean()
        one_sided = 17.74 * rms(positive) - 18.64 * positive.mean()
        self.assertAlmostEqual(tetralog.clipping_value(x, "int4"), sawb, 12)
        self.assertAlmostEqual(tetralog.clipping_value(x, "uint4"), one_sided, 12)
        self.assertEqual(tetralog.clipping_value(x, "int4", "max"), magnitude.max())
        self.assertEqual(tetralog.clipping_value(x, "uint4", "max"), x.max())
        self.assertEqual(tetralog.quantise_int4(x).scale, tetralog.clipping_value(x, "int4") / 7)
        equal = np.ones((3, 3), np.float32)  # rms = mean: the formula is below a tenth
        self.assertEqual(tetralog.clipping_value(equal, "int4"), 0.1)
        self.assertEqual(tetralog.clipping_value(-equal, "uint4"), 0)
        self.assertEqual(tetralog.quantise_uint4(-equal).scale, 1)

    def test_random_words_are_those_of_the_page(self):
        row = re.compile(r"\| `(\w{16})` \| (\d+) \| (\d+) \| (\d+) \| `\w{16}` \| `(\w{4})` \|")
        vectors = row.findall((ROOT / "docs/random.md").read_text())
        self.assertEqual(len(vectors), 72)
        for seed, sample, r, c, word in vectors:
            column = int(c)
            words = tetralog.random_words(int(seed, 16), 1, column % 16 + 1, sample=int(sample),
                                          row0=int(r), col0=column - column % 16)
            self.assertEqual(words[0, -1], int(word, 16))
        wide = tetralog.random_words(5, 2, 3001, row0=7, col0=32)  # more than the loops take at once
        for column in (0, 1023, 1024, 2048, 3000):
            one = tetralog.random_words(5, 1, column % 16 + 1, row0=8, col0=32 + column // 16 * 16)
            self.assertEqual(wide[1, column], one[0, -1])
        # SplitMix64's first output for the state 0.
        self.assertEqual(tetralog.derive_seed(0), 0xe220a8397b1dcdaf)
        self.assertNotEqual(tetralog.derive_seed(1, 2), tetralog.derive_seed(2, 1))

    def test_refusals_are_one_line_that_says_what_to_do(self):
        x = np.ones((2, 3), np.float32)
        log4, int4 = tetralog.quantise_log4, tetralog.quantise_int4
        for error, words, call in (
                (TypeError, "x is of int64: give float32", lambda: log4(x.astype(int), seed=1)),
                (TypeError, "x is of float16: give", lambda: int4(x.astype(np.float16))),
                (TypeError, "x is a list: give a numpy array", lambda: int4([1.0])),
                (ValueError, "NaN or infinity.* lower", lambda: log4(x * np.nan, seed=1)),
                (ValueError, "NaN or infinity", lambda: log4(x / 0, seed=1, alpha_shift=0)),
                (ValueError, "NaN or infinity", lambda: int4(x * np.nan)),
                (ValueError, "give one of them", lambda: log4(x, seed=1, max=1, alpha_shift=0)),
                (ValueError, "samples = 9: give", lambda: log4(x, seed=1, samples=9)),
                (ValueError, "col0 = 5 is not a multiple", lambda: log4(x, seed=1, col0=5)),
                (ValueError, "columns below 2\\^28", lambda: tetralog.random_words(1, 1, 17, col0=2**28 - 16)),
                (ValueError, "sample = 256", lambda: log4(x, seed=1, sample=256)),
                (ValueError, "-1022..1022", lambda: log4(x, seed=1, alpha_shift=2000)),
                (ValueError, "clipping value", lambda: int4(x, clip=-1.0)),
                (ValueError, "no clipping rule 'best': give", lambda: int4(x, clip="best")),
                (ValueError, "give 'int4', 'uint4' or 'log4'",
                 lambda: tetralog.decode(np.zeros(1, np.uint8), "int32")),
        ):
            with np.errstate(all="ignore"), self.assertRaisesRegex(error, words) as caught:
                call()
            self.assertNotIn("\n", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
