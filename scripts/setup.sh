#!/usr/bin/env bash
# Installs what building needs on Debian 12 or Ubuntu 24.04, if it is missing. Sourced by the other scripts; safe to run again.
packages=(g++ cmake ninja-build git ca-certificates libboost-dev libboost-program-options-dev libsqlite3-dev
  nlohmann-json3-dev libspdlog-dev libfmt-dev doctest-dev zlib1g-dev libmd-dev libseccomp-dev libcurl4-openssl-dev libmicrohttpd-dev libpugixml-dev
  python3)

# Where the CUDA toolkit came from NVIDIA's repository, cuDNN does too: the tests that build its plans need the library.
if [ -x /usr/local/cuda/bin/nvcc ] && ! ldconfig -p | grep -q 'libcudnn\.so\.9' && apt-cache show libcudnn9-cuda-13 >/dev/null 2>&1; then
  packages+=(libcudnn9-cuda-13)
fi

# uPlot, which the page of `ratchet report --html` draws with, comes through npm, and its tests need a browser: where tests are
# built they are wanted, and elsewhere the build goes without. Ubuntu's package chromium would only fetch a snap.
if [ -n "${RATCHET_SETUP_TESTS:-}" ]; then
  command -v npm >/dev/null || packages+=(nodejs npm)
  # Whose output the importers' tests read. Go's is read too where `go` is: at 300 MB it is not installed for that.
  packages+=(libbenchmark-dev catch2 hyperfine python3-pytest-benchmark)
  if ! command -v google-chrome >/dev/null && grep -q '^ID=debian' /etc/os-release; then packages+=(chromium fonts-dejavu-core); fi
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ]; then as_root=(); elif command -v sudo >/dev/null; then as_root=(sudo); else
    echo "These packages are missing and need root to install; run:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
# NVIDIA's packages put nvcc here without putting it on the PATH.
if ! command -v nvcc >/dev/null && [ -x /usr/local/cuda/bin/nvcc ]; then export PATH=$PATH:/usr/local/cuda/bin; fi
