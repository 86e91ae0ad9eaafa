#!/usr/bin/env bash
# Two hundred invented messages that fail in ten ways, to try docs/operations.md with: sent over MLLP to a worker that runs.
#
#   eng/failures.sh [--to mllp://HOST:PORT] [--folder FOLDER]
#
#   --to        where to; default mllp://127.0.0.1:2575, as ./up.sh listens
#   --folder    only writes the messages there, and sends nothing
#
# They are of the senders of samples/demo.json, and of one that is not registered. Beside those that fail there are the few orders
# they contradict. Each run has its own numbers, so it can be repeated.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

to=mllp://127.0.0.1:2575 folder=
while [ $# -gt 0 ]; do
  case $1 in
    --to) to=$2; shift 2 ;;
    --folder) folder=$2; shift 2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) die "Unknown: $1. Usage: eng/failures.sh [--to mllp://HOST:PORT] [--folder FOLDER]" ;;
  esac
done

run=$(date +%s)
send=
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  send=1
fi
mkdir -p "$folder"
number=0

# write MINUTE SENDER TYPE CONTROL-ID SEGMENT…
write() {
  local time sender=$2 type=$3 id=$4
  time=$(printf '20250901%02d%02d00-0500' $((6 + $1 / 60)) $(($1 % 60)))
  number=$((number + 1))
  {
    printf 'MSH|^~\\&|%s|EXAMPLE|STUDYWORKER|READING|%s||%s|%s|P|2.5.1||||||UNICODE UTF-8\r' "$sender" "$time" "$type" "$id"
    shift 4
    printf '%s\r' "${@//TIME/$time}"
  } > "$folder/$(printf '%05d' "$number").hl7"
}

# order MINUTE SENDER CONTROL-ID CONTROL STATUS STUDY PATIENT UID [ACCESSION]
order() {
  local accession=${9-ACC-$run-$6}
  write "$1" "$2" 'ORM^O01^ORM_O01' "$3" "PID|1||$7^^^EXAMPLE^MR||INVENTED^NOBODY" "ORC|$4||F-$run-$6^DEMORIS||$5||||TIME" \
    "OBR|1||F-$run-$6^DEMORIS|71250^CT Chest^C4|R|||||||||||||$accession||||||CT" ${8:+"ZDS|$8^DEMORIS^Application^DICOM"}
}

uid() { printf '2.25.%s%04d' "$run" "$1"; }

# The studies that others contradict.
for i in $(seq 1 10); do order 0 DEMORIS "FAIL-$run-A$i" NW SC "$i" "P-$run-$i" "$(uid "$i")"; done
for i in $(seq 11 15); do
  write 5 DEMORIS 'ORU^R01^ORU_R01' "FAIL-$run-R$i" "PID|1||P-$run-$((i - 10))^^^EXAMPLE^MR" "ORC|RE||F-$run-$((i - 10))^DEMORIS" \
    "OBR|1||F-$run-$((i - 10))^DEMORIS|18748-4^Report^LN||||||||||||||||||TIME|||F"
done
order 1 DEMORIS "FAIL-$run-S1" NW SC 901 "P-$run-901" "$(uid 901)" "SHARED-$run"
order 1 DEMORIS "FAIL-$run-S2" NW SC 902 "P-$run-901" "$(uid 902)" "SHARED-$run"
before=$number

for i in $(seq 1 60); do order 10 NEWRIS "FAIL-$run-N$i" NW SC $((100 + i)) "P-$run-$i" "$(uid $((100 + i)))"; done           # HL7-010
for i in $(seq 1 30); do order 11 DEMORIS "FAIL-$run-U$i" NW SC $((200 + i)) "P-$run-$i" "2.25.0$run$i"; done                 # IDN-004
for i in $(seq 1 20); do order 12 DEMORIS "FAIL-$run-P$i" XO SC $((1 + i % 10)) "OTHER-$i" "$(uid $((1 + i % 10)))"; done      # IDN-006
for i in $(seq 1 20); do write 13 DEMORIS 'ORM^O01^ORM_O01' "FAIL-$run-O$i" "PID|1||P-$run-$i^^^EXAMPLE^MR"; done             # HL7-006
for i in $(seq 1 20); do                                                                                                    # IDN-001
  write 14 DEMORIS 'ORM^O01^ORM_O01' "FAIL-$run-I$i" "PID|1||P-$run-$i^^^EXAMPLE^MR" 'ORC|XO||||SC' 'OBR|1|||71250^CT Chest^C4|S'
done
for i in $(seq 1 10); do order 15 DEMORIS "FAIL-$run-A$i" XO IP "$i" "P-$run-$i" "$(uid "$i")" "ACC-$run-other-$i"; done      # IDE-001
for i in $(seq 1 5); do order 16 DEMORIS "FAIL-$run-C$i" CA CA "$i" "P-$run-$i" "$(uid "$i")"; done                          # LCY-002
for i in $(seq 1 15); do                                                                                                    # IDN-002
  write 17 DEMORIS 'ORM^O01^ORM_O01' "FAIL-$run-M$i" 'ORC|XO||||IP' "OBR|1|||71250^CT Chest^C4|S|||||||||||||SHARED-$run"
done
for i in $(seq 1 10); do write 18 DEMORIS 'ORM^O01^ORM_O01' '' "ORC|NW||F-$run-$i^DEMORIS||SC" "OBR|1||F-$run-$i-$i^DEMORIS"; done # HL7-004
for i in $(seq 1 10); do order 19 DEMORIS "FAIL-$run-E$i" XO SC "$i" "P-$run-$i" "$(uid "$i")" $'\xc9'"-$i"; done              # HL7-003

say "$((number - before)) messages that fail, $before others, in $folder."
[ -n "$send" ] || exit 0
program=src/IntegrationWorker/bin/Release/net10.0/integration-worker
[ -x "$program" ] || die "The worker is not built: ./up.sh builds it."
"$program" send "$folder" --to "$to" > "$folder/log" || true # Most are answered AE: that is what they are for.
say 'Sent. Now: integration-worker dead-letters groups --config samples/demo.json'
