# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
"""docs/examples/python_training.py runs, both networks learn, and missing data is one clear line."""

import pathlib
import re
import subprocess
import sys
import unittest

EXAMPLE = pathlib.Path(__file__).resolve().parent.parent / "docs/examples/python_training.py"


def run(*arguments):
    return subprocess.run([sys.executable, str(EXAMPLE), *arguments], capture_output=True, text=True)


class PythonExample(unittest.TestCase):
    def test_both_networks_learn(self):
        result = run("--steps", "60")
        self.assertEqual(result.returncode, 0, result.stderr)
        found = re.findall(r"^(FP32|4 bits) +test accuracy (0\.\d+)", result.stdout, re.M)
        self.assertEqual([name for name, _ in found], ["FP32", "4 bits"])
        for name, accuracy in found:
            self.assertGreater(float(accuracy), 0.55, name)

    def test_missing_data_is_one_line_that_says_what_to_do(self):
        result = run("--data", "/nonexistent")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"^error: /nonexistent/.*: No such file.*--data\n$")


if __name__ == "__main__":
    unittest.main()
