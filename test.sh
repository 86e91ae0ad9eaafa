#!/usr/bin/env bash
# Sets up what is missing, builds once and runs every test.
#
#   ./test.sh                    all of them
#   ./test.sh --filter TEXT      those whose namespace, class or method name contains TEXT
#
# The last line is "N passed, N failed"; the exit code is 0 only when all passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. eng/lib.sh

filter=()
while [ $# -gt 0 ]; do
  case $1 in
    --filter) [ $# -ge 2 ] || die "--filter wants a text."; filter=(-method "*$2*"); shift 2 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) die "Unknown: $1. Usage: ./test.sh [--filter TEXT]" ;;
  esac
done

set_up() {
  need_dotnet
  [ -n "${TEST_RABBITMQ_URI:-}" ] || eng/rabbitmq.sh install
  [ -n "${TEST_POSTGRES:-}" ] || eng/postgres.sh install
  command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || install_packages docker-compose
}

find_corpus() {
  if [ -n "${CORPUS_DIR:-}" ]; then
    return
  elif [ -d ../shared/corpus ]; then
    CORPUS_DIR=$(cd ../shared/corpus && pwd)
    export CORPUS_DIR
  else
    say "The corpus tests are not run: there is no folder ../shared/corpus."
  fi
}

build() {
  local log=$reports/build.txt
  say "Building…"
  if ! { dotnet restore Worker.sln $locked --disable-build-servers &&
    dotnet build Worker.sln --no-restore --configuration Release --disable-build-servers; } >"$log" 2>&1; then
    grep -E ': (error|warning) ' "$log" | sort -u | head -n 40 || tail -n 40 "$log"
    say "The build failed."
    return 1
  fi
}

# run_project PROJECT-FOLDER: adds its totals to passed and failed.
run_project() {
  local name program report started=$SECONDS result=0
  name=$(basename "$1")
  program=$1/bin/Release/net10.0/$name
  report=$reports/$name.xml
  rm -f "$report"

  # The time limit is for a test that hangs; the whole run is meant to take a third of it.
  timeout --kill-after=30 3600 "$program" -noLogo -noColor -result-xml "$report" ${filter[@]+"${filter[@]}"} >"$reports/$name.txt" 2>&1 || result=$?

  if [ ! -s "$report" ]; then
    failed=$((failed + 1))
    cat "$reports/$name.txt"
    say "$name: ended with exit code $result and left no report."
    return
  fi

  local total ok bad broken left_out
  total=$(of_report total) ok=$(of_report passed) bad=$(of_report failed) broken=$(of_report errors) left_out=$(of_report skipped)
  passed=$((passed + ok))
  failed=$((failed + bad + broken))
  say "$name: $ok passed, $((bad + broken)) failed$([ "$left_out" = 0 ] || echo ", $left_out not run") ($((SECONDS - started)) s)"
  if [ $((bad + broken)) != 0 ]; then
    grep -v -E '^ *(Discovering|Discovered|Starting|Finished):' "$reports/$name.txt" || true
  elif [ "$result" != 0 ] && [ "$total" != 0 ]; then
    failed=$((failed + 1))
    tail -n 30 "$reports/$name.txt"
    say "$name: no test failed, but the program ended with exit code $result."
  elif [ "$total" = 0 ] && [ ${#filter[@]} = 0 ]; then
    failed=$((failed + 1))
    say "$name: has run no test at all."
  fi
}

# of_report NAME: a number of the report's <assembly> element.
of_report() {
  local value
  value=$(grep -o -m 1 '<assembly [^>]*' "$report" | grep -o " $1=\"[0-9]*\"" | tr -dc 0-9) || true
  echo "${value:-0}"
}

finish() {
  say "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" != 0 ]
}

passed=0 failed=0
reports=artifacts/test-results
mkdir -p $reports
locked=
[ "${CI:-}" != true ] || locked=--locked-mode

# In a subshell: a problem with the set-up has to end in the same last line.
if ! (set_up) || ! build; then
  failed=1
  finish
  exit 1
fi
find_corpus

for project in tests/*.Tests tests/*.AcceptanceTests; do
  run_project "$project"
done
finish
