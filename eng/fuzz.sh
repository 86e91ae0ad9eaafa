#!/usr/bin/env bash
# Reads damaged messages for a while: no input may end in an exception or hang, and time must grow with the length only.
#
#   eng/fuzz.sh [SECONDS]    that long, 120 if not said, from a seed of its own
#   eng/fuzz.sh --inputs N   that many, in place of a time: ten million take about twenty minutes
#   eng/fuzz.sh --seed N     the one input of a seed that failed
#
# Damaged are the worked examples, the samples, and the messages in CORPUS_DIR when it is set: a seed means the same input
# only with the same of them. A short run with fixed seeds is part of ./test.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; }

seconds=120 inputs=0 seed=$(date +%s)000000
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  --seed) [ $# -eq 2 ] || die "--seed wants a number."; seconds=0 seed=$2 ;;
  --inputs) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--inputs wants a number."; inputs=$2 ;;
  '') ;;
  *[!0-9]*) die "Unknown: $1. Usage: eng/fuzz.sh [SECONDS] | --inputs N | --seed N" ;;
  *) seconds=$1 ;;
esac

need_dotnet
dotnet build tests/IntegrationWorker.Tests --configuration Release --nologo -v quiet -clp:ErrorsOnly
FUZZ_SECONDS=$seconds FUZZ_INPUTS=$inputs FUZZ_SEED=$seed exec tests/IntegrationWorker.Tests/bin/Release/net10.0/IntegrationWorker.Tests \
  -noLogo -noColor -showLiveOutput -explicit on -class 'IntegrationWorker.Tests.Fuzzing.*'
