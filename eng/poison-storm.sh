#!/usr/bin/env bash
# A poison storm: as many bad messages as good ones, all at once, over MLLP into a worker of its own on SQLite. Then the bad ones of a
# sender that was not registered are replayed as fast as the store takes them.
#
#   eng/poison-storm.sh [N] [--port HTTP-PORT]      10,000 by default; HTTP on 18080, MLLP on the port above
#
# Prints what the good ones took alone and in the storm, the memory of the worker, the groups, and the replays a second. The exit code
# is 0 when the good ones were not slowed below half, the groups are the right handful, and every replay did what it should.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

count=10000 port=18080
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=$2; shift 2 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *[!0-9]* | '') die "Unknown: $1. Usage: eng/poison-storm.sh [N] [--port HTTP-PORT]" ;;
    *) count=$1; shift ;;
  esac
done

program=$PWD/src/IntegrationWorker/bin/Release/net10.0/integration-worker
[ -x "$program" ] || die "The worker is not built: ./up.sh builds it."
folder=$(mktemp -d)
worker=
trap '[ -z "$worker" ] || kill "$worker" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

sed 's/"MSH-3": "DEMOEHR"/"MSH-3": "NEWRIS"/; s/"role": "placer"/"role": "filler"/; s/"allowCreate": false/"allowCreate": true/' samples/demo.json > "$folder/with-new.json"
export Store__Path=$folder/worker.db Protection__KeyFile=$folder/keys.json Http__Urls=http://127.0.0.1:$port Mllp__0__Port=$((port + 1))

start() {
  "$program" run --config "$1" > "$folder/log" 2>&1 &
  worker=$!
  wait_until 60 "$worker" ready || die "The worker is not ready: $(cat "$folder/log")"
}

ready() { curl -sf "http://127.0.0.1:$port/health/ready" > /dev/null; }

stop() { kill "$worker" && wait "$worker" || true; worker=; }

resident() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$worker/status"; }

# frames FIRST LAST WITH-BAD: MLLP frames of good orders, and beside each a bad one of four kinds.
frames() {
  awk -v first="$1" -v last="$2" -v bad="$3" 'BEGIN {
    for (i = first; i <= last; i++) {
      order("DEMORIS", "G" i, i, sprintf("2.25.5%09d", i))
      if (bad) {
        if (i % 4 == 0) order("DEMORIS", "U" i, i + 10000000, "2.25.0" i)
        else if (i % 4 == 1) printf "\013MSH|^~\\&|DEMORIS|EXAMPLE|W|R|20250901080000-0500||ORM^O01|O%d|P|2.5.1\rPID|1||P%d^^^EXAMPLE\r\034\r", i, i
        else order("NEWRIS", "N" i, i + 20000000, sprintf("2.25.7%09d", i))
      }
    }
  }
  function order(sender, id, study, uid) {
    printf "\013MSH|^~\\&|%s|EXAMPLE|W|R|20250901080000-0500||ORM^O01|%s|P|2.5.1\rPID|1||P%d^^^EXAMPLE\rORC|NW||F%d^%s||SC||||20250901080000-0500\rOBR|1||F%d^%s|71250^CT Chest^C4|R|||||||||||||A%d||||||CT\rZDS|%s^R^Application^DICOM\r\034\r", sender, id, study, study, sender, study, sender, study, uid
  }'
}

milliseconds() { date +%s%3N; }

frames 1 "$count" 0 > "$folder/good.hl7"
frames $((count + 1)) $((2 * count)) 1 > "$folder/storm.hl7"
start samples/demo.json
send() { "$program" send "$1" --to "mllp://127.0.0.1:$((port + 1))" --concurrency 8 > "$folder/sent" 2>&1 || true; }

since=$(milliseconds)
send "$folder/good.hl7"
alone=$(($(milliseconds) - since))
memory_before=$(resident)
since=$(milliseconds)
send "$folder/storm.hl7"
storm=$(($(milliseconds) - since))
memory_after=$(resident)
say "Good ones alone: $count in $alone ms, $((count * 1000 / alone)) a second."
say "In the storm:    $count good and $count bad in $storm ms: $((count * 1000 / storm)) good ones a second."
say "Memory of the worker: $memory_before MiB, then $memory_after MiB."
"$program" dead-letters groups --config samples/demo.json --json > "$folder/groups.json"
jq -r '.[] | "\(.count) \(.code) \(.location // "") \(.cause): \(.what)"' "$folder/groups.json"
stop

start "$folder/with-new.json"
group=$(jq -r '.[] | select(.code == "HL7-010") | .id' "$folder/groups.json")
since=$(milliseconds)
"$program" dead-letters replay --group "$group" --rate 0 --no-canary --why 'a storm' --json --config "$folder/with-new.json" > "$folder/job.json"
replay=$(($(milliseconds) - since))
done=$(jq .done "$folder/job.json")
say "Replayed: $done in $replay ms with the start of the verb, $((done * 1000 / replay)) a second; $(jq .changed "$folder/job.json") changed a study."

[ "$storm" -le $((2 * alone * 11 / 10 + 1000)) ] || die 'The good ones were slowed below half.'
[ "$(jq length "$folder/groups.json")" = 3 ] || die 'There are not three groups.'
[ "$(jq '[.[].count] | add' "$folder/groups.json")" = "$count" ] || die 'Not every bad message is a dead letter.'
[ "$(jq .changed "$folder/job.json")" = "$done" ] || die 'Not every replay changed a study.'
