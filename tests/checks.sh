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

# A port of the loopback that nobody has now.
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Prints the closing line and ends.
finish() {
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}
