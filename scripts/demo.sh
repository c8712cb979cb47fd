#!/usr/bin/env bash
# The main job on this repository, for real: record a baseline, check the same code, check a planted 5 % slowdown, look at the
# history. Uses a database of its own (.ratchet/demo/) and starts over each time.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target ratchet ratchet-bench modules
export PATH=$PWD/build/release/bin:$PATH
export RATCHET_DB=$PWD/.ratchet/demo/ratchet.db
rm -rf .ratchet/demo

step() {  # step EXPECTED_EXIT_CODE COMMAND...
  local expected=$1 code=0
  shift
  printf '\n$ %s\n' "$*"
  "$@" || code=$?
  echo "exit code $code"
  if [ $code -ne "$expected" ]; then
    echo "demo: expected exit code $expected" >&2
    exit 1
  fi
}

# The case to slow down: on the GPU where one can be measured, else on the CPU.
if ratchet-bench --describe build/release/modules/ratchet_cuda.so 2>/dev/null | grep -q '"environment"'; then
  planted='attention/tiled/B=32,H=8,S=512,D=64,dtype=fp16,causal=0'
else
  planted='attention/blocked/B=1,H=8,S=512,D=64,dtype=fp32,causal=0'
fi
step 0 ratchet record
step 0 ratchet check --measure-identical
step 1 ratchet check --handicap "$planted=5"
step 0 ratchet trend "$planted"
printf '\nThe gate passed unchanged code and failed the planted slowdown.\n'
