#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# quiet.sh LOG COMMAND...: runs a command with its output in LOG; shows the log only when it fails.
log=$1
shift
mkdir -p "$(dirname "$log")"
"$@" > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
