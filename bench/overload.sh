# What the server does when ten times as much is asked of it as it can do; read by `source` in scripts/bench, whose stage it has.
#
# First what it can do: CreateVisit by 32 clients, one call after another. Then a crowd asks, evenly spaced, ten times as often, for a minute:
# of all accounts from eight addresses, which fills the queue; and from one address, which meets that address's bound. Beside it somebody
# elsewhere asks for the server's health, signs in and looks up who he is, again and again. What it can do is measured before and after each
# crowd, and the mean is what the crowd's is compared with.
#
# Settings, by environment: ZOUFANG_BENCH_SPEECHES, "grpc rest"; ZOUFANG_BENCH_SECONDS, 60.
# shellcheck shell=bash disable=SC2154

overload_times=10
overload_s=${ZOUFANG_BENCH_SECONDS:-60}
overload_speeches=${ZOUFANG_BENCH_SPEECHES:-grpc rest}
overload_peak_s=5
overload_connections=2600 # more than may wait
overload_beside=127.0.0.200

# What is asked beside the crowd, one after the other: a line "NAME CODE SECONDS" each.
overload_ask_beside() {
  local url=http://127.0.0.1:$rest body times="%{http_code} %{time_total}\n"
  while :; do
    body="{\"username\":\"supervisor\",\"password\":\"$password\",\"device\":{\"id\":\"$(cat /proc/sys/kernel/random/uuid)\"}}"
    curl -so /dev/null --interface $overload_beside --max-time 30 -w "health $times" "$url/healthz" || true
    curl -so /dev/null --interface $overload_beside --max-time 30 -w "login $times" "$url/v1/auth:login" --json "$body" || true
    curl -so /dev/null --interface $overload_beside --max-time 30 -w "whoami $times" "$url/v1/auth:whoami" \
      -H "Authorization: Bearer $(cat "$var/supervisors/tokens")" || true
    sleep 0.2
  done
}

# overload_told NAME: how many of them were answered well, of how many, and how long half of them and all of them took at most.
overload_told() {
  awk -v name="$1" '$1 == name { n++; good += $2 == 200; print $3 * 1000 > "/dev/stderr" } END { printf "%d of %d", good, n }' "$var/beside" \
    2>"$var/beside_ms"
  sort -g "$var/beside_ms" | awk '{ of[NR] = $1 } END { if (NR) printf ", %.0f ms, %.0f at most", of[int((NR + 1) / 2)], of[NR] }'
}

overload_peak() { value_in rate "$(run "$1" create "${!1}" $overload_peak_s)"; }

# overload_crowd KIND ADDRESSES: with what it can do before in `peak`, and afterwards.
overload_crowd() {
  local kind=$1 addresses=$2 before=$peak line beside name
  : >"$var/beside"
  overload_ask_beside >>"$var/beside" &
  beside=$!
  line=$("$bin/bench_load" crowd --speech "$kind" --port "${!kind}" --people "$var/officers" --workload create \
    --connections $overload_connections --addresses "$addresses" --warm 3 --seconds "$overload_s" \
    --rate "$(awk -v peak="$peak" -v times=$overload_times 'BEGIN { printf "%.0f", peak * times }')" --server "$server" \
    --postmaster "$(postmaster)") || die "a crowd over $kind failed"
  kill $beside 2>/dev/null || true
  wait $beside 2>/dev/null || true
  peak=$(overload_peak "$kind")
  printf '%s, from %d addresses: %.0f/s done, %s of %.0f/s and %.0f/s; %.0f/s refused\n' "$kind" "$addresses" "$(value_in good "$line")" \
    "$(awk -v a="$(value_in good "$line")" -v b="$before" -v c="$peak" 'BEGIN { printf "%.2f", 2 * a / (b + c) }')" "$before" "$peak" \
    "$(value_in refused "$line")"
  printf '  %s\n' "$line"
  for name in health login whoami; do
    printf '  beside it: %-7s %s\n' $name "$(overload_told $name)"
  done
}

overload_all() {
  local kind peak
  for kind in $overload_speeches; do
    peak=$(overload_peak "$kind")
    overload_crowd "$kind" 8
    overload_crowd "$kind" 1
  done
}
