#!/usr/bin/env bash
# Fuzzes the parsers of what others write (clang, libFuzzer, ASan, UBSan), one after the other, from the corpus in tests/fuzz.
# A finding ends it and its input lies in build/fuzz/findings/. What was found new stays in build/fuzz/grown/.
# usage: scripts/fuzz.sh SECONDS [PARSER ...]   (seconds a parser; all parsers without a name)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?usage: scripts/fuzz.sh SECONDS [PARSER ...]}
shift
command -v clang++ >/dev/null || { echo "fuzz: clang++ is not installed (apt-get install clang)" >&2; exit 2; }
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz
if [ $# -eq 0 ]; then set -- $(ls tests/fuzz/corpus); fi
mkdir -p build/fuzz/findings
for parser in "$@"; do
  [ -d "tests/fuzz/corpus/$parser" ] || { echo "fuzz: there is no parser $parser" >&2; exit 2; }
  mkdir -p "build/fuzz/grown/$parser"
  echo "== $parser"
  RATCHET_FUZZ=$parser build/fuzz/bin/fuzz -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$parser-" "build/fuzz/grown/$parser" "tests/fuzz/corpus/$parser" \
    2>&1 | grep -vE '^#|NEW_FUNC|INFO:' | tail -n 40
done
