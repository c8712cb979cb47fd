#!/usr/bin/env bash
# Opens the pages in Chromium. usage: run.sh SOURCE BUILD [SCRIPT]   (speed.mjs, look.mjs; without one the tests)
# Exit status 77, with the reason, where Node, its packages or Chromium cannot be had.
set -euo pipefail
source=$1 build=$2 script=${3:-}
skip() {
  echo "skipped: $1"
  exit 77
}
command -v npm >/dev/null || skip "npm is not installed (apt-get install nodejs npm)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "Node $(node --version) is older than 18"
for name in chromium google-chrome google-chrome-stable chromium-browser; do
  RATCHET_CHROMIUM=$(command -v "$name") && break
done
[ -n "${RATCHET_CHROMIUM:-}" ] || skip "Chromium is not installed (apt-get install chromium)"
folder=$build/html_tests
mkdir -p "$folder"
cp "$source"/tests/html/*.mjs "$source/tests/html/package.json" "$source/tests/html/package-lock.json" "$folder"
cd "$folder"
if ! cmp -s package-lock.json node_modules/.installed; then
  timeout 120 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || skip "npm ci did not get the packages"
  cp package-lock.json node_modules/.installed
fi
"$build/bin/html_pages" "$folder/pages"
export RATCHET_CHROMIUM RATCHET_PAGES=$folder/pages RATCHET_FAKE=$build/fake/ratchet
if [ -n "$script" ]; then exec node "$script"; fi
exec node --test --test-concurrency=2 ./*.test.mjs
