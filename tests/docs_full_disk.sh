#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# docs_full_disk.sh CONTRACT_GEN DOCS_GEN DIRECTORY: pages and the header that do not fit on the disk,
# for which a limit on the size of files stands, are an error and stay as they were.
set -eu
rm -rf "$3"
mkdir -p "$3/model" "$3/docs" "$3/rtl"
cp model/contract.h "$3/model"
cp docs/programming.md "$3/docs"
cp -r docs/examples "$3/docs"
sed 's/RANDOM_BITS         = 12/RANDOM_BITS         = 11/' rtl/tetralog_pkg.sv > "$3/rtl/tetralog_pkg.sv"
sed -i 's/scale_shift = 2/scale_shift = 3/' "$3/docs/examples/driver_forward.cc"
for generator in "$1" "$2"; do
  if (trap '' XFSZ; ulimit -f 2; "$generator" --write --root "$3") > "$3/said" 2> "$3/error"; then
    echo "error: $generator had no room and said nothing"
    exit 1
  fi
  grep -q '^error: cannot write .*: File too large; ' "$3/error"
  test ! -s "$3/said"
done
cmp model/contract.h "$3/model/contract.h"
cmp docs/programming.md "$3/docs/programming.md"
