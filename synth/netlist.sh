#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/netlist.sh <liberty> <top> <out directory> [Name=Value ...]
#
# Synthesises one RTL module with the library and writes <out>/<top>.v (the flattened netlist) and its
# area; files and environment as elaborate.sh (KEEP, BLACKBOX, LEAVE, SOURCES) and map.sh (DELAY_PS, EFFORT,
# ADDERS) have them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/liberty.sh" "$1" > /dev/null
"$here/elaborate.sh" "$@"
"$here/map.sh" "$1" "$3/design.il" "$2" "$3"
