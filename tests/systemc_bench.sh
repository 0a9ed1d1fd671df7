#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# systemc_bench.sh BUILD DIRECTORY CXX: installs the model, builds the bench of the docs against it as a
# project of its own, and runs it.
set -eu
rm -rf "$2"
cmake --install "$1" --component model --prefix "$2/prefix" > /dev/null
cmake -S docs/examples/systemc_bench -B "$2/build" -DCMAKE_PREFIX_PATH="$2/prefix" -DCMAKE_CXX_COMPILER="$3" \
  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache > /dev/null
cmake --build "$2/build" > /dev/null
"$2/build/systemc_bench"
