#!/usr/bin/env bash
# Measures the pure part of the way of a message, shortly (about a minute): reading fields, and mapping bytes to units.
#
#   eng/bench.sh                          all of it
#   eng/bench.sh --filter '*Mapping*'     some of it; further switches are those of BenchmarkDotNet
#   eng/bench.sh --cpu                    processor time only: for a machine that does other things as well
#
# Numbers of one run can be compared with each other, those of two runs only on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

case ${1:-} in
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

need_dotnet
dotnet build bench/IntegrationWorker.Bench --configuration Release --nologo -v quiet -clp:ErrorsOnly
[ "${1:-}" = --cpu ] || set -- --artifacts artifacts/bench "$@"
exec bench/IntegrationWorker.Bench/bin/Release/net10.0/IntegrationWorker.Bench "$@"
