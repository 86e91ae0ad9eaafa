#!/usr/bin/env bash
# A private RabbitMQ: one node with data, cookie, port mapper and logs of its own, on the loopback address only.
#
#   eng/rabbitmq.sh install                    installs the server when it is missing
#   eng/rabbitmq.sh start DIR NAME PORT        runs it in the foreground until SIGTERM or SIGINT; user guest, password guest
#   eng/rabbitmq.sh ctl DIR COMMAND…           rabbitmqctl against the node of DIR
#
# PORT is for AMQP. The next ones are taken too: +1 management, +2 clustering, +3 port mapper, +4 to +9 rabbitmqctl.
# RABBITMQ_PLUGINS: comma-separated, default rabbitmq_management.
# Prints problems only; it is ready when PORT answers.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The programs themselves: the wrappers in /usr/sbin change user and lose the environment.
programs=/usr/lib/rabbitmq/bin

install_broker() {
  [ -x $programs/rabbitmq-server ] || install_packages rabbitmq-server
}

# Fills the array "account" with the prefix that changes to the right user. The node then dies with this script.
choose_account() {
  account=(setpriv --pdeathsig TERM)
  if [ "$(id -u)" = 0 ] && can_enter rabbitmq "$1"; then
    account+=(--reuid=rabbitmq --regid=rabbitmq --clear-groups)
  fi
}

write_settings() {
  local dir=$1 name=$2 port=$3 plugins=${RABBITMQ_PLUGINS-rabbitmq_management}

  {
    echo "listeners.tcp.local = 127.0.0.1:$port"
    echo "log.console = false"
    if [[ $plugins == *rabbitmq_management* ]]; then
      echo "management.tcp.ip = 127.0.0.1"
      echo "management.tcp.port = $((port + 1))"
    fi
  } >"$dir/rabbitmq.conf"
  echo "[$plugins]." >"$dir/plugins"

  cat >"$dir/environment" <<SETTINGS
export HOME='$dir/home'
export RABBITMQ_NODENAME='$name@localhost'
export RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_CONFIG_FILE='$dir/rabbitmq.conf'
export RABBITMQ_ENABLED_PLUGINS_FILE='$dir/plugins'
export RABBITMQ_MNESIA_BASE='$dir/data'
export RABBITMQ_LOG_BASE='$dir/log'
export RABBITMQ_DIST_PORT=$((port + 2))
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
export RABBITMQ_CTL_DIST_PORT_MIN=$((port + 4)) RABBITMQ_CTL_DIST_PORT_MAX=$((port + 9))
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 3))
SETTINGS
}

start() {
  local dir=$1 name=$2 port=$3
  install_broker
  mkdir -p "$dir"/{data,log,home}
  dir=$(cd "$dir" && pwd)
  ! port_answers "$port" || die "RabbitMQ cannot start: port $port is in use."

  write_settings "$dir" "$name" "$port"
  if [ "$(id -u)" = 0 ] && setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups test -x "$(dirname "$dir")"; then
    chown -R rabbitmq:rabbitmq "$dir"
  fi
  choose_account "$dir"
  # shellcheck disable=SC1091
  . "$dir/environment"
  cd "$dir"

  # Both are started right here and not in a function, or $! would be a shell in between that passes no signal on.
  # An own port mapper: else the node starts a daemon that outlives it.
  "${account[@]}" epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" >>log/epmd.log 2>&1 &
  local mapper=$!
  # The variable makes the start script exec the virtual machine, which gives one process to signal.
  RUNNING_UNDER_SYSTEMD=true "${account[@]}" $programs/rabbitmq-server >>log/console.log 2>&1 &
  local node=$! asked_to_stop= result=0
  echo $node >pid

  trap 'asked_to_stop=1; kill -TERM $node 2>/dev/null || true' TERM INT
  while kill -0 $node 2>/dev/null; do
    result=0
    wait $node || result=$?
  done
  kill $mapper 2>/dev/null || true
  wait $mapper 2>/dev/null || true
  rm -f pid
  if [ -z "$asked_to_stop" ] && [ $result != 0 ]; then
    tail -n 15 log/console.log >&2
    die "RabbitMQ ended by itself (exit code $result); its log is in $dir/log."
  fi
}

ctl() {
  local dir
  dir=$(cd "$1" && pwd)
  shift
  choose_account "$dir"
  # shellcheck disable=SC1091
  . "$dir/environment"
  cd "$dir"
  exec "${account[@]}" $programs/rabbitmqctl -q "$@"
}

case ${1-} in
  install) install_broker ;;
  start) [ $# = 4 ] || die "usage: eng/rabbitmq.sh start DIR NAME PORT"; start "$2" "$3" "$4" ;;
  ctl) [ $# -ge 3 ] || die "usage: eng/rabbitmq.sh ctl DIR COMMAND…"; shift; ctl "$@" ;;
  *) die "usage: eng/rabbitmq.sh install | start DIR NAME PORT | ctl DIR COMMAND…" ;;
esac
