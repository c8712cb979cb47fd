#!/usr/bin/env bash
# The long run of the tests that torture the store: prints the table of SECURITY.md. usage: scripts/torture.sh [PRESET]
# Builds nothing. As root nothing is skipped; a line that says SKIPPED says why.
set -euo pipefail
cd "$(dirname "$0")/.."
test=build/${1:-release}/bin/db_test
[ -x "$test" ] || { echo "torture: $test is not there; build the target db_test first" >&2; exit 2; }
export RATCHET_TORTURE=1
bad=0
printf '| test (`RATCHET_TORTURE=1 %s -tc=...`) | what it counted | outcome | s |\n| --- | --- | --- | --- |\n' "$test"
while read -r name; do
  begin=$SECONDS
  if said=$("$test" -tc="$name" 2>&1); then outcome=held; else outcome=FAILED; bad=1; fi
  grep -q 'test cases: *1 |' <<<"$said" || { outcome='NOT RUN'; bad=1; }
  counted=$(sed -n 's/.* MESSAGE: //p' <<<"$said" | grep -v 'the message was' | sort -u | paste -sd ';' || true)
  printf '| `%s` | %s | %s | %s |\n' "$name" "${counted//;/; }" "$outcome" "$((SECONDS - begin))"
  [ "$outcome" = held ] || printf '%s\n' "$said" >&2
done <<'LIST'
crash: killed before or after*
crash: killed at any time*
power cut: whatever was not*
power cut: the same states*
disk fault: whichever call*
disk fault: a database that*
disk fault: a limit on*
disk fault: a full file*
disk fault: a file?*
concurrency: eight record*
concurrency: who waited*
corruption: with a bit*
corruption: without checksums the*
corruption: a file cut*
versions: a database of*
backup: made while*
salvage: what lies on*
LIST
exit "$bad"
