#!/usr/bin/env bash
# Runs the tests of the GitHub gate that need Node: against a fake GitHub, and the linters of workflow files.
# usage: run.sh SOURCE BUILD. Exit status 77, with the reason, where Node or its packages cannot be had.
set -euo pipefail
source=$1 build=$2
skip() {
  echo "skipped: $1"
  exit 77
}
command -v npm >/dev/null || skip "npm is not installed (apt-get install nodejs npm)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "Node $(node --version) is older than 20"
folder=$build/github_tests
mkdir -p "$folder"
cp "$source"/tests/github/*.mjs "$source/tests/github/package.json" "$source/tests/github/package-lock.json" "$folder"
cd "$folder"
if ! cmp -s package-lock.json node_modules/.installed; then
  timeout 120 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || skip "npm ci did not get the packages"
  cp package-lock.json node_modules/.installed
fi
export RATCHET_ROOT=$source RATCHET_FAKE=$build/fake RATCHET_BIN=$build/bin RATCHET_HOLDING=$build/holding
exec node --test --test-concurrency=2 ./*.test.mjs
