#!/usr/bin/env bash
# Measures the database proxy against PgBouncer and against no proxy, in one run on one machine.
#
#   ./mamparo bench dbproxy [ROW …]     all rows when none is named
#
#   prepared simple extended   pgbench -S in that protocol mode, 64 clients
#   single                     one client, prepared
#   tpcb                       pgbench's TPC-B-like transactions, 64 clients
#   tls                        prepared, 64 clients, both proxies encrypted towards the clients
#   crowd                      500 active clients beside 9500 idle ones, prepared: p99 and memory
#   stream                     1 GB of rows through one connection (COPY TO STDOUT)
#
# Needs pgbench, psql and initdb of a PostgreSQL, a PgBouncer (1.21 or newer) and openssl on PATH. A PostgreSQL
# of its own is started, both proxies get 20 server connections in transaction mode, turns alternate,
# medians are printed. But for tls nothing is encrypted: left alone, psql and pgbench would encrypt
# towards Mamparo, which offers it. CPU is user and system time of the whole process, compilation included.
#
# SECS=6 seconds a turn, TURNS=3 turns, OFFSET=3000 Mamparo's port offset, WARM=30 seconds before.
set -euo pipefail
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SECS=${SECS:-6} TURNS=${TURNS:-3} OFFSET=${OFFSET:-3000} WARM=${WARM:-30}
ROWS=${*:-prepared simple extended single tpcb tls crowd stream}
UP=$((15440 + OFFSET)) BOUNCER=$((16440 + OFFSET)) OURS=$((6432 + OFFSET))
export MAMPARO_NO_BUILD=1 PGUSER=bench PGPASSWORD=bench PGDATABASE=bench PGHOST=127.0.0.1 PGSSLMODE=disable
BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -n "$BIN" ] && PATH=$BIN:$PATH
for program in pgbench psql initdb pg_ctl pgbouncer ss openssl; do
  command -v "$program" >/dev/null || { echo "bench dbproxy: there is no $program on PATH; install it and run this again" >&2; exit 2; }
done
for port in $UP $BOUNCER $OURS; do
  ! ss -Hltn "sport = :$port" | grep -q . || { echo "bench dbproxy: port $port is taken; choose another OFFSET" >&2; exit 2; }
done
W=$(mktemp -d); chmod 755 "$W"
unprivileged() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
crowd=
cleanup() {
  [ -z "$crowd" ] || kill "$crowd" 2>/dev/null || true
  "$ROOT/mamparo" down --data "$W/mamparo" >/dev/null 2>&1 || true
  [ -f "$W/pg/bouncer.pid" ] && kill "$(cat "$W/pg/bouncer.pid")" 2>/dev/null || true
  unprivileged "$(command -v pg_ctl)" -D "$W/pg/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$W"
}
trap cleanup EXIT

# ---- the three of them
mkdir "$W/pg"; [ "$(id -u)" != 0 ] || chown nobody:nogroup "$W/pg"
unprivileged "$(command -v initdb)" -D "$W/pg/data" -U postgres -A trust --no-sync >"$W/initdb.log"
printf "listen_addresses='127.0.0.1'\nport=%s\nunix_socket_directories=''\nmax_connections=200\nshared_buffers=256MB\nsynchronous_commit=off\n" "$UP" |
  unprivileged tee -a "$W/pg/data/postgresql.conf" >/dev/null
printf 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n' |
  unprivileged tee "$W/pg/data/pg_hba.conf" >/dev/null
unprivileged "$(command -v pg_ctl)" -D "$W/pg/data" -l "$W/pg/log" -w start >/dev/null || { tail -5 "$W/pg/log" >&2; exit 1; }
psql -q -p "$UP" -U postgres -d postgres -c "create role bench login superuser password 'bench'" -c "create database bench owner bench"
pgbench -q -i -s 10 -p "$UP" >/dev/null 2>&1

