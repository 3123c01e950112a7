# How tests that are scripts check and count; read by `source`.
# shellcheck shell=bash

passed=0 failed=0

# Leaves the whole test out, with the reason.
skip() {
  echo "  skip  $*"
  echo '0 passed, 0 failed, 1 skipped'
  exit 0
}

# check SENTENCE COMMAND…: passes where the command does; what it prints is shown only where it does not.
check() {
  local sentence=$1 printed
  shift
  if printed=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "  ok    $sentence"
  else
    failed=$((failed + 1))
    echo "  FAIL  $sentence"
    printf '        %s\n' "${printed//$'\n'/$'\n        '}"
  fi
}

# As check, for what all that follows needs.
must() {
  check "$@"
  [ "$failed" -eq 0 ] || finish
}

refuses() { ! "$@"; }

# So many ports of the loopback that nobody has, no two the same, and none that an outgoing connection may be given before they are bound.
free_ports() {
  /usr/bin/python3 - "$1" <<'PORTS'
import random, socket, sys

low = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
held = []
for port in random.sample(range(10000, max(low, 20000)), 5000):
    if len(held) == int(sys.argv[1]):
        break
    one = socket.socket()
    try:
        one.bind(("127.0.0.1", port))
        held.append(one)
    except OSError:
        one.close()
print(*(one.getsockname()[1] for one in held))
PORTS
}

# What a statement gives, asked as the owner of the database at $owner_url.
# shellcheck disable=SC2154
value_of() { psql -XAtq "$owner_url" -c "set search_path = zoufang; $1"; }

# Prints the closing line and ends.
finish() {
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}
