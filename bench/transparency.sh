#!/usr/bin/env bash
# PostgreSQL's own regression and isolation suites, direct and through the proxy in transaction mode, and what differs.
#
#   bench/transparency.sh SOURCE [regress|isolation]…
#
# SOURCE is a source tree of the server's version (its src/test/regress and src/test/isolation suffice). Needs PostgreSQL's
# programs with pg_regress and isolationtester, gcc, and the server's headers; PGBIN, PGXS and PGINCLUDE say where they are
# when not where Debian puts them. PROXY_PORT names a proxy that runs already, with login postgres/regress to the databases
# regression and isolation_regression at port PORT; SCHEDULE another list of tests. The differences are left in OUT (default: a fresh temporary directory).
set -euo pipefail
source=$(realpath "$1"); shift
suites=${*:-regress isolation}
here=$(cd "$(dirname "$0")/.." && pwd)
version=${PGVERSION:-15}
bin=${PGBIN:-/usr/lib/postgresql/$version/bin}
pgxs=${PGXS:-/usr/lib/postgresql/$version/lib/pgxs}
include=${PGINCLUDE:-/usr/include/postgresql/$version/server}
out=${OUT:-$(mktemp -d)}
port=${PORT:-15432}
offset=${OFFSET:-3000}
user=postgres
export PGPASSWORD=regress LC_ALL=C
mkdir -p "$out"
as=()
[ "$(id -u)" = 0 ] && { as=(setpriv --reuid=nobody --regid=nogroup --clear-groups --); chown nobody "$out"; }

start() { # $1: a name for the data directory
  data=$out/data-$1
  rm -rf "$data"
  echo regress >"$out/password"
  chmod a+r "$out/password"
  "${as[@]}" "$bin/initdb" -D "$data" -U $user --pwfile="$out/password" -A scram-sha-256 -E UTF8 --locale=C --no-sync >"$out/initdb.log"
  "${as[@]}" "$bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
    -c max_prepared_transactions=2 -c max_connections=200 >"$out/server-$1.log" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && return
    sleep 0.1
  done
  echo "PostgreSQL did not start, see $out/server-$1.log" >&2; exit 1
}
stop() {
  [ -z "${server:-}" ] || { kill -INT "$server" 2>/dev/null && wait "$server" || true; server=; }
}
proxy_down() { [ -z "${proxied:-}" ] || { "$here/mamparo" down --data "$out/mamparo" >/dev/null || true; proxied=; }; }
trap 'proxy_down; stop' EXIT

psql_direct() { "$bin/psql" -X -q -h 127.0.0.1 -p "$port" -U $user "$@"; }
database() { # $1: its name
  psql_direct -d postgres -c "create database $1 template template0"
  for setting in "lc_messages to 'C'" "lc_monetary to 'C'" "lc_numeric to 'C'" "lc_time to 'C'" \
    "bytea_output to 'hex'" "timezone_abbreviations to 'Default'"; do
    psql_direct -d postgres -c "alter database $1 set $setting"
  done
}

proxy_up() { # $1: the database
  [ -z "${PROXY_PORT:-}" ] || return 0
  cat >"$out/stack.yaml" <<YAML
stack: transparency
databases:
  $1:
    url: postgres://$user:regress@127.0.0.1:$port/$1
proxy:
  pools: {max: 40, borrow-timeout: 30s}
YAML
  "$here/mamparo" up "$out/stack.yaml" --detach --data "$out/mamparo" --port-offset "$offset" >"$out/up.log"
  proxied=1
}

suite() { # $1: regress or isolation   $2: direct or proxy
  # Both run in the same place: its name is in the outputs, and the server writes to it.
  local results=$out/$1-$2 db=regression to=$port tool=regress/pg_regress work=$out/work
  [ "$1" = isolation ] && { db=isolation_regression; tool=isolation/pg_isolation_regress; }
  rm -rf "$results" "$work"
  "${as[@]}" mkdir -p "$work"
  start "$1-$2"
  database $db
  [ "$2" = proxy ] && { proxy_up $db; to=${PROXY_PORT:-$((6432 + offset))}; }
  ( cd "$work" && "${as[@]}" "$pgxs/src/test/$tool" --use-existing --dbname=$db --host=127.0.0.1 --port="$to" --user=$user \
      --bindir="$bin" --dlpath="$out" --inputdir="$source/src/test/$1" --outputdir="$work" \
      --max-concurrent-tests=20 \
      --schedule="${SCHEDULE:-$source/src/test/$1/$([ "$1" = regress ] && echo parallel_schedule || echo isolation_schedule)}" ) \
    >"$out/$1-$2.log" 2>&1 || true
  mv "$work" "$results"
  proxy_down
  stop
  tail -n 5 "$out/$1-$2.log"
}

[ -f "$out/regress.so" ] || gcc -O1 -w -fPIC -shared -I"$include" -o "$out/regress.so" "$source/src/test/regress/regress.c"
for one in $suites; do
  suite "$one" direct
  suite "$one" proxy
  diff -r -U3 "$out/$one-direct/results" "$out/$one-proxy/results" >"$out/$one.diff" || true
  echo "$one: $(grep -c '^diff ' "$out/$one.diff" || true) files differ, see $out/$one.diff"
done
