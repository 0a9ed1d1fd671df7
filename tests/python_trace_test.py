# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""All GEMMs of the recorded training steps (docs/traces.md) through tetralog.gemm: accumulators,
codes, INT32 results and every statistic. And the host's LUQ: the codes of every recorded gradient
again from its INT32 results."""

import pathlib
import unittest

import h5py
import numpy as np

import tetralog

DATA = pathlib.Path(__file__).resolve().parent / "data"
FORMATS = ("int4", "uint4", "log4", "int32")  # by the contract's numbers


class Recorded:
    def __init__(self, group):
        self.name = group.name
        self.at = at = {name: value if isinstance(value, (str, bytes)) else value.item()
                        for name, value in group.attrs.items()}
        self.m, self.n, self.k = at["m"], at["n"], at["k"]
        self.data = {name: dataset[...] for name, dataset in group.items()}
        self.operands = {
            "a": self.codes("a", at["a_samples"], self.m, self.k, at["a_transposed"]),
            "b": self.codes("b", 1, self.k, self.n, at["b_transposed"])[0],
            "a_format": FORMATS[at["a_format"]], "b_format": FORMATS[at["b_format"]],
            "a_transposed": bool(at["a_transposed"]), "b_transposed": bool(at["b_transposed"]),
            "acc_width": at["acc_width"]}
        self.epilogue = {}
        if "c" in self.data:
            strides = (4 * at["c_row_stride"], 4 * at["c_col_stride"])
            self.epilogue["c"] = np.lib.stride_tricks.as_strided(self.data["c"], (self.m, self.n),
                                                                 strides)
        if "mask" in self.data:
            transposed = bool(at["mask_transposed"])
            mask = self.codes("mask", 1, self.m, self.n, transposed)[0]
            self.epilogue.update(mask=mask, mask_transposed=transposed)
        self.place = {name: at[name] for name in ("seed", "row0", "col0")}

    def codes(self, name, samples, rows, columns, transposed):
        rows, columns = (columns, rows) if transposed else (rows, columns)
        stored = self.data[name].reshape(samples, rows, -1)
        return tetralog.unpack(stored, columns)

    def output(self):
        at = self.at
        return tetralog.gemm(
            **self.operands, **self.epilogue, **self.place, d_format=FORMATS[at["d_format"]],
            d_transposed=bool(at["d_transposed"]), scale_mul=at["scale_mul"],
            scale_shift=at["scale_shift"], samples=at["samples"], sample0=at["sample0"],
            rounding=("nearest", "stochastic")[at["rounding"]])


def recorded():
    for name in ("mlp.h5", "lenet.h5"):
        with h5py.File(DATA / name) as file:
            for step in file.values():
                for group in step.values():
                    yield Recorded(group)


class PythonTraces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gemms = list(recorded())

    def test_all_products_have_the_codes_and_statistics_of_the_reference(self):
        self.assertEqual(len(self.gemms), 31)
        for gemm in self.gemms:
            with self.subTest(gemm.name):
                raw = tetralog.gemm(**gemm.operands).z
                np.testing.assert_array_equal(raw, gemm.data["raw"])
                got, at = gemm.output(), gemm.at
                if "d" in gemm.data:
                    want = gemm.codes("d", at["samples"], gemm.m, gemm.n, at["d_transposed"])
                    np.testing.assert_array_equal(got.codes, want)
                else:
                    z = got.z.T if at["d_transposed"] else got.z
                    np.testing.assert_array_equal(z, gemm.data.get("z", gemm.data["raw"]))
                self.assertEqual(got.max_abs, at["max_abs"])
                self.assertEqual(got.sum_abs, at["sum_abs"])
                self.assertEqual(got.sum_squares,
                                 at["sum_squares_hi"] << 64 | at["sum_squares_lo"])
                self.assertEqual(got.wraps, at["wraps"])
                self.assertEqual(got.zeros, tuple(gemm.data["zeros"]))
                self.assertEqual(got.clipped, tuple(gemm.data["clipped"]))

    def test_the_host_rounds_recorded_gradients_to_the_same_codes(self):
        gradients = [g for g in self.gemms if FORMATS[g.at["d_format"]] == "log4"]
        self.assertEqual(len(gradients), 7)
        for gemm in gradients:
            with self.subTest(gemm.name):
                z = tetralog.gemm(**gemm.operands, **gemm.epilogue).z
                unit = gemm.at["scale_a"] * gemm.at["scale_b"]
                got = tetralog.quantise_log4(z.astype(np.float64), samples=gemm.at["samples"],
                                             alpha_shift=gemm.at["scale_shift"], **gemm.place)
                want = gemm.codes("d", gemm.at["samples"], gemm.m, gemm.n, False)
                np.testing.assert_array_equal(got.codes, want)
                self.assertEqual(got.scale * unit, gemm.at["scale_d"])


if __name__ == "__main__":
    unittest.main()
