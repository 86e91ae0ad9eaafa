#!/usr/bin/env bash
# Publishes the worker as a site installs it: one folder with the runtime in it, compiled ahead of time as a whole.
#
#   eng/publish.sh [FOLDER]      default: artifacts/worker; for machines of this kind
#
# A machine it is copied to needs no .NET. Takes some minutes of both cores: the compiler goes through the runtime and every library.
# Only what has changed is done again.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) die "Unknown: $1. Usage: eng/publish.sh [FOLDER]" ;;
esac
folder=$(realpath -m -- "${1:-$repo_root/artifacts/worker}")
cd "$repo_root"

need_dotnet
case $(uname -m) in
  x86_64) machine=linux-x64 ;;
  aarch64) machine=linux-arm64 ;;
  *) die "Published for x86_64 and aarch64 only, not for $(uname -m)." ;;
esac

say "Publishing for $machine: some minutes…"

# With folders of its own for what is made on the way: an ordinary build would otherwise restore again, and so would the next one here.
dotnet publish src/IntegrationWorker --runtime $machine --configuration Release --artifacts-path artifacts/publish --output "$folder" \
  --nologo -v quiet -clp:ErrorsOnly
say "Published: $folder"
