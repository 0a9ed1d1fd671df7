#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# git ls-files | tests/lint_sources.sh: what no tool checks of the sources named on its input, from the
# root of the tree: the licence lines, the file list of the core, and that docs/integration.md names
# every port and parameter of the core. Prints a line per fault.
set -u
status=0
fault() {
  echo "error: $1" >&2
  status=1
}

while read -r file; do
  case $file in
    # Data, and files that hold no comments.
    *.md | *.svg | *.json | *.csv | *.h5 | LICENSE | .gitignore | .clang-format) continue ;;
  esac
  [ "$(head -n 4 "$file" | grep -cE 'Copyright the Tetralog authors\. Licensed under the Apache|SPDX-License-Identifier: Apache-2\.0')" = 2 ] ||
    fault "$file has no licence lines; begin it with those of tests/lint_sources.sh"
done

listed=$(grep -v '^//' rtl/tetralog.f)
present=$(cd rtl && echo tetralog_pkg.sv && LC_ALL=C ls ./*.sv | sed 's#^./##' | grep -v '^tetralog_pkg.sv$')
[ "$listed" = "$present" ] ||
  fault "rtl/tetralog.f must list tetralog_pkg.sv, then the rest of rtl/*.sv in alphabetical order"

# Parameters, then ports, up to the end of the port list.
for name in $(sed -n '/^module/,/^);/p' rtl/tetralog_core.sv |
              sed -nE 's/^  parameter int unsigned ([A-Za-z]+).*/\1/p; s/^  (in|out)put .* ([a-z_]+_n?[io]),?$/\2/p'); do
  grep -q "\`$name\`" docs/integration.md ||
    fault "docs/integration.md does not name $name of rtl/tetralog_core.sv; add it to its table"
done
exit "$status"
