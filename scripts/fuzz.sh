#!/usr/bin/env bash
# Fuzzes the parsers of what others write (clang, libFuzzer, ASan, UBSan), from the corpus in tests/fuzz, and prints what was
# done as a table: executions, seconds of the processor and of the wall, edges that the corpus reached and that were reached, findings.
# Seconds are the processor's: waiting for it on a busy machine is no fuzzing. A finding ends its parser and makes the status 1: its
# input lies in build/fuzz/findings/, its trace in build/fuzz/logs/. What was found new stays in build/fuzz/grown/.
# usage: scripts/fuzz.sh [--jobs N] SECONDS [PARSER ...]   (seconds a parser; all parsers without a name; N at a time, or 1)
set -euo pipefail
cd "$(dirname "$0")/.."
usage="usage: scripts/fuzz.sh [--jobs N] SECONDS [PARSER ...]"
jobs=1
if [ "${1:-}" = --jobs ]; then jobs=${2:?$usage} && shift 2; fi
export seconds=${1:?$usage}
shift
command -v clang++ >/dev/null || { echo "fuzz: clang++ is not installed (apt-get install clang)" >&2; exit 2; }
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz >&2
if [ $# -eq 0 ]; then set -- $(ls tests/fuzz/corpus); fi
for parser in "$@"; do
  [ -d "tests/fuzz/corpus/$parser" ] || { echo "fuzz: there is no parser $parser" >&2; exit 2; }
done
mkdir -p build/fuzz/findings build/fuzz/logs

cpu_s() { awk -v ticks="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) / ticks) }' "/proc/$1/stat" 2>/dev/null; }

fuzz() {
  local parser=$1 log=build/fuzz/logs/$1.log code=0 cpu=0 now begin=$SECONDS
  mkdir -p "build/fuzz/grown/$parser"
  RATCHET_FUZZ=$parser build/fuzz/bin/fuzz -max_len=20000 -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$parser-" "build/fuzz/grown/$parser" "tests/fuzz/corpus/$parser" >"$log" 2>&1 &
  while now=$(cpu_s $!) && [ -n "$now" ]; do
    cpu=$now
    [ "$cpu" -lt "$seconds" ] || kill -INT $! 2>/dev/null || true
    sleep 1
  done
  wait $! || code=$?
  # 72 is libFuzzer's status of an interrupt.
  awk -v parser="$parser" -v found=$((code != 72)) -v cpu="$cpu" -v wall=$((SECONDS - begin)) '
    / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") { last = $(i + 1); if (/INITED/) first = last } }
    /^stat::number_of_executed_units/ { runs = $2 }
    END { printf "| %s | %d | %d | %d | %.0f | %d | %d | %d |\n", parser, runs, cpu, wall, runs / (cpu ? cpu : 1), first, last, found }' "$log"
  [ $code -eq 72 ]
}
export -f fuzz cpu_s
echo "| parser | executions | CPU s | wall s | executions/CPU s | edges of the corpus | edges | findings |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
printf '%s\0' "$@" | xargs -0 -n 1 -P "$jobs" bash -c 'fuzz "$0"' || exit 1
