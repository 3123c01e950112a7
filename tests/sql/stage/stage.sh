# Where the SQL tests play: a scratch cluster with the migrations, the harness and a small world; read by `source`. It sets `work`, and
# stops the cluster when the script ends.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$here/../../scripts/lib.sh"

strike_stage() {
  trap - EXIT INT TERM
  "$root/scripts/cluster" stop "$work" || true
  as_root rm -rf "$work"
}

# as owner|role ARGUMENT…: psql as the database's owner or as the serving role.
as() {
  local name=ZOUFANG_DB_URL
  [ "$1" = role ] || name=ZOUFANG_DB_OWNER_URL
  shift
  psql -XAtq -v ON_ERROR_STOP=1 "$(sed -n "s/^$name=//p" "$work/urls")" "$@"
}

set_stage() {
  local migration
  work=$(mktemp -d "${TMPDIR:-/tmp}/zoufang-sql-XXXXXX")
  chmod 711 "$work"
  trap strike_stage EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  "$root/scripts/cluster" start --scratch "$work" >"$work/urls"
  for migration in "$root"/sql/migrations/*.sql; do
    as owner --single-transaction -f "$migration"
  done
  as owner --single-transaction -f "$here/stage/harness.sql" -f "$here/stage/world.sql"
}

# Loads what is expected, topic by topic.
load_expectations() {
  local file
  for file in "$here"/expectations/*.sql; do
    as owner --single-transaction -f "$file"
  done
}

# The last of a script: counts what its report says; fails where that failed.
tally() {
  local failed
  failed=$(grep -c '^  FAIL' "$work/report" || true)
  echo "$(grep -c '^  ok' "$work/report") passed, $failed failed"
  [ "$failed" -eq 0 ]
}
