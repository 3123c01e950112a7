# docs/going-live.md as a script: what a reader types, in its order. Read by `source`, after scripts/lib.sh.
# shellcheck shell=bash disable=SC2154

# The commands for `run` or `compose`, each block under a line that says which it is: going_live_commands KIND
going_live_commands() {
  awk -v kind="$1" '
    /^#+ / && !inside { title = $0; gsub(/[^A-Za-z0-9 .,]/, "", title); sub(/^ +/, "", title) }
    /^```/ && inside { inside = taken = 0; next }
    /^```/ { inside = 1; taken = $0 == "```sh" || $0 == "```sh " kind; if (taken) print "step \"" title "\""; next }
    taken { print }' "$root/docs/going-live.md"
}

# Runs them in a folder that has the project's in it by their names: going_live KIND FOLDER. What each step took is printed before the next.
going_live() {
  local folder=$2 name
  mkdir -p "$folder"
  for name in scripts data docker docs build; do
    ln -sfn "$root/$name" "$folder/$name"
  done
  {
    cat <<'STEP'
set -euo pipefail
step() { echo "== $1 ($SECONDS s)"; }
STEP
    going_live_commands "$1"
    echo 'step end'
  } >"$folder/typed"
  (cd "$folder" && bash ./typed)
}
