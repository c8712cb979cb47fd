#!/usr/bin/env bash
# Builds the Debian package of this machine's distribution, build/release/package/ratchet_*.deb, and holds it against
# Debian's policy where lintian is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target installable
rm -rf build/release/package
(cd build/release && cpack -B package >/dev/null)
for package in build/release/package/*.deb; do
  dpkg-deb --info "$package"
  if command -v lintian >/dev/null; then lintian --fail-on error "$package"; else echo "not checked: no lintian here"; fi
  echo "made $package"
done
