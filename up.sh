#!/usr/bin/env bash
# Sets up what is missing, builds the worker and starts it. Stays in the foreground; Ctrl-C ends all that it started.
#
#   ./up.sh [--demo] [--rabbitmq] [--config FILE]… [--port N] [--mllp-port N]
#
#   --demo          sends the invented messages of samples/messages and shows what became of them
#   --rabbitmq      takes messages from RabbitMQ: Broker__Uri if that is set, else the broker on this machine's port 5672,
#                   else a private one under ./data/rabbitmq (installed by apt when it is missing)
#   --config FILE   settings on top of appsettings.json, repeatable; without any: samples/demo.json
#   --port N        HTTP port on 127.0.0.1, default 8080
#   --mllp-port N   MLLP port on 127.0.0.1, default 2575; a FILE that has Mllp says it itself
#
# Without --rabbitmq nothing else is needed: records go to SQLite under ./data, messages come in over HTTP and MLLP.
# The first start makes the first API key and prints it, this once.
set -euo pipefail
started_in=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. eng/lib.sh

worker_program=src/IntegrationWorker/bin/Release/net10.0/integration-worker
broker_port=5672
demo='' rabbitmq='' port=8080 mllp_port='' configs=()
worker='' broker='' builder='' key=''

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --demo) demo=1; shift ;;
      --rabbitmq) rabbitmq=1; shift ;;
      --config)
        [ $# -ge 2 ] || die "--config wants a file."
        configs+=("$(cd "$started_in" && realpath -- "$2")")
        [ -f "${configs[-1]}" ] || die "There is no file $2."
        shift 2
        ;;
      --port)
        [[ ${2-} =~ ^[0-9]+$ ]] && [ "$2" -ge 1 ] && [ "$2" -le 65535 ] || die "--port wants a number from 1 to 65535."
        port=$2
        shift 2
        ;;
      --mllp-port)
        [[ ${2-} =~ ^[0-9]+$ ]] && [ "$2" -ge 1 ] && [ "$2" -le 65535 ] || die "--mllp-port wants a number from 1 to 65535."
        mllp_port=$2
        shift 2
        ;;
      -h | --help) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
      *) die "Unknown: $1. Usage: ./up.sh [--demo] [--rabbitmq] [--config FILE]… [--port N] [--mllp-port N]" ;;
    esac
  done

  if [ ${#configs[@]} = 0 ]; then
    configs=("$repo_root/samples/demo.json")
  elif [ -n "$demo" ]; then
    die "--demo brings its own configuration: leave out --config."
  fi
}

build() {
  local log=$build_log since=$SECONDS
  say "Restoring packages…"
  in_background "$log" dotnet restore src/IntegrationWorker $locked --disable-build-servers || build_failed "$log"
  say "Building…"
  in_background "$log" dotnet build src/IntegrationWorker --no-restore --configuration Release --disable-build-servers ||
    build_failed "$log"
  say "Built in $((SECONDS - since)) s."
}

# A signal interrupts a wait at once, but not a program in the foreground.
in_background() {
  local output=$1
  shift
  "$@" >"$output" 2>&1 </dev/null &
  builder=$!
  wait $builder || { builder=; return 1; }
  builder=
}

build_failed() {
  grep -E ': (error|warning) ' "$1" | sort -u | head -n 20 >&2 || tail -n 20 "$1" >&2
  die "The build failed."
}

# The listener of this run, unless the configuration has listeners of its own.
choose_mllp() {
  if grep -qi '"mllp"[[:space:]]*:' "${configs[@]}"; then
    [ -z "$mllp_port" ] || die "The configuration has listeners of its own (Mllp): leave out --mllp-port."
    return
  fi

  if port_answers "${mllp_port:-2575}"; then
    [ -z "$mllp_port" ] || die "Port $mllp_port is in use by $(who_listens "$mllp_port"): stop it, or choose another one with --mllp-port."
    warn "No MLLP: port 2575 is in use by $(who_listens 2575). Choose another one with --mllp-port."
    return
  fi

  export Mllp__0__Port=${mllp_port:-2575}
  mllp=mllp://127.0.0.1:$Mllp__0__Port
}

find_broker() {
  export Broker__Transport=rabbitmq
  if [ -n "${Broker__Uri:-}" ]; then
    say "RabbitMQ: the one of Broker__Uri."
    return
  fi

  export Broker__Uri=amqp://guest:guest@127.0.0.1:$broker_port/
  if port_answers $broker_port; then
    say "RabbitMQ: the one that answers on port $broker_port."
    return
  fi

  say "RabbitMQ: a private one, data in ./data/rabbitmq…"
  eng/rabbitmq.sh install
  eng/rabbitmq.sh start data/rabbitmq integration-worker $broker_port &
  broker=$!
  wait_until 90 $broker port_answers $broker_port || die "RabbitMQ did not start."
}

# run_worker VERB…: the program with the settings of this run.
run_worker() {
  local arguments=() file
  for file in "${configs[@]}"; do arguments+=(--config "$file"); done
  give_memory
  exec "$worker_program" "$@" "${arguments[@]}"
}

ready() { [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$address/health/ready")" = 200 ]; }

start_worker() {
  mkdir -p data/log
  say "Starting the worker…"
  run_worker run >"$log" 2>&1 </dev/null &
  worker=$!
  if ! wait_until 120 $worker ready; then
    tail -n 40 "$log" >&2
    kill -0 $worker 2>/dev/null && curl -s -m 5 "$address/health/ready" >&2 || true
    die "The worker did not become ready."
  fi
  say "Ready: $address${mllp:+ and $mllp} (log: $log)"
}

# The key of a new store. Later starts cannot show it again: only its hash is kept.
make_first_key() {
  key=$(run_worker keys create --role admin --name "the first key, by up.sh" --first 2>"$build_log") || {
    cat "$build_log" >&2
    die "No API key could be made."
  }
  [ -z "$key" ] || printf '\n%s\n\n  %s\n\n' "The first API key of this store, with the role admin. It is shown this once:" "$key"
}

# The demo of a later start makes a key of its own, for an hour.
make_demo_key() {
  demo_key=${key:-$(run_worker keys create --role integrator --name "up.sh --demo" --expires 1h 2>"$build_log")} || {
    cat "$build_log" >&2
    die "No API key could be made."
  }
}

send_to() { INTEGRATION_WORKER_KEY=$demo_key run_worker send "${@:2}" --to "$1"; }

# A key that the worker has applied shows up among the events.
applied() { curl -s -m 10 -H "Authorization: Bearer $demo_key" "$address/v1/events?after=0" | grep -q -F "$1"; }

send_samples() {
  local to=$address
  say "" && say "Sending the invented messages of samples/messages:"
  if [ -z "$rabbitmq" ]; then
    (send_to "$to" samples/messages) || return 1
  else
    # Each kind has a queue of its own, and a command needs its study to be there: so the orders go first.
    (send_to "$Broker__Uri" samples/messages/*.hl7) || return 1
    wait_until 60 $worker applied hl7/DEMORIS/EXAMPLE/DEMO-12 || return 1
    (send_to "$Broker__Uri" samples/messages/*.json) || return 1
    wait_until 60 $worker applied cmd/demo-ops/demo-14 || return 1
  fi
}

show_demo() {
  make_demo_key
  send_samples || true # One of them is meant to be rejected; the summary says how many were.
  say "" && say "Studies:"
  (run_worker studies list) || true
  say "" && say "Events:"
  (run_worker events list) || true
  say "" && say "Dead letters:"
  (run_worker dead-letters list) || true
}

say_what_next() {
  local bearer="-H \"Authorization: Bearer ${key:-\$KEY}\""
  say ""
  [ -n "$key" ] || say "KEY stands for an API key: the one that the first start showed, or one that 'keys create' makes (docs/operations.md)."
  if [ "${configs[0]}" = "$repo_root/samples/demo.json" ]; then
    cat <<NEXT
The configuration is samples/demo.json: an invented hospital. Send an invented order, then read what became of it:

  curl -s '$address/v1/messages?source=demo-ris' $bearer -H 'Content-Type: application/hl7-v2' --data-binary @samples/messages/01-new-order.hl7
  curl -s '$address/v1/events?after=0' $bearer

NEXT
    [ -z "$mllp" ] || say "The same over MLLP: $worker_program send samples/messages/01-new-order.hl7 --to $mllp" ""
    [ -n "$demo" ] || say "All samples at once: ./up.sh --demo. Your own settings: ./up.sh --config FILE."
  else
    say "Its events: curl -s '$address/v1/events?after=0' $bearer"
  fi
  say "Ctrl-C ends the worker$([ -z "$broker" ] || echo " and its broker")."
}

# stop PID SECONDS: asks, waits, and kills what does not listen.
stop() {
  local end=$((SECONDS + $2))
  kill -TERM "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.1; done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop_all() {
  trap '' INT TERM
  rm -f "$build_log"
  [ -z "$builder" ] || stop "$builder" 10
  [ -z "$worker" ] || stop "$worker" 40
  [ -z "$broker" ] || stop "$broker" 60
}

read_arguments "$@"
need_dotnet
if port_answers "$port"; then
  die "Port $port is in use by $(who_listens "$port"): stop it, or choose another one with --port."
fi
mllp=
choose_mllp
build_log=$(mktemp)
trap stop_all EXIT
trap 'say "Stopping…"; exit 0' INT TERM

address=http://127.0.0.1:$port
log=data/log/worker-$port.log
export Http__Urls=$address
locked=
[ "${CI:-}" != true ] || locked=--locked-mode

command -v curl >/dev/null || install_packages curl
build
[ -z "$rabbitmq" ] || find_broker
start_worker
make_first_key
[ -z "$demo" ] || show_demo
say_what_next

result=0
wait "$worker" || result=$?
tail -n 40 "$log" >&2
worker=
die "The worker ended by itself (exit code $result)."
