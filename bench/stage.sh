# The stage of a benchmark: a cluster, records, people, a server, runs of load, and figures; read by `source` after scripts/lib.sh. stage_open
# installs, builds and sees to it that all is stopped at the end.
#
# Settings, by environment: ZOUFANG_BENCH_BIN, ZOUFANG_BENCH_VAR (scripts/bench).
# shellcheck shell=bash disable=SC2034,SC2119,SC2120

city=150400000000
county=150424000000
supervised=$county       # by `supervisor`
officers=32              # one a client, for a push takes its user's lock
clients=32
database_connections=16  # the server's, and the ceiling's
push_items=50
visits_known=50000       # at most so many are asked for
warm_s=0.5
start_limit_s=60

bin=${ZOUFANG_BENCH_BIN:-$root/build/release/bin}
var=$(realpath -m "${ZOUFANG_BENCH_VAR:-$root/var/bench}")
cluster=$var/postgres
keeps_cluster=false
zoufang=$bin/zoufang
log=$var/server.log
password=$(random_word)
export ZOUFANG_SEAL_KEY_FILE=$var/seal.key ZOUFANG_INDEX_KEY_FILE=$var/index.key

# --- Opening and closing -------------------------------------------------------------------------------------------

server=
bare=
# stop NAME: of a variable that holds a process.
stop() {
  local -n process=$1
  [ -n "$process" ] || return 0
  kill -TERM "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
  process=
}

stop_all() {
  trap - EXIT INT TERM
  stop bare
  stop server
  $keeps_cluster || "$root/scripts/cluster" stop "$cluster" || true
}

# stage_open [PURPOSE…]: of scripts/packages, besides those of the server and the load.
stage_open() {
  if [ -z "${ZOUFANG_BENCH_BIN:-}" ]; then
    "$root/scripts/packages" build run "$@"
    build_preset release zoufang bench_load bench_replay bench_bare
  fi
  trap stop_all EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# --- The database --------------------------------------------------------------------------------------------------

ask_owner() { PGOPTIONS="-c search_path=zoufang" /usr/lib/postgresql/15/bin/psql -XAtq "$owner_url" -v ON_ERROR_STOP=1 -c "$1"; }

owner_command() { ZOUFANG_DB_OWNER_URL=$owner_url "$zoufang" "$@" >/dev/null; }

postmaster() { head -n 1 "$(readlink -f "$cluster/data")/postmaster.pid"; }

# use_database URLS: as scripts/cluster prints them.
use_database() {
  owner_url=$(sed -n 's/^ZOUFANG_DB_OWNER_URL=//p' <<<"$1")
  ZOUFANG_DB_URL=$(sed -n 's/^ZOUFANG_DB_URL=//p' <<<"$1")
  export ZOUFANG_DB_URL
}

# A cluster as an operator would have it, but for one thing: no checkpoint shall fall into one run and not into another.
start_database() {
  local urls
  if [ -d "$var" ]; then
    "$root/scripts/cluster" stop "$cluster"
    as_root rm -rf "$(readlink -f "$cluster/data")" "$var"
  fi
  mkdir -p "$var/officers" "$var/supervisors"
  urls=$("$root/scripts/cluster" start "$cluster")
  use_database "$urls"
  ask_owner "alter system set max_wal_size = '16GB'"
  ask_owner "alter system set checkpoint_timeout = '1h'"
  ask_owner 'select pg_reload_conf()' >/dev/null
}

make_keys() {
  "$zoufang" keys make "$ZOUFANG_SEAL_KEY_FILE" >/dev/null
  "$zoufang" keys make "$ZOUFANG_INDEX_KEY_FILE" >/dev/null
}

# add_user USERNAME ROLE REGION REGION_OF_OFFICE
add_user() {
  ZOUFANG_USER_PASSWORD=$password owner_command user add "$1" --name "$1" --role "$2" --region "$3" --office-region "$4" \
    --from "$(date -d '40 days ago' +%F)" --if-missing
}

set_password() { ZOUFANG_USER_PASSWORD=$password owner_command user password "$1"; }

# Officers of the county's townships in turn, and in each township two who go along.
add_people() {
  local number townships
  mapfile -t townships < <(ask_owner "select code from region where level = 4 and code / 1000000 = ${county::6} order by code")
  for number in $(seq 0 $((officers - 1))); do
    add_user "officer.$number" officer $county "${townships[number % ${#townships[@]}]}"
  done
  for number in "${!townships[@]}"; do
    add_user "member.$number.a" officer $county "${townships[number]}"
    add_user "member.$number.b" officer $county "${townships[number]}"
  done
  add_user supervisor supervisor "$supervised" "$supervised"
}

# fill_database [REGIONS_FILE]
fill_database() {
  make_keys
  owner_command migrate
  owner_command regions import "${1:-$root/data/regions-chifeng.csv}"
  owner_command offices make
  add_people
}

# --- The server ----------------------------------------------------------------------------------------------------

# start_server [NAME=VALUE…]: more of its settings.
start_server() {
  local line
  : >"$log"
  env ZOUFANG_HTTP_LISTEN=127.0.0.1:0 ZOUFANG_GRPC_LISTEN=127.0.0.1:0 ZOUFANG_METRICS_LISTEN=127.0.0.1:0 \
    ZOUFANG_WORKERS=$database_connections "$@" "$zoufang" serve >>"$log" 2>&1 &
  server=$!
  line=$(await_serving "$log" "$server" $start_limit_s) || die "the server does not start"
  rest=$(port_in http_port "$line")
  grpc=$(port_in grpc_port "$line")
}

# A call over REST with somebody's token: ask_rest TOKEN PATH
ask_rest() { curl --silent --fail-with-body --max-time 60 -H "Authorization: Bearer $1" "http://127.0.0.1:$rest$2"; }

token_of() {
  curl --silent --fail-with-body --max-time 20 "http://127.0.0.1:$rest/v1/auth:login" \
    --json "{\"username\":\"$1\",\"password\":\"$password\",\"device\":{\"id\":\"$(cat /proc/sys/kernel/random/uuid)\"}}" |
    sed 's/.*"accessToken": *"\([^"]*\)".*/\1/'
}

# Who asks, and about what, as the programs read it.
write_people() {
  local folder number
  for number in $(seq 0 $((officers - 1))); do
    printf '%s\n' "$(token_of "officer.$number")" >&3
    ask_owner "select m.id from account o join account m using (office_id)
      where o.username = 'officer.$number' and m.username like 'member.%' order by m.username" >&4
  done 3>"$var/officers/tokens" 4>"$var/officers/team"
  printf '%s\n' "$(token_of supervisor)" >"$var/supervisors/tokens"
  : >"$var/supervisors/team"
  for folder in officers supervisors; do
    ask_owner "select code from region where level = 5 and code / 1000000 = ${county::6} order by code" >"$var/$folder/regions"
    : >"$var/$folder/visits"
    : >"$var/$folder/cursors"
  done
}

# push_visits HOW_MANY: by the officers, each as many.
push_visits() {
  "$bin/bench_load" ask --speech grpc --port "$grpc" --people "$var/officers" --workload push --calls $(($1 / push_items)) >/dev/null
}

# What the supervisor may ask for, after what PostgreSQL tidies up by itself in time.
settle_visits() {
  ask_owner 'vacuum analyze'
  ask_owner 'checkpoint'
  ask_owner "select id from visit where current_code between ${county::6}000000 and ${county::6}999999 limit $visits_known" >"$var/supervisors/visits"
}

# The cursor behind all that there is for somebody: cursor_of TOKEN
cursor_of() {
  local cursor='' page more=true
  while [ "$more" = true ]; do
    page=$(ask_rest "$1" "/v1/sync:pull?pageSize=500&cursor=$cursor") || die "a pull failed"
    cursor=$(sed -nE 's/.*"cursor": *"([^"]*)".*/\1/p' <<<"$page")
    more=$(sed -nE 's/.*"more": *(true).*/\1/p' <<<"$page")
  done
  echo "$cursor"
}

# Each officer is to be told of 50 changes, whenever he asks.
make_cursors() {
  local token
  while read -r token; do cursor_of "$token"; done <"$var/officers/tokens" >"$var/officers/cursors"
  push_visits $((officers * push_items))
}

# --- Runs ----------------------------------------------------------------------------------------------------------

# Officers write and pull; their supervisor reads.
people_for() { case $1 in create | push | pull) echo "$var/officers" ;; *) echo "$var/supervisors" ;; esac }

