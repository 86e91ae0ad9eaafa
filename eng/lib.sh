# Common functions of the scripts. Sourced, not run.
# shellcheck shell=bash

repo_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { warn "$*"; exit 1; }

# Stops with one sentence when the SDK is missing or too old. global.json asks for 10.0.100 or a later feature band.
need_dotnet() {
  command -v dotnet >/dev/null ||
    die "The .NET SDK is missing: install the .NET 10 SDK (10.0.100 or later) so that 'dotnet --version' answers."
  (cd "$repo_root" && dotnet --version >/dev/null 2>&1) ||
    die "The .NET SDK is too old: the .NET 10 SDK (10.0.100 or later) is needed, here is: $(dotnet --list-sdks | tr '\n' ' ')"
}

# as_root COMMAND…: directly for root, else by sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install_packages PACKAGE…: by apt, quietly; does nothing for what is already there.
install_packages() {
  local missing=() package log
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  command -v apt-get >/dev/null || die "Please install: ${missing[*]} (no apt-get on this system)."
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    die "Please install: ${missing[*]} (as root: apt-get install --no-install-recommends ${missing[*]})."
  fi

  # One at a time: test processes may ask for the same package together.
  exec 8>"${TMPDIR:-/tmp}/.integration-worker-apt.lock"
  flock 8
  log=$(mktemp)
  if ! apt_quietly "$log" "${missing[@]}"; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install: ${missing[*]}."
  fi
  rm -f "$log"
  exec 8>&-
}

apt_quietly() {
  local log=$1 denied=/usr/sbin/policy-rc.d ours=
  shift
  # Packages of servers start a system service on their usual port. Here only private ones are wanted.
  if [ ! -e "$denied" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$denied" >/dev/null && as_root chmod 755 "$denied" && ours=1
  fi
  local result=0
  {
    { [ -n "${apt_updated:-}" ] || as_root apt-get update -q; } &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
  } >"$log" 2>&1 </dev/null || result=$?
  [ -z "$ours" ] || as_root rm -f "$denied"
  export apt_updated=1
  return $result
}

# Does something listen on the loopback port?
port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Name and process id of the program that listens on a port, from /proc: neither ss nor lsof need be there.
who_listens() {
  local hex socket descriptor process
  hex=$(printf %04X "$1")
  for socket in $(awk -v port=":$hex$" '$4 == "0A" && $2 ~ port { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null); do
    for descriptor in /proc/[0-9]*/fd/*; do
      if [ "$(readlink "$descriptor" 2>/dev/null)" = "socket:[$socket]" ]; then
        process=${descriptor#/proc/}
        process=${process%%/*}
        echo "$(basename "$(readlink "/proc/$process/exe" || cat "/proc/$process/comm")") (process $process)"
        return
      fi
    done
  done
  echo "another program"
}

# wait_until SECONDS PID COMMAND…: polls; fails when the time is over or the process has ended.
wait_until() {
  local end=$((SECONDS + $1)) process=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    kill -0 "$process" 2>/dev/null || return 1
    sleep 0.1
  done
}

# can_enter USER FOLDER: may this account work in the folder (looking at every parent too)?
can_enter() { setpriv --reuid="$1" --regid="$1" --clear-groups test -w "$2" -a -x "$2" 2>/dev/null; }

# The worker's young objects get 48 MiB (hexadecimal) before the collector runs: a fifth less of the processor, docs/performance.md.
# The runtime reads this from the environment only.
give_memory() { export DOTNET_GCgen0size=${DOTNET_GCgen0size:-3000000}; }
