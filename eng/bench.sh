#!/usr/bin/env bash
# Measures. The pure part of the way of a message, shortly (about a minute): reading fields, and mapping bytes to units.
#
#   eng/bench.sh                          all of that
#   eng/bench.sh --filter '*Mapping*'     some of it; further switches are those of BenchmarkDotNet
#   eng/bench.sh --cpu                    processor time only: for a machine that does other things as well
#
# The whole worker, with a broker and a database of its own, beside what the machine allows:
#
#   eng/bench.sh worker [LETTERS]         from the queue to the event (about ten minutes); docs/performance.md explains the letters
#   eng/bench.sh published [LETTERS]      the same with the worker as a site installs it (eng/publish.sh, some minutes more when something has changed)
#   eng/bench.sh mllp [door]              acknowledged messages over MLLP (two minutes); with "door" without deciding about them
#   eng/bench.sh api [STUDIES [SECONDS]]  the study API beside a bare endpoint, in a store of 1,000,000 studies (about five minutes)
#   eng/bench.sh find [ROWS [FOLDER]]     searches for messages among 5,000,000 of 1,000,000 studies (about five minutes); what is filled stays in FOLDER
#   eng/bench.sh replay [CASES [STORE]]   20,000 dead letters replayed as one job, on sqlite and postgres (about two minutes)
#
# Numbers of one run can be compared with each other, those of two runs only on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

case ${1:-} in
  -h | --help) sed -n '2,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

need_dotnet
dotnet build bench/IntegrationWorker.Bench --configuration Release --nologo -v quiet -clp:ErrorsOnly
if [ "${1:-}" = published ]; then
  eng/publish.sh
  export TEST_WORKER=$repo_root/artifacts/worker/integration-worker
  set -- worker "${@:2}"
fi
case ${1:-} in
  --cpu) ;;
  api | find | replay) eng/postgres.sh install && give_memory ;;
  worker | mllp) eng/rabbitmq.sh install && eng/postgres.sh install && give_memory ;;
  *) set -- --artifacts artifacts/bench "$@" ;;
esac
exec bench/IntegrationWorker.Bench/bin/Release/net10.0/IntegrationWorker.Bench "$@"
