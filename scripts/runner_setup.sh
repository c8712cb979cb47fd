#!/usr/bin/env bash
# Makes a box (Ubuntu 24.04 or Debian 12, with NVIDIA's driver) ready to gate: builds and installs ratchet, and makes the
# user, the database's folder and one service a GPU. Safe to run again; it never touches a database.
# usage: sudo scripts/runner_setup.sh [GPUS]
#   GPUS: how many runners, one a GPU; as many as nvidia-smi lists otherwise
#   DESTDIR: for packages and tests: files go below it, and no user, ownership or service is touched
#   RATCHET_BUILD: a finished build to install instead of building one
set -euo pipefail
cd "$(dirname "$0")/.."
root=${DESTDIR:-}
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  echo "runner_setup.sh: run it with sudo: it makes a user, folders and services" >&2
  exit 2
fi
gpus=${1:-}
if [ -z "$gpus" ]; then
  command -v nvidia-smi >/dev/null || { echo "runner_setup.sh: no nvidia-smi: install NVIDIA's driver, or say how many runners" >&2; exit 2; }
  gpus=$(nvidia-smi --list-gpus | wc -l)
fi
if ! [[ $gpus =~ ^[1-9][0-9]?$ ]]; then
  echo "runner_setup.sh: \"$gpus\" is no number of runners from 1 to 99" >&2
  exit 2
fi

build=${RATCHET_BUILD:-}
if [ -z "$build" ]; then
  . scripts/setup.sh
  cmake --preset release -DRATCHET_TESTS=OFF
  cmake --build --preset release --target installable
  build=build/release
fi

# Owned by root: what a job runs must not be what an earlier job left there.
DESTDIR=$root cmake --install "$build" --prefix /opt/ratchet >/dev/null
install -d "$root/usr/local/bin" "$root/usr/local/lib/cmake"
ln -sfn /opt/ratchet/bin/ratchet "$root/usr/local/bin/ratchet"
ln -sfn /opt/ratchet/lib/cmake/ratchet "$root/usr/local/lib/cmake/ratchet"  # a job builds its modules: find_package(ratchet)

if [ -z "$root" ] && ! id runner >/dev/null 2>&1; then
  useradd --system --create-home --home-dir /var/lib/github-runner --shell /usr/sbin/nologin runner
fi

# Baselines, history and modules: outside of the work folder, which each checkout cleans.
install -d "$root/etc/tmpfiles.d" "$root/etc/systemd/system"
cat > "$root/etc/tmpfiles.d/ratchet.conf" <<'CONF'
# Type Path             Mode User   Group  Age
d      /var/lib/ratchet 0750 runner runner -
CONF

# One runner a GPU: a runner takes one job at a time, and its job sees no other GPU. `ratchet` locks the GPU as well.
cat > "$root/etc/systemd/system/github-runner@.service" <<'UNIT'
[Unit]
Description=GitHub Actions runner of GPU %i
After=network-online.target
Wants=network-online.target

[Service]
User=runner
WorkingDirectory=/var/lib/github-runner/gpu-%i
ExecStart=/var/lib/github-runner/gpu-%i/runsvc.sh
Environment=CUDA_DEVICE_ORDER=PCI_BUS_ID
Environment=CUDA_VISIBLE_DEVICES=%i
Environment=RATCHET_DB=/var/lib/ratchet
StateDirectory=ratchet
StateDirectoryMode=0750
NoNewPrivileges=yes
KillMode=process
KillSignal=SIGTERM
TimeoutStopSec=5min
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT

if [ -z "$root" ]; then
  systemd-tmpfiles --create /etc/tmpfiles.d/ratchet.conf
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi  # not in an image that is being made
  for ((gpu = 0; gpu < gpus; ++gpu)); do install -d -o runner -g runner -m 750 "/var/lib/github-runner/gpu-$gpu"; done
fi
cat <<TEXT
ratchet is installed. For each GPU from 0 to $((gpus - 1)), as the user runner, in /var/lib/github-runner/gpu-N:
  unpack GitHub's runner and register it (Settings, Actions, Runners, New): ./config.sh --labels gpu-l4 ...
  cp bin/runsvc.sh .
then: systemctl enable --now github-runner@N
TEXT
