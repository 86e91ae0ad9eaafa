#!/usr/bin/env bash
# Changes the rules in one place after the other and counts which changes the pure tests notice.
#
#   eng/mutation.sh [SLICE]    Studies, Mapping, Matching, or a pattern as '**/Mapping/Hl7/*.cs'; Studies and Mapping if not said
#
# Takes ten minutes to half an hour a slice on two cores. What was not noticed stands in eng/mutation/StrykerOutput, as a page
# and as JSON. Names and texts are not changed: most stand in tables that are made once
# for a run, where the tool cannot change them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0"; }
case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac

need_dotnet
dotnet tool restore
cd eng/mutation
[ $# -gt 0 ] || set -- Studies Mapping
for slice in "$@"; do
  case $slice in
    *\**) pattern=$slice ;;
    *) pattern="**/$slice/**/*.cs" ;;
  esac
  nice -n 10 dotnet stryker --config-file stryker-config.json --mutate "$pattern"
done
