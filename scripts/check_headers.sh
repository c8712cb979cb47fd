#!/usr/bin/env bash
# Compiles every header of the house alone: a header that leans on what its users happened to include before is a trap.
# usage: check_headers.sh COMPILER [compiler options...]
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  local header=$1
  shift
  "$@" -std=c++20 -fsyntax-only -I. -x c++ - <<<"#include \"$header\"" || { echo "$header does not compile alone"; return 1; }
}
export -f compile
mapfile -t headers < <(git ls-files 'kernels/*.h' 'ratchet/*.h' 'db/*.h' 'src/*.h' | grep -vE "${RATCHET_SKIP_HEADERS:-^$}")
[ ${#headers[@]} -gt 0 ] || { echo "no headers found"; exit 1; }
printf '%s\n' "${headers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'compile "$@"' _ {} "$@"
echo "headers: ${#headers[@]} compile alone"
