#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# lint_drift.sh CONTRACT_GEN DIRECTORY: the drift check on a copy of the tree whose package differs.
set -eu
rm -rf "$2"
mkdir -p "$2/model" "$2/docs" "$2/rtl"
cp model/contract.h "$2/model"
cp docs/*.md "$2/docs"
sed 's/RANDOM_BITS         = 12/RANDOM_BITS         = 11/' rtl/tetralog_pkg.sv > "$2/rtl/tetralog_pkg.sv"
"$1" --check --root "$2"
