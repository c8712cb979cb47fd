#!/usr/bin/env bash
# Everything that needs a GPU, on a machine that has one: the GPU tests, the gate on real kernels, identical modules against
# each other. Prints one page of results; details go to BUILD_FOLDER/gpu.log.
# usage: scripts/gpu.sh [BUILD_FOLDER]   (build/release, which is built first; a copied build/portable needs no packages)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
if [ "$build" = build/release ]; then
  . scripts/setup.sh
  cmake --preset release >/dev/null
  cmake --build --preset release
fi
build=$(cd "$build" && pwd)
log=$build/gpu.log
: > "$log"
[ -e "$build/modules/ratchet_cuda.so" ] || { echo "gpu: $build/modules/ratchet_cuda.so is not built; is nvcc 13 installed?" >&2; exit 2; }
nvidia-smi --query-gpu=name,driver_version,clocks.sm,temperature.gpu,power.draw --format=csv,noheader ||
  { echo "gpu: there is no usable NVIDIA GPU here" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RATCHET_DB=$work/ratchet.db
# A repository of its own, so that a work tree with changes can be tried. It names no modules: the built-in ones beside the
# program are measured.
git init -q "$work/repository"
echo '{"format":"ratchet.config/1"}' > "$work/repository/ratchet.json"
git -C "$work/repository" add -A
git -C "$work/repository" -c user.name=gpu -c user.email=gpu@localhost commit -q -m "Try the GPU"
ratchet() { (cd "$work/repository" && "$build/bin/ratchet" "$@" 2>>"$log"); }

failed=0
report() {  # report WHAT EXPECTED ACTUAL SECONDS
  local verdict=ok
  [ "$2" = "$3" ] || { verdict=FAILED; failed=1; }
  printf '%-6s %-46s exit %s in %s s\n' "$verdict" "$1" "$3" "$4"
}
step() {  # step WHAT EXPECTED COMMAND...: runs it into the log
  local what=$1 expected=$2 code=0 start=$SECONDS
  shift 2
  printf '\n== %s: %s\n' "$what" "$*" >>"$log"
  "$@" >"$work/out" 2>>"$log" || code=$?
  cat "$work/out" >>"$log"
  report "$what" "$expected" "$code" $((SECONDS - start))
}

for test in "$build"/bin/*cuda*_test; do
  step "test $(basename "$test")" 0 "$test"
done
grep -hE "^(L2|clock|timer|sentinels|copy of)" "$log" || true  # the claims of bench_cuda_test with their numbers
start=$SECONDS code=0
scripts/timing_claims.py "$build" 2>>"$log" || code=$?
report "timing claims" 0 "$code" $((SECONDS - start))
step "doctor" 0 ratchet doctor
step "record sets the baselines" 0 ratchet record --device cuda
step "identical modules are held" 0 ratchet check --measure-identical --strict --device cuda
cp "$work/out" "$work/identical"
planted='attention/tiled/B=32,H=8,S=512,D=64,dtype=fp16,causal=0'
step "a planted 5 % is regressed" 1 ratchet check --device cuda --case "$planted" --handicap "$planted=5"
cp "$work/out" "$work/planted"
step "trend" 0 ratchet trend "$planted"

echo
cat "$work/identical" "$work/planted"
exit $failed
