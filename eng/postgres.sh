#!/usr/bin/env bash
# A private PostgreSQL with data of its own, on the loopback address only, password authentication.
#
#   eng/postgres.sh install                         installs a server when none is there
#   eng/postgres.sh start DIR PORT [--durable]      runs it in the foreground until SIGTERM or SIGINT
#   eng/postgres.sh ready PORT                      exit code 0 when it takes connections
#
# User and first database: worker / postgres; the password is POSTGRES_PASSWORD at the first start, default "worker".
# Without --durable it does not wait for the disk: fast, and right for tests that never lose power or kill the server.
# Prints problems only.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

newest() { find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/postgres' 2>/dev/null | sort -V | tail -n 1; }

install_server() {
  [ -n "$(newest)" ] || install_packages postgresql
  [ -n "$(newest)" ] || die "No PostgreSQL server found under /usr/lib/postgresql."
}

# The programs that fit the data in DIR, else the newest there are.
find_programs() {
  programs=$(dirname "$(newest)")
  if [ -s "$1/data/PG_VERSION" ]; then
    local version
    version=$(cat "$1/data/PG_VERSION")
    programs=/usr/lib/postgresql/$version/bin
    [ -x "$programs/postgres" ] || die "The data in $1 needs PostgreSQL $version, which is not installed."
  fi
}

start() {
  local dir=$1 port=$2 durable=${3-}
  install_server
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  find_programs "$dir"
  ! port_answers "$port" || die "PostgreSQL cannot start: port $port is in use."

  local account=(setpriv --pdeathsig INT)
  if [ "$(id -u)" = 0 ]; then # The server refuses to run as root.
    chown postgres:postgres "$dir"
    can_enter postgres "$dir" || die "PostgreSQL cannot use $dir: the user postgres may not enter it."
    account+=(--reuid=postgres --regid=postgres --clear-groups)
  fi
  chmod 700 "$dir"
  cd "$dir"

  if [ ! -s data/PG_VERSION ]; then
    "${account[@]}" bash -c '"$1"/initdb -D data -U worker --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
      --no-sync --pwfile=<(printf %s "$2") >initdb.log 2>&1' _ "$programs" "${POSTGRES_PASSWORD:-worker}" ||
      { cat initdb.log >&2; die "PostgreSQL could not create its data in $dir."; }
  fi

  local settings=(-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200)
  if [ "$durable" != --durable ]; then
    settings+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  fi
  "${account[@]}" "$programs/postgres" -D data -p "$port" "${settings[@]}" >>server.log 2>&1 &
  local server=$! asked_to_stop= result=0

  # SIGINT is the fast shutdown: it does not wait for clients to leave.
  trap 'asked_to_stop=1; kill -INT $server 2>/dev/null || true' TERM INT
  while kill -0 $server 2>/dev/null; do
    result=0
    wait $server || result=$?
  done
  if [ -z "$asked_to_stop" ] && [ $result != 0 ]; then
    tail -n 15 server.log >&2
    die "PostgreSQL ended by itself (exit code $result); its log is $dir/server.log."
  fi
}

case ${1-} in
  install) install_server ;;
  start) [ $# = 3 ] || [ "${4-}" = --durable ] || die "usage: eng/postgres.sh start DIR PORT [--durable]"; start "$2" "$3" "${4-}" ;;
  ready) find_programs /nonexistent; exec "$programs/pg_isready" -q -h 127.0.0.1 -p "$2" ;;
  *) die "usage: eng/postgres.sh install | start DIR PORT [--durable] | ready PORT" ;;
esac
