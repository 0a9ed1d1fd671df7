#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/cells.sh <liberty> <out.v>: functional Verilog models of the cells of a Liberty file.
set -eu
mkdir -p "$(dirname "$2")"
if ! yosys -q -p "read_liberty -ignore_miss_func $1; proc; write_verilog -noattr $2.tmp" \
    > "$2.log" 2>&1; then
  cat "$2.log" >&2
  echo "error: yosys cannot read the Liberty file $1" >&2
  exit 1
fi
mv "$2.tmp" "$2"
