#!/usr/bin/env bash
# Reads damaged streams of MLLP frames in changing pieces: the same frames are to be found as in one piece, and no frame may hold
# bytes of its neighbour. A short share is part of ./test.sh.
#
#   eng/fuzz-mllp.sh [COUNT]     that many streams, a million if not said, from a seed of its own
#   eng/fuzz-mllp.sh --seed N    the one stream of a seed that failed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

count=1000000 seed=$(date +%s)000000
case ${1:-} in
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --seed) [ $# -eq 2 ] || die "--seed wants a number."; count=1 seed=$2 ;;
  '') ;;
  *[!0-9]*) die "Unknown: $1. Usage: eng/fuzz-mllp.sh [COUNT] | --seed N" ;;
  *) count=$1 ;;
esac

need_dotnet
dotnet build tests/IntegrationWorker.Tests --configuration Release --nologo -v quiet -clp:ErrorsOnly
say "$count streams from seed $seed"
FUZZ_COUNT=$count FUZZ_SEED=$seed exec tests/IntegrationWorker.Tests/bin/Release/net10.0/IntegrationWorker.Tests \
  -noLogo -noColor -explicit only -class 'IntegrationWorker.Tests.Mllp.MllpFrameReaderTests'