# run KIND CASE PORT SECONDS [OPTION VALUE…]: the line of one run. KIND: ceiling, grpc, rest.
run() {
  local program=(ask --speech "$1" --port "$3" --connections "$clients" --server "${bare:-$server}")
  local file=$bin/bench_load
  if [ "$1" = ceiling ]; then
    file=$bin/bench_replay
    program=(run --database "$ZOUFANG_DB_URL" --seal-key "$ZOUFANG_SEAL_KEY_FILE" --index-key "$ZOUFANG_INDEX_KEY_FILE"
      --connections "$database_connections")
  fi
  "$file" "${program[@]}" --people "$(people_for "$2")" --workload "$2" --warm $warm_s --seconds "$4" --postmaster "$(postmaster)" "${@:5}"
}

value_in() { sed -nE "s/.*(^| )$1=([0-9.]+).*/\2/p" <<<"$2"; }

# start_bare KIND ANSWER_BYTES
start_bare() {
  : >"$var/bare"
  "$bin/bench_bare" "$1" --answer "$2" >"$var/bare" &
  bare=$!
  until bare_port=$(sed -n 's/^port=//p' "$var/bare") && [ -n "$bare_port" ]; do
    kill -0 $bare || die "the bare transport does not start"
    sleep 0.05
  done
}

# --- Figures -------------------------------------------------------------------------------------------------------

declare -A figures
names=() # of figures, in order
figure() {
  [ -n "${figures[$1]:-}" ] || names+=("$1")
  figures[$1]=$2
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", (b > 0 ? a / b : 0) }'; }

# write_json FILE: a flat object.
write_json() {
  local name separator=
  mkdir -p "$(dirname "$1")"
  {
    echo "{"
    for name in "${names[@]}"; do
      printf '%s  "%s": %s' "$separator" "$name" "${figures[$name]}"
      separator=$',\n'
    done
    printf '\n}\n'
  } >"$1"
}

# aim NAME RELATION VALUE
aim() {
  local got=${figures[$1]:-} word
  [ -n "$got" ] || return 0
  word=$(awk -v got="$got" -v aim="$3" -v relation="$2" 'BEGIN { print (relation == ">=" ? got >= aim : got <= aim) ? "met" : "missed" }')
  printf '  %-28s %8s   aim %s %-5s %s\n' "$1" "$got" "$2" "$3" "$word"
}

print_settings() {
  local name
  printf '%s, %s cores, load %s, ' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(cut -d ' ' -f 1 /proc/loadavg)"
  ask_owner 'show server_version'
  for name in fsync full_page_writes synchronous_commit shared_buffers max_wal_size; do
    printf '%s=%s ' "$name" "$(ask_owner "show $name")"
  done
  echo
}
