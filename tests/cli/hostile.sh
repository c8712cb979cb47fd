#!/usr/bin/env bash
# Checks of modules that misbehave, made by the programs as they are: none is a pass, none moves the baseline or harms the
# database, none leaves a process.
# usage: hostile.sh BUILD    with the programs and the test modules
set -euo pipefail
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RATCHET_DB=$work/history/ratchet.db
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org
mkdir "$work/history" "$work/project" "$work/project/build"
cd "$work/project"
git init --quiet
echo build >.gitignore
commit() {  # commit MODULE CASE_TIMEOUT_S
  echo "{\"format\":\"ratchet.config/1\",\"modules\":[\"build/kernels.so\"],\"case_timeout_s\":$2}" >ratchet.json
  cp "$build/test_modules/$1.so" build/kernels.so
  git add -A && git commit --quiet --allow-empty -m "$1"
}

fail() { echo "hostile: $*" >&2; cat "$work/out" "$work/err" >&2; exit 1; }
run() {  # run EXPECTED_EXIT_CODE COMMAND...
  local expected=$1 code=0
  shift
  "$@" >"$work/out" 2>"$work/err" || code=$?
  [ "$code" -eq "$expected" ] || fail "exit code $code, not $expected: $*"
}
ratchet() { "$build/bin/ratchet" "$@"; }

commit good 60
run 0 ratchet record
baseline=$(ratchet baseline show --json)
while read -r expected module timeout_s verdict; do
  commit "$module" "$timeout_s"
  run "$expected" ratchet check --case 'axpy/plain/*' --json
  [ "$(wc -c <"$work/err")" -lt 2000000 ] || fail "$module fills the log"
  [ -z "$verdict" ] || grep -q "\"verdict\": *\"$verdict\"" "$work/out" || fail "$module is not $verdict"
  [ "$(ratchet baseline show --json)" = "$baseline" ] || fail "$module moved the baseline"
  echo "ok $expected: $module (${SECONDS} s)"
done <<'LIST'
2 broken_crash 60 invalid
2 broken_hang 1 invalid
2 broken_exit 60 invalid
2 broken_once 60 invalid
2 broken_input 60 invalid
2 hostile_before 60 invalid
2 hostile_scribble 60 invalid
2 hostile_flee 1 invalid
LIST
run 2 ratchet record --case 'axpy/plain/*'
[ "$(ratchet baseline show --json)" = "$baseline" ] || fail "a record moved the baseline"
if grep -ls "$work/project/build/kernels.so" /proc/[0-9]*/maps >"$work/out"; then fail "a process is left"; fi