printf '"bench" "bench"\n' | unprivileged tee "$W/pg/users.txt" >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench \
  -keyout "$W/key.pem" -out "$W/certificate.pem" 2>/dev/null
chmod 644 "$W/key.pem"
unprivileged tee "$W/pg/bouncer.ini" >/dev/null <<C
[databases]
bench = host=127.0.0.1 port=$UP dbname=bench user=bench password=bench
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $BOUNCER
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $W/pg/users.txt
pool_mode = transaction
default_pool_size = 20
max_client_conn = 20000
max_prepared_statements = 200
ignore_startup_parameters = extra_float_digits
client_tls_sslmode = allow
client_tls_key_file = $W/key.pem
client_tls_cert_file = $W/certificate.pem
logfile = $W/pg/bouncer.log
pidfile = $W/pg/bouncer.pid
C
ulimit -n 30000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
unprivileged "$(command -v pgbouncer)" -q -d "$W/pg/bouncer.ini"

cat >"$W/mamparo.yaml" <<C
stack: bench
databases:
  bench: {url: "postgres://bench:bench@127.0.0.1:$UP/bench"}
proxy:
  pools: {max: 20, borrow-timeout: 30s}
C
"$ROOT/mamparo" up --detach --data "$W/mamparo" --port-offset "$OFFSET" "$W/mamparo.yaml" >"$W/up.log" 2>&1 ||
  { cat "$W/up.log" >&2; exit 1; }

# ---- measuring
pid_on() { ss -Hltnp "sport = :$1" | grep -oE 'pid=[0-9]+' | head -1 | cut -d= -f2; }
ticks() { sed 's/.*) //' "/proc/$(pid_on "$1")/stat" | awk '{print $12 + $13}'; }
rss() { awk '/VmRSS/ {printf "%.0f", $2 / 1024}' "/proc/$(pid_on "$1")/status"; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
port_of() { case $1 in mamparo) echo "$OURS" ;; pgbouncer) echo "$BOUNCER" ;; direct) echo "$UP" ;; esac; }
hz=$(getconf CLK_TCK)

