#!/usr/bin/env bash
# The crash laboratory: messages with a known answer, and workers, broker and database that die while they are decided about.
#
#   eng/chaos.sh [--rounds N] [--store sqlite|postgres] [--seed S]
#
# 200 rounds on both stores by default, each with the seed after that of the one before. Prints a line for each round: what was
# done, and how much was lost, doubled, wrong, without a version, out of order or stuck. Beside it, on PostgreSQL, two workers decide
# 1,000 times at the same instant about a result and the order that creates its study. The exit code is 0 only when nothing was wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

export CHAOS_ROUNDS=200 CHAOS_SEED=1 CHAOS_STORE= CHAOS_RACES=1000
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) CHAOS_ROUNDS=$2; shift 2 ;;
    --seed) CHAOS_SEED=$2; shift 2 ;;
    --store) CHAOS_STORE=$2; shift 2 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) die "Unknown: $1. Usage: eng/chaos.sh [--rounds N] [--store sqlite|postgres] [--seed S]" ;;
  esac
done
case $CHAOS_STORE in '' | sqlite | postgres) ;; *) die "--store is sqlite or postgres." ;; esac

need_dotnet
eng/rabbitmq.sh install
eng/postgres.sh install
project=tests/IntegrationWorker.AcceptanceTests
log=$(mktemp)
dotnet build $project --configuration Release --disable-build-servers >"$log" 2>&1 || { tail -n 20 "$log"; die "The build failed."; }
rm -f "$log"

exec $project/bin/Release/net10.0/IntegrationWorker.AcceptanceTests -noLogo -noColor -class '*.Chaos.*'
