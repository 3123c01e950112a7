# A server with everything it needs, for tests that are scripts: a scratch cluster, keys, regions, people; read by `source` after
# scripts/lib.sh. world_open sets `work`, `rest`, `grpc` and `metrics`; whoever opens it calls world_close at the end.
# shellcheck shell=bash disable=SC2034

zoufang=${ZOUFANG_TEST_BINARY:-$root/build/asan/bin/zoufang}
world_password=correct-horse-battery
world_start_limit_s=60
world_stop_limit_s=30
work=
world_server=

# username role region, one a line
world_people() {
  echo officer.linxi officer 150424000000
  echo supervisor.linxi supervisor 150424000000
}

world_open() {
  local username role region
  work=$(mktemp -d "${TMPDIR:-/tmp}/zoufang-world-XXXXXX")
  chmod 711 "$work"
  "$root/scripts/cluster" start --scratch "$work/postgres" >"$work/urls"
  ZOUFANG_DB_OWNER_URL=$(sed -n 's/^ZOUFANG_DB_OWNER_URL=//p' "$work/urls")
  ZOUFANG_DB_URL=$(sed -n 's/^ZOUFANG_DB_URL=//p' "$work/urls")
  export ZOUFANG_DB_OWNER_URL ZOUFANG_DB_URL ZOUFANG_SEAL_KEY_FILE=$work/seal.key ZOUFANG_INDEX_KEY_FILE=$work/index.key
  "$zoufang" keys make "$ZOUFANG_SEAL_KEY_FILE"
  "$zoufang" keys make "$ZOUFANG_INDEX_KEY_FILE"
  "$zoufang" migrate
  "$zoufang" regions import "$root/data/regions-chifeng.csv"
  "$zoufang" offices make
  while read -r username role region; do
    ZOUFANG_USER_PASSWORD=$world_password "$zoufang" user add "$username" --name "$username" --role "$role" --region "$region" \
      --from "$(date -d '40 days ago' +%F)" --office-region "$region"
  done < <(world_people)
  unset ZOUFANG_DB_OWNER_URL
  world_serve
}

# Starts the server on free ports and reads them off its first line.
world_serve() {
  local line
  ZOUFANG_HTTP_LISTEN=127.0.0.1:0 ZOUFANG_GRPC_LISTEN=127.0.0.1:0 ZOUFANG_METRICS_LISTEN=127.0.0.1:0 \
    "$zoufang" serve >>"$work/log" 2>&1 &
  world_server=$!
  line=$(await_serving "$work/log" "$world_server" "$world_start_limit_s") || return 1
  rest=127.0.0.1:$(port_in http_port "$line")
  grpc=127.0.0.1:$(port_in grpc_port "$line")
  metrics=127.0.0.1:$(port_in metrics_port "$line")
}

# Prints an access token: world_token USERNAME
world_token() {
  curl --silent --fail-with-body --max-time 20 "http://$rest/v1/auth:login" \
    --json "{\"username\":\"$1\",\"password\":\"$world_password\",\"device\":{\"id\":\"$(cat /proc/sys/kernel/random/uuid)\"}}" |
    sed 's/.*"accessToken": *"\([^"]*\)".*/\1/'
}

# SIGTERM, and the server's exit code.
world_stop() {
  local status=0
  [ -n "$world_server" ] || return 0
  kill -TERM "$world_server" 2>/dev/null || true
  timeout "$world_stop_limit_s" tail --pid="$world_server" -f /dev/null || kill -KILL "$world_server"
  wait "$world_server" || status=$?
  world_server=
  return $status
}

world_close() {
  [ -n "$work" ] || return 0
  world_stop >/dev/null 2>&1 || true
  "$root/scripts/cluster" stop "$work/postgres" || true
  as_root rm -rf "$work"
}
