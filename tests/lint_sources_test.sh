#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# lint_sources_test.sh DIRECTORY: lint_sources.sh passes a copy of the tree's RTL, and names each fault
# that is planted in it.
set -eu
root=$(pwd)
rm -rf "$1"
mkdir -p "$1/docs"
cp -r rtl "$1"
cp docs/integration.md "$1/docs"
cd "$1"
lint() { ls rtl/* docs/* | sh "$root/tests/lint_sources.sh" 2> said; }
names() {  # the only fault
  if lint; then echo "error: passed; expected: $1"; exit 1; fi
  if [ "$(wc -l < said)" != 1 ] || ! grep -q "$1" said; then cat said; echo "expected: $1"; exit 1; fi
}

lint || { cat said; exit 1; }
for line in Copyright SPDX; do
  sed "/$line/d" "$root/rtl/verilator.vlt" > rtl/verilator.vlt
  names "rtl/verilator.vlt has no line '$line"
done
cp "$root/rtl/verilator.vlt" rtl
cp rtl/sram.sv rtl/unlisted.sv
names 'rtl/tetralog.f must list'
rm rtl/unlisted.sv
sed -i '/tetralog_pkg/d' rtl/tetralog.f
echo tetralog_pkg.sv >> rtl/tetralog.f
names 'rtl/tetralog.f must list'
cp "$root/rtl/tetralog.f" rtl
sed -i '/`DepthA` |/d' docs/integration.md
sed -i 's/`DepthA`/depth/g' docs/integration.md
names 'does not name DepthA'
cp "$root/docs/integration.md" docs
sed -i 's/`m_axi_rlast_i`/RLAST/g' docs/integration.md
names 'does not name m_axi_rlast_i'
