#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/buffer.sh <liberty>: the buffer that drives inputs, OSU018's BUFX2 or else the first buffer of
# the library.
set -eu
driver=$(grep -ioE 'cell *\( *"?[A-Za-z0-9_]*buf[A-Za-z0-9_]*' "$1" | sed -E 's/.*[("]//; s/^ *//' \
         | awk 'NR == 1 { first = $0 } $0 == "BUFX2" { found = 1 } END { print found ? "BUFX2" : first }')
[ -n "$driver" ] || { echo "error: $1 has no buffer cell to drive the inputs; give another LIB" >&2; exit 1; }
echo "$driver"
