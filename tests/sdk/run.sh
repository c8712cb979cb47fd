#!/usr/bin/env bash
# What somebody does who has ratchet installed and kernels of his own: the installed package alone, in trees of its own, and
# the commands that `ratchet init --module` prints. Then the manual pages and completions, by the programs that read them.
# usage: run.sh BUILD [nvcc]    a finished build; with nvcc the template's CUDA module is built as well
set -euo pipefail
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset RATCHET_DB CMAKE_PREFIX_PATH
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org

fail() { echo "sdk: $*" >&2; exit 1; }
run() {  # run EXPECTED_EXIT_CODE COMMAND...
  local expected=$1 code=0
  shift
  "$@" >"$work/out" 2>&1 || code=$?
  [ "$code" -eq "$expected" ] || { cat "$work/out" >&2; fail "exit code $code, not $expected: $*"; }
  echo "ok $expected: $*  ($((SECONDS)) s)"
}
says() { grep -qE -- "$1" "$work/out" || { cat "$work/out" >&2; fail "it does not say \"$1\""; }; }

# Installed, and then moved: nothing knows the prefix by name.
run 0 cmake --install "$build" --prefix "$work/first"
mv "$work/first" "$work/prefix"
export PATH=$work/prefix/bin:$PATH
# The kernel that is spoiled below is the CPU's: with a GPU the other one would be measured.
export CUDA_VISIBLE_DEVICES='' CUDAARCHS=90 CMAKE_BUILD_PARALLEL_LEVEL=2
[ "${2:-}" = nvcc ] || export CUDACXX=/nonexistent  # CMake would find an nvcc all the same
[ "$(sed -n '/^namespace/,$p' "$work/prefix/include/ratchet/case.h" | wc -l)" -le 80 ] || fail "case.h is more than a page"

mkdir "$work/project" && cd "$work/project"
run 2 ratchet init --module
says 'git'
run 0 git init --quiet --initial-branch=main
run 0 ratchet init --module mine
mapfile -t next < <(sed -n '/^next:$/,$s/^  //p' "$work/out")
[ ${#next[@]} -eq 4 ] || fail "init prints ${#next[@]} commands"
for command in "${next[@]}"; do run 0 bash -c "$command"; done
says '^PASS'
if [ "${2:-}" = nvcc ]; then
  [ -f build/modules/mine_cuda.so ] || fail "the CUDA module was not built"
  run 0 ratchet-bench --describe build/modules/mine_cuda.so
  says 'axpy/plain/n=67108864'
fi
run 2 ratchet init --module mine
says 'exists already'

cp mine.cpp right.cpp
sed -i 's/^  for (std::uint64_t i = begin;/  for (int again = 0; again < 10; ++again)\n&/' mine.cpp
run 0 cmake --build build
run 1 ratchet check --case '*/n=65536'
says '^REGRESSED'
sed 's/a \* x\[i\] + y\[i\]/a * x[i] - y[i]/' right.cpp >mine.cpp
run 0 cmake --build build
run 2 ratchet check --case '*/n=65536'
says "invalid axpy/plain/n=65536: the candidate: before timing.* 'out' is off"

# The built-in modules are found from where the programs are.
mkdir "$work/empty" && cd "$work/empty"
run 0 git init --quiet
run 0 ratchet init
run 0 git add ratchet.json
run 0 git commit --quiet -m "Begin"
run 0 ratchet run --launches 1 --device cpu --case 'copy/threads/bytes=262144'

share=$work/prefix/share
for page in ratchet ratchet-bench; do
  if command -v man >/dev/null; then
    run 0 env LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -l "$share/man/man1/$page.1.gz"
    if grep -n 'warning\|error:' "$work/out"; then fail "man warns of $page.1"; fi
  else
    echo "not checked: $page.1, without man"
  fi
done
complete_ratchet() {  # what bash would offer for these words
  bash -c '. "$1"; shift; COMP_WORDS=(ratchet "$@"); COMP_CWORD=$#; compopt() { :; }; _ratchet; echo "${COMPREPLY[*]}"' _ \
    "$share/bash-completion/completions/ratchet" "$@"
}
[ "$(complete_ratchet che)" = check ] || fail "bash does not complete che"
[ "$(complete_ratchet check --stri)" = --strict ] || fail "bash does not complete check --stri"
[ "$(complete_ratchet check --device c)" = "cuda cpu" ] || fail "bash does not complete --device c"
[ "$(complete_ratchet help met)" = method ] || fail "bash does not complete help met"
run 0 bash -n "$share/bash-completion/completions/ratchet"
for shell in zsh fish; do
  file=$share/zsh/site-functions/_ratchet
  [ $shell = zsh ] || file=$share/fish/vendor_completions.d/ratchet.fish
  [ -s "$file" ] || fail "$file is missing"
  if command -v $shell >/dev/null; then run 0 $shell -n "$file"; else echo "not checked: the completion of $shell, without $shell"; fi
done
if command -v fish >/dev/null; then
  run 0 fish --no-config -c "source '$share/fish/vendor_completions.d/ratchet.fish'; complete -C 'ratchet check --devi'; complete -C 'ratchet help m'"
  says '^--device' && says '^method'
fi

if command -v dpkg-shlibdeps >/dev/null; then
  run 0 cpack --config "$build/CPackConfig.cmake" -B "$work/package"
  deb=$(ls "$work"/package/ratchet_*.deb)
  run 0 dpkg-deb --contents "$deb"
  says 'usr/share/doc/ratchet/copyright' && says 'usr/share/doc/ratchet/changelog.gz'
  says 'usr/share/zsh/vendor-completions/_ratchet' && says 'usr/lib/ratchet/modules/ratchet_cpu.so'
  run 0 dpkg-deb --field "$deb" Depends
  says 'git' && says 'libc6'  # a portable build links the rest
  if command -v lintian >/dev/null; then run 0 lintian --fail-on error "$deb"; else echo "not checked: Debian's policy, without lintian"; fi
else
  echo "not checked: the Debian package, without dpkg-shlibdeps"
fi
echo "sdk: all as it should be"
