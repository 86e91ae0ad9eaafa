#!/usr/bin/env bash
# Every place where a worker may die in a plan for a reading platform, on both stores, with every fault of the emulated platform: real
# processes, kill -9 in the middle. About ten minutes; ./test.sh runs a share of it.
#
#   eng/kill-matrix.sh            all of it
#   eng/kill-matrix.sh PLACE      one place only, as after-call:2: a seventh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

case ${1:-all} in
  -*) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
need_dotnet
eng/postgres.sh install
project=tests/IntegrationWorker.AcceptanceTests
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build $project --configuration Release --disable-build-servers >"$log" 2>&1 || { tail -n 20 "$log"; die "The build failed."; }
KILL_MATRIX=${1:-all} $project/bin/Release/net10.0/IntegrationWorker.AcceptanceTests -reporter verbose -method '*GivenAWorkerThatDiesInAPlan_*'
