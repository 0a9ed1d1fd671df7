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

# All but data, and files that hold no comments.
sources=$(grep -vE '\.(md|svg|json|csv|h5)$|^(LICENSE|\.gitignore|\.clang-format)$')
for line in 'Copyright the Tetralog authors. Licensed under the Apache License' \
            'SPDX-License-Identifier: Apache-2.0'; do
  for file in $(echo "$sources" | xargs grep -LF "$line"); do
    fault "$file has no line '$line'; begin it with the licence lines of tests/lint_sources.sh"
  done
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
