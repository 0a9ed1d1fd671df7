# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""docs/examples/write_trace.py writes traces that `tetralog replay` runs with no difference: the
script's own GEMM, and one with each option of a command. A changed value and a missing field are
named."""

import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import h5py
import numpy as np

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "docs/examples/write_trace.py"
SEED = 7

spec = importlib.util.spec_from_file_location("write_trace", SCRIPT)
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)


def replay(path):
    return subprocess.run([os.environ["TETRALOG"], "replay", path, "--machine", "functional"],
                          capture_output=True, text=True)


class WriteTrace(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "mine.h5")

    def script(self):
        with unittest.mock.patch("sys.argv", [str(SCRIPT), self.path]):
            example.main()

    def test_the_script_writes_a_trace_that_replays(self):
        result = subprocess.run([sys.executable, str(SCRIPT), self.path], capture_output=True,
                                text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        result = replay(self.path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("mismatches: 0 functional", result.stdout)

    def test_what_is_there_is_not_overwritten(self):
        self.script()
        with self.assertRaisesRegex(SystemExit, r"^error: .*mine\.h5.*not taken$"):
            self.script()

    def test_every_option_of_a_command_replays(self):
        random = np.random.default_rng(SEED)

        def codes(*shape):
            return random.integers(0, 16, shape, np.uint8)

        m, n, k = 11, 18, 13
        c = random.integers(-500, 500, (m, n)).astype(np.int32)
        cases = [
            (codes(m, k), codes(k, n), dict(a_format="int4", b_format="int4", c=c)),
            (codes(k, m), codes(n, k), dict(a_format="log4", b_format="uint4", a_transposed=True,
                                            b_transposed=True, d_transposed=True)),
            (codes(2, k, m), codes(k, n), dict(a_format="log4", b_format="uint4",
                                               a_transposed=True)),
            (codes(m, k), codes(k, n), dict(a_format="log4", b_format="int4", d_format="log4",
                                            mask=codes(n, m), mask_transposed=True, samples=3,
                                            scale_shift=5, seed=SEED, row0=4, col0=16,
                                            sample0=2)),
            (codes(m, k), codes(k, n), dict(a_format="int4", b_format="uint4", d_format="int4",
                                            rounding="stochastic", seed=SEED, scale_mul=147,
                                            scale_shift=13)),
        ]
        with h5py.File(self.path, "x") as file:
            for name in ("network", "dataset", "libraries", "command"):
                file.attrs[name] = example.text("test")
            file.attrs["format"] = example.text("tetralog trace")
            file.attrs["version"], file.attrs["seed"] = np.uint32(1), np.uint64(SEED)
            for i, (a, b, command) in enumerate(cases):
                example.write_gemm(file.create_group(f"step000/case{i}"), i, a, b, scale_a=1,
                                   scale_b=1, **command)
        result = replay(self.path)
        self.assertEqual(result.returncode, 0, f"seed {SEED}: {result.stdout}{result.stderr}")
        self.assertIn(f"{len(cases)} GEMMs", result.stdout)

    def test_a_changed_value_is_found(self):
        self.script()
        with h5py.File(self.path, "r+") as file:
            file["step000/linear_forward/raw"][3, 4] += 1
        result = replay(self.path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("linear_forward", result.stdout + result.stderr)

    def test_a_missing_field_is_named(self):
        self.script()
        with h5py.File(self.path, "r+") as file:
            del file["step000/linear_forward"].attrs["sum_abs"]
        result = replay(self.path)
        self.assertEqual(result.returncode, 2)
        self.assertIn("sum_abs", result.stderr)


if __name__ == "__main__":
    unittest.main()
