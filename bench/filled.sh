# A server on generated records, for what is measured on many of them; read by `source` after scripts/lib.sh. filled_open sets `rest`, `server`,
# `supervisor` (who signs in with ZOUFANG_GENERATE_PASSWORD), `last_year` and `url`'s answers; all is stopped at the end.
#
# Settings, by environment:
#
#   ZOUFANG_BENCH_BIN       a folder with the program; it is built where that is not given
#   ZOUFANG_BENCH_FILLED    a folder of scripts/cluster that is filled already with everybody's password ZOUFANG_GENERATE_PASSWORD; it is left running
# shellcheck shell=bash disable=SC2034,SC2154

filled_start_limit_s=60
filled_deadline_ms=300000 # nothing fails because it is slow
filled_var=$root/var/bench-filled
filled_urls=
filled_bin=
supervisor=user.1
last_year=$(($(date +%Y) - 1))
server=

filled_close() {
  trap - EXIT INT TERM
  [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  [ -n "${ZOUFANG_BENCH_FILLED:-}" ] || "$root/scripts/cluster" stop "$filled_var/postgres" || true
}

# The connection of the owner or of the serving role: url OWNER_URL, url URL
url() { sed -n "s/^ZOUFANG_DB_$1=//p" <<<"$filled_urls"; }

filled_fill() {
  if [ -d "$filled_var/postgres" ]; then
    "$root/scripts/cluster" stop "$filled_var/postgres"
    as_root rm -rf "$(readlink -f "$filled_var/postgres/data")" "$filled_var/postgres"
  fi
  filled_urls=$("$root/scripts/cluster" start "$filled_var/postgres")
  ZOUFANG_GENERATE_PASSWORD=$(random_word)
  export ZOUFANG_GENERATE_PASSWORD
  ZOUFANG_DB_OWNER_URL=$(url OWNER_URL) ZOUFANG_GENERATE_BIN=$filled_bin "$root/scripts/generate" --leads "$1" --visits "$2"
}

filled_serve() {
  local line log=$filled_var/server.log
  export ZOUFANG_SEAL_KEY_FILE=$filled_var/seal.key ZOUFANG_INDEX_KEY_FILE=$filled_var/index.key
  rm -f "$ZOUFANG_SEAL_KEY_FILE" "$ZOUFANG_INDEX_KEY_FILE"
  "$filled_bin/zoufang" keys make "$ZOUFANG_SEAL_KEY_FILE" >/dev/null
  "$filled_bin/zoufang" keys make "$ZOUFANG_INDEX_KEY_FILE" >/dev/null
  : >"$log"
  ZOUFANG_DB_URL=$(url URL) ZOUFANG_HTTP_LISTEN=127.0.0.1:0 ZOUFANG_GRPC_LISTEN=127.0.0.1:0 ZOUFANG_METRICS_LISTEN=127.0.0.1:0 \
    ZOUFANG_DEADLINE_MS=$filled_deadline_ms ZOUFANG_DEADLINE_MAX_MS=$filled_deadline_ms \
    "$filled_bin/zoufang" serve >"$log" 2>&1 &
  server=$!
  line=$(await_serving "$log" "$server" $filled_start_limit_s) || die "the server does not start"
  rest=127.0.0.1:$(port_in http_port "$line")
}

# filled_open LEADS VISITS
filled_open() {
  if [ -z "${ZOUFANG_BENCH_BIN:-}" ]; then
    build_preset release zoufang
  fi
  filled_bin=${ZOUFANG_BENCH_BIN:-$root/build/release/bin}
  mkdir -p "$filled_var"
  trap filled_close EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ -n "${ZOUFANG_BENCH_FILLED:-}" ]; then
    filled_urls=$("$root/scripts/cluster" urls "$ZOUFANG_BENCH_FILLED")
  else
    filled_fill "$1" "$2"
  fi
  filled_serve
}
