#!/usr/bin/env bash
# Runs what needs a container engine on a machine that has none: the acceptance tests' container path, and docker-compose.
#
#   eng/podman-acceptance.sh [FOLDER]
#
# Podman is installed by apt, its storage and socket stand in FOLDER (default: a new temporary one, removed at the end; one that is
# named is kept, and makes the next run fast). The images are built from distribution packages; no image registry is asked.
# TEST_CLASS names the test class, default RabbitMqBrokerTests. For root; containers get user-mode networking on loopback ports.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$repo_root"

[ "$(id -u)" = 0 ] || die "This script builds a root file system and therefore runs as root."
kept=${1-}
folder=${kept:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rabbit_image=localhost/integration-worker-rabbitmq:3-management
service='' ticker=''
# Processes of this run, and of no other podman on the machine: their arguments name its folder.
helpers="(conmon|podman|slirp4netns) .*$folder/"

clean_up() {
  [ -z "$ticker" ] || { kill "$ticker" 2>/dev/null; wait "$ticker" 2>/dev/null; } || true
  if [ -n "$service" ]; then
    podman rm --all --force --volumes --time 5 >/dev/null 2>&1 || true
    kill "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
  fi
  # Each container's monitor starts one more podman to tidy up, which mounts the storage onto itself again.
  local end=$((SECONDS + 15))
  while pgrep -f "$helpers" >/dev/null && [ $SECONDS -lt $end ]; do sleep 0.2; done
  local left
  for left in $(pgrep -f "$helpers"); do kill -KILL "$left" 2>/dev/null || true; done
  while umount "$folder/storage/overlay" 2>/dev/null; do :; done
  [ -n "$kept" ] || rm -rf "$folder"
}

# Settings that work in a container or a small virtual machine: no systemd, either version of control groups, few rights.
configure_podman() {
  mkdir -p "$folder/run" "$folder/storage"
  cat >"$folder/storage.conf" <<SETTINGS
[storage]
driver = "overlay"
graphroot = "$folder/storage"
runroot = "$folder/run/containers"
SETTINGS
  cat >"$folder/containers.conf" <<SETTINGS
[containers]
netns = "slirp4netns"
log_driver = "k8s-file"
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "$folder/run/libpod"

[network]
network_backend = "netavark"
SETTINGS
  export CONTAINERS_STORAGE_CONF=$folder/storage.conf CONTAINERS_CONF=$folder/containers.conf TMPDIR=$folder/run
  export DOCKER_HOST=unix://$folder/podman.sock
  # Inside a container the tests would take the bridge's address for the engine's; the cleaning container is not to be had.
  export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 TESTCONTAINERS_RYUK_DISABLED=true
}

# An image that takes the same environment variables as the usual one.
build_rabbit_image() {
  ! podman image exists $rabbit_image || return 0
  local context=$folder/image release
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  rm -rf "$context" && mkdir -p "$context"
  debootstrap --variant=minbase --include=rabbitmq-server "$release" "$context/root" >"$folder/debootstrap.log" 2>&1 ||
    { tail -n 20 "$folder/debootstrap.log" >&2; die "The root file system of the image could not be built."; }
  rm -rf "$context"/root/var/cache/apt/archives/*.deb "$context"/root/var/lib/apt/lists/*

  cat >"$context/start" <<'START'
#!/bin/sh
set -eu
cat >/etc/rabbitmq/rabbitmq.conf <<SETTINGS
loopback_users = none
listeners.tcp.default = 5672
management.tcp.port = 15672
log.console = true
default_user = ${RABBITMQ_DEFAULT_USER:-guest}
default_pass = ${RABBITMQ_DEFAULT_PASS:-guest}
SETTINGS
echo '[rabbitmq_management].' >/etc/rabbitmq/enabled_plugins
chown -R rabbitmq: /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
# Logs to the console: readiness is read from them. One process: it gets the engine's stop signal.
export RABBITMQ_LOGS=- RUNNING_UNDER_SYSTEMD=true
exec setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups rabbitmq-server
START
  chmod 755 "$context/start"
  tar -C "$context/root" -c . | podman import --quiet - localhost/integration-worker-rabbitmq-root >/dev/null
  cat >"$context/Containerfile" <<'FILE'
FROM localhost/integration-worker-rabbitmq-root
ENV HOME=/var/lib/rabbitmq PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY start /usr/local/bin/start
EXPOSE 5672 15672
VOLUME /var/lib/rabbitmq
ENTRYPOINT ["/usr/local/bin/start"]
FILE
  podman build --quiet --network none --ignorefile /dev/null --tag $rabbit_image "$context" >/dev/null
  rm -rf "$context"
}

serve() {
  podman system service --time 0 "$DOCKER_HOST" >"$folder/service.log" 2>&1 &
  service=$!
  wait_until 30 $service test -S "$folder/podman.sock" || { cat "$folder/service.log" >&2; die "podman does not serve."; }
}

run_tests() {
  say "Acceptance tests on containers…"
  dotnet build tests/IntegrationWorker.AcceptanceTests --configuration Release --disable-build-servers >"$folder/build.log" 2>&1 ||
    { grep ': error ' "$folder/build.log" | sort -u >&2; die "The build failed."; }
  TEST_RABBITMQ_IMAGE=$rabbit_image tests/IntegrationWorker.AcceptanceTests/bin/Release/net10.0/IntegrationWorker.AcceptanceTests \
    -noLogo -noColor -class "*.${TEST_CLASS:-RabbitMqBrokerTests}" -result-xml "$folder/report.xml"
  ! grep -q '<assembly [^>]* total="0"' "$folder/report.xml" || die "There is no test class ${TEST_CLASS:-RabbitMqBrokerTests}."
}

# There is no systemd that would run the health checks by its timers, and without them nothing ever becomes healthy.
tick_health_checks() {
  while sleep 1; do
    for container in $(podman ps --quiet); do
      podman healthcheck run "$container" >/dev/null 2>&1 || true
    done
  done
}

run_compose() {
  say "docker-compose up…"
  # Each container would have a loopback of its own; the others move into the broker's.
  cat >"$folder/compose.override.yml" <<'OVERRIDE'
services:
  rabbitmq: { network_mode: slirp4netns, ports: ["127.0.0.1:8080:8080"] }
  postgres: { network_mode: "service:rabbitmq" }
  worker: { network_mode: "service:rabbitmq" }
OVERRIDE
  sed -e '/^  worker:/,/^volumes:/{/^    ports:/,/^    volumes:/{/^    volumes:/!d}}' docker-compose.yml >"$folder/compose.yml"
  export RABBITMQ_IMAGE=$rabbit_image RABBITMQ_HOST=127.0.0.1 POSTGRES_HOST=127.0.0.1 COMPOSE_PROJECT_NAME=integration-worker-try
  local compose=(docker-compose --project-directory . --env-file samples/compose.env -f "$folder/compose.yml" -f "$folder/compose.override.yml")

  local services=(rabbitmq)
  if podman image exists "${POSTGRES_IMAGE:-postgres:17}" && podman image exists "${WORKER_IMAGE:-study-integration-worker}"; then
    services=(rabbitmq postgres worker)
  fi
  tick_health_checks &
  ticker=$!
  "${compose[@]}" up -d --no-build "${services[@]}" >"$folder/compose.log" 2>&1 || { tail -n 20 "$folder/compose.log" >&2; die "docker-compose up failed."; }
  wait_until 120 $service all_healthy || { podman ps -a >&2; die "Not every container became healthy."; }
  podman ps --format '{{.Names}}: {{.Status}}'
  "${compose[@]}" down --volumes >>"$folder/compose.log" 2>&1
  say "docker-compose: ${services[*]} became healthy and stopped again."
}

all_healthy() {
  local container
  for container in $(podman ps --quiet); do
    [ "$(podman inspect --format '{{.State.Healthcheck.Status}}' "$container")" = healthy ] || return 1
  done
}

need_dotnet
trap clean_up EXIT
trap 'exit 130' INT TERM
install_packages podman runc slirp4netns conmon netavark debootstrap docker-compose
configure_podman
say "Building the broker's image (a minute the first time)…"
build_rabbit_image
serve
run_tests
run_compose
say "All done."