turn() { # who row pgbench-options… ; adds "who tps cpu p99" to the rows
  local who=$1 row=$2 port before after out n tps p99=0; shift 2
  port=$(port_of "$who"); before=$(ticks "$port")
  rm -f "$W"/latency*
  out=$(cd "$W" && pgbench -n -p "$port" -T "$SECS" "$@" 2>"$W/error") || { echo "$who: $(head -1 "$W/error")" >&2; return 0; }
  after=$(ticks "$port")
  n=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' <<<"$out")
  tps=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' <<<"$out")
  [ "${n:-0}" -gt 0 ] || { echo "$who, $row: pgbench had not logged in before its time was over: SECS= more" >&2; return 0; }
  if compgen -G "$W/latency*" >/dev/null; then
    p99=$(cat "$W"/latency* | awk '{print $3}' | sort -n | awk '{v[NR] = $1} END {printf "%.1f", v[int(NR * 0.99)] / 1000}')
  fi
  awk -v w="$who" -v t="$tps" -v c="$((after - before))" -v hz="$hz" -v n="$n" -v p="$p99" -v r="$(rss "$port")" \
    'BEGIN {printf "%s %.0f %.1f %s %s\n", w, t, c / hz * 1e6 / n, p, r}' >>"$W/$row"
}
of() { awk -v w="$2" -v k="$3" '$1 == w {print $k}' "$W/$1" | median; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", b ? a / b : 0}'; }
show() { # row title
  printf '%-34s %9s %9s %6s  %6s %6s %6s  %9s\n' "$2" "$(of "$1" mamparo 2)" "$(of "$1" pgbouncer 2)" \
    "$(ratio "$(of "$1" mamparo 2)" "$(of "$1" pgbouncer 2)")" "$(of "$1" mamparo 3)" "$(of "$1" pgbouncer 3)" \
    "$(ratio "$(of "$1" mamparo 3)" "$(of "$1" pgbouncer 3)")" "$(of "$1" direct 2 || true)"
}
compare() { # row title pgbench-options…
  local row=$1 title=$2 i; shift 2
  pgbench -n -p "$OURS" -T "$WARM" "$@" >/dev/null 2>&1 || true
  for i in $(seq "$TURNS"); do turn mamparo "$row" "$@"; turn pgbouncer "$row" "$@"; [ "$PGSSLMODE" = require ] || turn direct "$row" "$@"; done
  show "$row" "$title"
}

crowded() {
  local who port i
  printf '\\sleep 3600 s\n' >"$W/idle.sql"
  for who in mamparo pgbouncer; do
    port=$(port_of "$who")
    pgbench -n -p "$port" -f "$W/idle.sql" -c 9500 -j 2 -T 3600 >/dev/null 2>&1 & crowd=$!
    for i in $(seq 1200); do
      [ "$(ss -Htn state established "sport = :$port" | wc -l)" -lt 9500 ] || break
      sleep 0.1
    done
    for i in $(seq "$TURNS"); do turn "$who" crowd -S -M prepared -c 500 -j 2 -l --log-prefix=latency -T $((SECS + 15)); done # log-ins count
    kill "$crowd"; wait "$crowd" 2>/dev/null || true; crowd=
  done
  printf '%-34s %9s %9s %6s   (p99 in ms; RSS %s and %s MB)\n' "10,000 clients, 500 active" "$(of crowd mamparo 4)" \
    "$(of crowd pgbouncer 4)" "$(ratio "$(of crowd mamparo 4)" "$(of crowd pgbouncer 4)")" "$(of crowd mamparo 5)" "$(of crowd pgbouncer 5)"
}

streamed() {
  local i who before after
  for i in $(seq "$TURNS"); do
    for who in mamparo pgbouncer direct; do
      before=$(date +%s%N)
      psql -q -p "$(port_of "$who")" -c "copy (select repeat('x', 999) from generate_series(1, 1000000)) to stdout" >/dev/null
      after=$(date +%s%N)
      echo "$who $(((after - before) / 1000000))" >>"$W/stream"
    done
  done
  printf '%-34s %9s %9s %6s   (ms; direct %s, so %s x direct)\n' "1 GB of rows, COPY" "$(of stream mamparo 2)" "$(of stream pgbouncer 2)" \
    "$(ratio "$(of stream mamparo 2)" "$(of stream pgbouncer 2)")" "$(of stream direct 2)" "$(ratio "$(of stream direct 2)" "$(of stream mamparo 2)")"
}

echo "$(date -u +%F), $(nproc) cores, Linux $(uname -r), $(pgbouncer --version | head -1), $(postgres --version 2>/dev/null || psql --version); $TURNS turns of $SECS s"
printf '%-34s %9s %9s %6s  %6s %6s %6s  %9s\n' "" "Mamparo" PgBouncer ratio "us/tx" "us/tx" ratio direct
for row in $ROWS; do
  case $row in
    prepared | simple | extended) compare "$row" "-S -M $row, 64 clients" -S -M "$row" -c 64 -j 2 ;;
    single) compare single "-S -M prepared, 1 client" -S -M prepared -c 1 ;;
    tls) PGSSLMODE=require compare tls "-S -M prepared, 64 clients, TLS" -S -M prepared -c 64 -j 2 ;;
    # Not prepared: pgbench waits for each of those answers before it looks after its other clients,
    # whose open transactions have all connections by then, through any proxy that shares them.
    tpcb) compare tpcb "TPC-B, extended, 64 clients" -M extended -c 64 -j 2 ;;
    crowd) crowded ;;
    stream) streamed ;;
    *) echo "bench dbproxy: no row is called $row" >&2; exit 2 ;;
  esac
done
