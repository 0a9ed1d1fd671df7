#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# revision.sh SOURCE OUT: a C++ file OUT with the git revision of the folder SOURCE, "-dirty" where
# files differ from it, "unknown" where SOURCE is no work tree of its own. OUT is written only when
# that changes, so that a build compiles it again only then.
set -u
source=$1
out=$2
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE  # of a hook that builds
git_in_source() { git -C "$source" --no-optional-locks "$@" 2> /dev/null; }
revision=unknown
# A copy without git may lie inside the work tree of something else.
if prefix=$(git_in_source rev-parse --show-prefix) && [ -z "$prefix" ]; then
  revision=$(git_in_source describe --always --dirty --abbrev=12) || revision=unknown
fi
text="namespace tetralog {
extern const char* const kSourceRevision;
const char* const kSourceRevision = \"$revision\";
}"
[ -f "$out" ] && [ "$(cat "$out")" = "$text" ] && exit 0
mkdir -p "$(dirname "$out")"
printf '%s\n' "$text" > "$out"
