# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""tetralog.gemm against numpy's int64 products on random commands: all operand formats and
orientations, samples of A, C in every shape that broadcasts, masks, sums that are split along K;
and its refusals. Rounded outputs are compared with the recorded steps in python_trace_test.py."""

import itertools
import unittest

import numpy as np

import tetralog


def product(a, b, a_format, b_format):
    return sum(tetralog.decode(s, a_format).astype(np.int64) for s in a.reshape(-1, *a.shape[-2:])
               ) @ tetralog.decode(b, b_format).astype(np.int64)


class PythonGemm(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(1)

    def codes(self, *shape):
        return self.random.integers(0, 16, shape, np.uint8)

    def test_products_of_all_formats_and_orientations_are_those_of_numpy(self):
        for a_format, b_format, at, bt, dt, samples in itertools.product(
                ("int4", "log4"), ("int4", "uint4"), (False, True), (False, True), (False, True),
                (1, 3)):
            m, n, k = self.random.integers(1, 40, 3)
            a, b = self.codes(samples, m, k), self.codes(k, n)
            stored_a = np.swapaxes(a, 1, 2) if at else a
            got = tetralog.gemm(stored_a if samples > 1 else stored_a[0], b.T if bt else b,
                                a_format=a_format, b_format=b_format, a_transposed=at,
                                b_transposed=bt, d_transposed=dt)
            want = product(a, b, a_format, b_format)
            np.testing.assert_array_equal(got.z, want.T if dt else want)
            self.assertEqual(got.max_abs, np.abs(want).max())
            self.assertEqual(got.sum_abs, np.abs(want).sum())
            self.assertEqual(got.sum_squares, int((want * want).sum()))
            self.assertEqual(got.zeros, ((want == 0).sum(),))
            self.assertIsNone(got.codes)

    def test_c_broadcasts_wraps_and_the_mask_blocks(self):
        a, b = self.codes(6, 9), self.codes(9, 5)
        z = product(a, b, "int4", "uint4")
        mask = self.codes(6, 5) & 1
        for shape in ((), (1,), (5,), (1, 5), (6, 1), (6, 5)):
            c = self.random.integers(-2**31, 2**31, shape).astype(np.int32)
            c = np.asarray(c)
            got = tetralog.gemm(a, b, a_format="int4", b_format="uint4", c=c, mask=mask)
            exact = z + c.astype(np.int64)
            np.testing.assert_array_equal(got.z, exact.astype(np.int32) * mask)
            self.assertEqual(got.wraps, (exact != exact.astype(np.int32)).sum())
        got = tetralog.gemm(a, b, a_format="int4", b_format="uint4", mask=mask.T,
                            mask_transposed=True)
        np.testing.assert_array_equal(got.z, z * mask)

    def test_long_sums_are_split_and_have_the_bits_of_a_wide_accumulator(self):
        a, b = self.codes(2, 5, 10001), self.codes(10001, 18)
        mask, c = self.codes(5, 18), self.random.integers(-99, 99, (5, 1)).astype(np.int32)
        for options in ({"d_format": "int32"},
                        {"d_format": "log4", "scale_shift": 9, "samples": 2, "seed": 7},
                        {"d_format": "int4", "scale_shift": 20, "scale_mul": 200,
                         "rounding": "stochastic", "seed": 8}):
            for at in (False, True):
                stored = np.swapaxes(a, 1, 2) if at else a
                run = lambda **more: tetralog.gemm(stored, b, a_format="log4", b_format="uint4",
                                                   a_transposed=at, mask=mask, c=c, **options,
                                                   **more)
                split, whole = run(split_k=True), run(acc_width=32)
                for name in ("codes", "z", "max_abs", "sum_squares", "zeros", "clipped"):
                    np.testing.assert_array_equal(getattr(split, name), getattr(whole, name), name)
                with self.assertRaisesRegex(ValueError, "pass split_k=True"):
                    run()

    def test_wraps_of_all_parts_are_counted(self):
        a, b = np.full((1, 20), 7, np.uint8), np.full((20, 1), 15, np.uint8)  # 16 bits: 273 products
        a, b = np.repeat(a, 20, axis=1), np.repeat(b, 20, axis=0)
        b[300:] = 0
        c = np.array([2**31 - 1], np.int32)  # the first part wraps, the second does not
        got = tetralog.gemm(a, b, a_format="int4", b_format="uint4", c=c, acc_width=16,
                            split_k=True)
        self.assertEqual((got.z[0, 0], got.wraps), (2**31 - 1 + 300 * 105 - 2**32, 1))

    def test_threads_do_not_change_the_result(self):
        a, b = self.codes(200, 300), self.codes(300, 200)
        runs = [tetralog.gemm(a, b, a_format="log4", b_format="int4", d_format="log4",
                              scale_shift=4, seed=5, threads=t) for t in (1, 2)]
        np.testing.assert_array_equal(runs[0].codes, runs[1].codes)
        self.assertEqual(runs[0].clipped, runs[1].clipped)

    def test_packing_and_unpacking_are_inverse(self):
        for columns in (1, 2, 7):
            codes = self.codes(3, 4, columns)
            stored = tetralog.pack(codes)
            self.assertEqual(stored.shape, (3, 4, (columns + 1) // 2))
            np.testing.assert_array_equal(tetralog.unpack(stored, columns), codes)
        self.assertEqual(tetralog.pack(np.array([[1, 2, 3]], np.uint8)).tolist(), [[0x21, 3]])

    def test_refusals_are_one_line_that_says_what_to_do(self):
        a, b = self.codes(4, 8), self.codes(8, 4)
        formats = {"a_format": "int4", "b_format": "int4"}
        for error, words, call in (
                (TypeError, "a is of int64: give codes as uint8", {"a": a.astype(np.int64)}),
                (TypeError, "a is a list: give a numpy array", {"a": [[1]]}),
                (ValueError, "a has 1 dimensions: give 2 or 3", {"a": a[0]}),
                (ValueError, "k is 8 in a, but 7 in b", {"b": b[:7]}),
                (ValueError, "a has 9 samples: give 1 to 8", {"a": self.codes(9, 4, 8)}),
                (ValueError, "A holds a value over 15", {"a": a + 16}),
                (ValueError, "dimension of the product is zero", {"a": a[:0]}),
                (ValueError, "there is no format 'fp4': give 'int4'", {"b_format": "fp4"}),
                (ValueError, "A", {"a_format": "uint4"}),
                (ValueError, "there is no rounding 'up': give", {"rounding": "up"}),
                (TypeError, "c is of float64: give int32", {"c": np.zeros(4)}),
                (ValueError, "c is \\(3,\\): give a shape that", {"c": np.zeros(3, np.int32)}),
                (ValueError, "mask is \\(8, 4\\): give \\(4, 4\\)", {"mask": b}),
                (ValueError, "only a LOG4 output has more than one", {"samples": 2}),
                (ValueError, "seed = -1 is out of range: give", {"seed": -1}),
                (TypeError, "seed is a float: give an int", {"seed": 1.0}),
                (ValueError, "scale_mul = 2, but a LOG4 scale", {"d_format": "log4",
                                                                 "scale_mul": 2}),
                (ValueError, "64|63", {"d_format": "int4", "scale_shift": 64}),
                (ValueError, "not a multiple of 16", {"col0": 8}),
                (ValueError, "K = 140000 .* pass split_k=True", {"a": self.codes(1, 140000),
                                                                "b": self.codes(140000, 1)}),
        ):
            with self.assertRaisesRegex(error, words) as caught:
                tetralog.gemm(**{"a": a, "b": b, **formats, **call})
            self.assertNotIn("\n", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
