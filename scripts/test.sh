#!/usr/bin/env bash
# Installs what is missing, builds, runs all tests. usage: scripts/test.sh [PRESET]   (release; dev, asan, portable)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
RATCHET_SETUP_TESTS=1 . scripts/setup.sh
cmake --preset "$preset"
cmake --build --preset "$preset"
# One more than processors: the longest tests wait for processes and pages most of the time.
ctest --preset "$preset" -j "$(($(nproc) + 1))"
