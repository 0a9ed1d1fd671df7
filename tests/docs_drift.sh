#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# docs_drift.sh DOCS_GEN DIRECTORY: the check of the docs must fail on a copy of one page whose
# source has changed, and pass on the copy as it is.
set -eu
rm -rf "$2"
mkdir -p "$2/docs"
cp docs/programming.md "$2/docs"
cp -r docs/examples "$2/docs"
"$1" --check --root "$2"
sed -i 's/scale_shift = 2/scale_shift = 3/' "$2/docs/examples/driver_forward.cc"
if "$1" --check --root "$2" 2> "$2/said"; then
  echo "error: a changed example passed the check"
  exit 1
fi
grep -q 'programming.md shows a source or cycles that have changed; run: make docs' "$2/said"
