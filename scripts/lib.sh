# What the scripts share; read by `source`. It does nothing but define, and sets `root`, the project's folder.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Small tools that are taken out of their package, see scripts/packages.
tools=$root/var/tools
PATH=$tools:$PATH

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$(basename "$0"): $*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command as root.
as_root() {
  if is_root; then
    "$@"
  else
    has sudo || die "this needs root or sudo: $*"
    sudo "$@"
  fi
}

# Words before a command that is to run as a cluster's user: neither PostgreSQL nor what stands around it runs as root. Words and no function, so
# that a process in the background is the program's own.
# shellcheck disable=SC2034
if is_root; then as_postgres=(setpriv --reuid postgres --regid postgres --init-groups env -u HOME); else as_postgres=(env); fi

# Prints the comment on top of the script that runs: what it does and how it is called.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# 24 characters that are good for a password, a URL and a shell.
random_word() { od -An -vtx1 -N12 /dev/urandom | tr -d ' \n'; }

# Processors that a build may take.
cores() { nproc; }

# Configures where needed and builds a preset of CMakePresets.json: build_preset NAME TARGET…
build_preset() {
  local preset=$1 folder=$root/build/$1 launcher=()
  shift
  if has ccache; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
  fi
  if [ ! -e "$folder/build.ninja" ]; then
    (cd "$root" && cmake --preset "$preset" "${launcher[@]}") >&2 || return 1
  fi
  cmake --build "$folder" --parallel "$(cores)" ${1:+--target "$@"} >&2
}

# Prints the line in which a server says that it serves; fails, with its log's last lines, where it ends before or takes longer: await_serving LOG PID SECONDS
await_serving() {
  local deadline=$((SECONDS + $3))
  until grep -m 1 '"message":"serving"' "$1"; do
    if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$2" 2>/dev/null; then
      tail -n 30 "$1" >&2
      return 1
    fi
    sleep 0.1
  done
}

# A port in such a line: port_in NAME LINE
port_in() { sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" <<<"$2"; }

# Adds up the closing lines ("N passed, N failed", maybe ", N skipped" or a line "N skipped") of a log: "passed failed skipped lines".
tally_of() {
  awk '/^([A-Za-z_-]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
         sub(/^[A-Za-z_-]+: /, ""); passed += $1; failed += $3; skipped += $5; lines++ }
       /^[0-9]+ skipped$/ { skipped += $1 }
       END { print passed + 0, failed + 0, skipped + 0, lines + 0 }' "$1"
}
