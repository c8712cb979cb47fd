#!/usr/bin/env bash
# Refuses any include that the house does not draw (README, "The house"):
#   kernels -> kernels            ratchet -> ratchet          db -> db, ratchet
#   src     -> src, db, ratchet, kernels/module.h             src/bench and src/cli never meet
# and packages outside of the files that own them. Run as a test; prints every offending line.
set -euo pipefail
cd "$(dirname "$0")/.."

bad=0
refuse() {  # refuse WHY PATTERN FILES...: lines of FILES that match PATTERN are offences
  local why=$1 pattern=$2 lines
  shift 2
  lines=$(grep -nE "$pattern" "$@" /dev/null || true)
  if [ -n "$lines" ]; then
    printf '%s:\n%s\n' "$why" "$lines"
    bad=1
  fi
}
sources() { find "$@" -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) | sort; }

mapfile -t kernels < <(sources kernels)
mapfile -t decide < <(sources ratchet)
mapfile -t db < <(sources db)
mapfile -t src < <(sources src)
mapfile -t bench < <(sources src/bench)
mapfile -t cli < <(sources src/cli)
mapfile -t stages < <(find src -mindepth 1 -maxdepth 1 -type d ! -name bench ! -name cli | xargs -I{} find {} -name '*.h' -o -path 'src/*' -name '*.cpp' -path '{}/*' | sort -u)

room='^[[:space:]]*#[[:space:]]*include[[:space:]]*"'
refuse "kernels/ includes another room" "${room}(ratchet|db|src)/" "${kernels[@]}"
refuse "ratchet/ includes another room" "${room}(kernels|db|src)/" "${decide[@]}"
refuse "db/ includes more than ratchet/" "${room}(kernels|src)/" "${db[@]}"
refuse "src/ includes more of kernels/ than module.h" "${room}kernels/([^m]|m[^o]|module[^.])" "${src[@]}"
refuse "src/bench includes src/cli or the store" "${room}(src/cli|db)/" "${bench[@]}"
refuse "src/cli includes src/bench" "${room}src/bench/" "${cli[@]}"
[ ${#stages[@]} -eq 0 ] || refuse "a stage includes a program" "${room}src/(bench|cli)/" "${stages[@]}"

angle='^[[:space:]]*#[[:space:]]*include[[:space:]]*<'
mapfile -t not_db < <(sources kernels ratchet src; find db -name '*.h')
refuse "sqlite3.h outside of db/*.cpp" "${angle}sqlite3" "${not_db[@]}"
mapfile -t not_programs < <(sources kernels ratchet db; find src -name '*.h' -o -name '*.cpp' | grep -vE '^src/(cli|bench)/')
refuse "spdlog or Boost.Program_options outside of the two programs" "${angle}(spdlog|boost/program_options)" "${not_programs[@]}"
refuse "ratchet/ touches documents, clocks, processes or streams" "${angle}(nlohmann|chrono|iostream|fstream|filesystem|thread|unistd|sys/)" "${decide[@]}"
mapfile -t device < <(find kernels -name '*.cu' -o -name '*.cuh')
[ ${#device[@]} -eq 0 ] || refuse "device code includes a host package" "${angle}(nlohmann|spdlog|sqlite|fmt|boost)" "${device[@]}"
mapfile -t no_shell < <(printf '%s\n' "${kernels[@]}" "${decide[@]}" "${db[@]}" "${src[@]}" | grep -vxE 'src/(executor/base_build|cli/candidate_build)\.cpp')
refuse "a shell that is not the build command's" '(^|[^_[:alnum:]])(system|popen)\(|"(/bin/)?(ba)?sh"' "${no_shell[@]}"
refuse "device code outside of kernels/" '__global__|<<<' "${decide[@]}" "${db[@]}" "${src[@]}"

[ $bad -eq 0 ] && echo "arrows: $(( ${#kernels[@]} + ${#decide[@]} + ${#db[@]} + ${#src[@]} )) files keep to the drawn ones"
exit $bad
