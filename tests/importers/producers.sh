#!/usr/bin/env bash
# Imports what a real producer prints, twice, as two launches of one run. Exit 77: the producer is not there.
# usage: producers.sh PRODUCER BIN_FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
producer=$1
bin=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
skip() { echo "skipped: $1"; exit 77; }
export RATCHET_DB=$work/ratchet.db

# import CASES FAILED EXIT_CODE OPTION...: of 1.txt and 2.txt
import() {
  local cases=$1 failed=$2 expected=$3 code=0
  shift 3
  "$bin/ratchet" import 1.txt 2.txt --commit 0123456789abcdef0123456789abcdef01234567 --json "$@" > out.json || code=$?
  cat out.json
  [ $code -eq "$expected" ] || { echo "exit code $code, not $expected"; exit 1; }
  for claim in "\"adapter\": \"$producer\"" "\"cases\": $cases" "\"failed\": $failed" '"launches": 2' '"new": true'; do
    grep -qF "$claim" out.json || { echo "expected $claim"; exit 1; }
  done
  "$bin/ratchet" export "$(grep -o '"uuid": "[^"]*' out.json | cut -d'"' -f4)" --format csv > samples.csv
}
samples() {  # samples PATTERN COUNT: of both launches together
  [ "$(grep -c -- "$1" samples.csv)" -eq "$2" ] || { cat samples.csv; echo "expected $2 samples of $1"; exit 1; }
}

case $producer in
  google-benchmark)
    [ -x "$bin/producer_google_benchmark" ] || skip "built without Google Benchmark (apt-get install libbenchmark-dev)"
    for i in 1 2; do
      "$bin/producer_google_benchmark" --benchmark_out=$i.txt --benchmark_min_time=0.001 --benchmark_repetitions=3 > log 2>&1 ||
        "$bin/producer_google_benchmark" --benchmark_out=$i.txt --benchmark_min_time=0.001s --benchmark_repetitions=3
    done
    import 3 1 2 --device lab
    samples '^copy/4096,.,.*,4096' 6
    samples '^own_clock/manual_time,.,\(1000\|999.99\).*,100' 6 ;;
  catch2)
    [ -x "$bin/producer_catch2" ] || skip "built without Catch2 (apt-get install catch2)"
    for i in 1 2; do "$bin/producer_catch2" --reporter xml --out $i.txt --benchmark-samples 5 --benchmark-resamples 100 || true; done
    import 3 1 2 --device lab
    samples '^fibonacci/of 10,' 2
    samples '^fibonacci/a <section>/of 12,' 2 ;;
  hyperfine)
    command -v hyperfine >/dev/null || skip "hyperfine is not installed (apt-get install hyperfine)"
    for i in 1 2; do hyperfine -N -i -r 3 --export-json $i.txt -L n 1,2 'true {n}' false > log 2>&1; done
    import 4 2 2 --device lab
    samples '^true 1/n=1,' 6 ;;
  pytest-benchmark)
    python=/usr/bin/python3
    $python -c 'import pytest_benchmark' 2>/dev/null || skip "pytest-benchmark is not installed (apt-get install python3-pytest-benchmark)"
    for i in 1 2; do
      $python -m pytest -q -p no:cacheprovider --rootdir "$here/producers/python" --benchmark-json=$i.txt "$here/producers/python/test_sum.py"
    done
    import 1 0 0
    samples 'test_sum.py::test_sum\[10\],' 24 ;;
  go)
    command -v go >/dev/null || skip "go is not installed (apt-get install golang-go)"
    cp "$here"/producers/go/* .
    for i in 1 2; do GOFLAGS=-mod=mod GOCACHE=$work/cache GOTOOLCHAIN=local go test -v -bench . -benchtime 100x -count 3 > $i.txt; done
    import 2 0 0 --adapter go
    samples '^example.com/sum.BenchmarkSum' 6 ;;
  *) echo "no producer $producer"; exit 1 ;;
esac
