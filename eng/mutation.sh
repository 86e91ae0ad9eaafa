#!/usr/bin/env bash
# Changes the rules in one place after the other and counts which changes the pure tests notice.
#
#   eng/mutation.sh [SLICE]    Studies, Mapping, Matching, or a pattern as '**/Mapping/Hl7/*.cs'; all three if not said
#
# Takes five to ten minutes a slice on two cores. The last lines say how many were noticed; what was not stands in
# eng/mutation/StrykerOutput, as a page and as JSON. Names and texts are not changed: most stand in tables that are made once
# for a run, where the tool cannot change them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0"; }

# How many of the changes were noticed, from the report named in the output of a run.
score() {
  local report
  report=$(tr -d '\n' <"$1" | grep -o 'file://[^ ]*mutation-report\.json') || { echo "no report"; return; }
  grep -o '"status":"[A-Za-z]*"' "${report#file://}" | sort | uniq -c | awk '
    { of[$2] = $1 }
    END {
      noticed = of["\"status\":\"Killed\""] + of["\"status\":\"Timeout\""]
      all = noticed + of["\"status\":\"Survived\""] + of["\"status\":\"NoCoverage\""]
      if (all == 0) print "nothing was changed"; else printf "%d of %d changes noticed, %.1f %%\n", noticed, all, 100 * noticed / all
    }'
}

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac

need_dotnet
dotnet tool restore
cd eng/mutation
[ $# -gt 0 ] || set -- Studies Mapping Matching
log=$(mktemp)
trap 'rm -f "$log"' EXIT
scores=()
for slice in "$@"; do
  case $slice in
    *\**) pattern=$slice ;;
    *) pattern="**/$slice/**/*.cs" ;;
  esac
  nice -n 10 dotnet stryker --config-file stryker-config.json --mutate "$pattern" | tee "$log"
  scores+=("$slice: $(score "$log")")
done
printf '%s\n' "${scores[@]}"
