#!/usr/bin/env bash
# Compiles every header of the house alone: a header that leans on what its users happened to include before is a trap.
# One that its own source includes first was compiled alone by the build, unless that source has a precompiled one before.
# usage: check_headers.sh COMPILER [compiler options...]
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  local header=$1
  shift
  "$@" -std=c++20 -fsyntax-only -I. -x c++ - <<<"#include \"$header\"" || { echo "$header does not compile alone"; return 1; }
}
export -f compile
by_the_build() {
  local header=$1 source=${1%.h}.cpp
  [ -f "$source" ] && [ "$(grep -m1 '^#include' "$source")" = "#include \"$header\"" ] &&
    ! grep -q target_precompile_headers "$(dirname "$header")/CMakeLists.txt"
}
mapfile -t headers < <(git ls-files 'kernels/*.h' 'ratchet/*.h' 'db/*.h' 'src/*.h' | grep -vE "${RATCHET_SKIP_HEADERS:-^$}")
[ ${#headers[@]} -gt 0 ] || { echo "no headers found"; exit 1; }
alone=()
for header in "${headers[@]}"; do by_the_build "$header" || alone+=("$header"); done
printf '%s\n' "${alone[@]}" | xargs -P "$(nproc)" -I{} bash -c 'compile "$@"' _ {} "$@"
echo "headers: ${#headers[@]} compile alone, ${#alone[@]} of them seen here"
