#!/usr/bin/env bash
# Measures the mesh against HAProxy, against Envoy where there is one, and against no proxy, in one run on one machine.
#
#   ./mamparo bench mesh [ROW …]     all rows when none is named
#
#   h1      HTTP/1.1, 1 KiB, 64 kept connections: throughput, CPU a request, p99
#   calm    the same at 60 % of HAProxy's peak: p99
#   h2      HTTP/2 in, HTTP/1.1 out, 64 connections of 10 streams
#   idle    memory for 10,000 idle kept connections (fewer where the limit of open files is below 20,400)
#   body    1 GB down and up through one connection
#   first   from the start of an empty stack to its first proxied request
#
# Needs nginx, haproxy, wrk, h2load, curl and python3 on PATH; Envoy as `envoy` when it is to be compared. Mamparo runs with its
# defaults, which count, time, trace and guard each request; the others only forward. Turns alternate, medians are
# printed. CPU is user and system time of the whole process, compilation included.
#
# SECS=6 seconds a turn, TURNS=3 turns, OFFSET=3000 Mamparo's port offset, WARM=8 seconds before.
set -euo pipefail
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SECS=${SECS:-6} TURNS=${TURNS:-3} OFFSET=${OFFSET:-3000} WARM=${WARM:-8}
ROWS=${*:-h1 calm h2 idle body first}
OURS=$((8080 + OFFSET)) UP=$((15080 + OFFSET)) SINK=$((15084 + OFFSET)) HAPROXY=$((15081 + OFFSET)) HAPROXY_H2=$((15082 + OFFSET)) ENVOY=$((15083 + OFFSET))
export MAMPARO_NO_BUILD=1 NO_COLOR=1
for program in nginx haproxy wrk h2load curl python3 ss; do
  command -v "$program" >/dev/null || { echo "bench mesh: there is no $program on PATH; install it and run this again" >&2; exit 2; }
done
for port in $OURS $UP $SINK $HAPROXY $HAPROXY_H2 $ENVOY; do
  ! ss -Hltn "sport = :$port" | grep -q . || { echo "bench mesh: port $port is taken; choose another OFFSET" >&2; exit 2; }
done
rivals=haproxy; if command -v envoy >/dev/null; then rivals="haproxy envoy"; fi
W=$(mktemp -d)
others=()
cleanup() {
  "$ROOT/mamparo" down --data "$W/mamparo" >/dev/null 2>&1 || true
  [ ${#others[@]} = 0 ] || kill "${others[@]}" 2>/dev/null || true
  rm -rf "$W"
}
trap cleanup EXIT
ulimit -n 30000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
files=$(ulimit -n)
idlers=$(((files - 400) / 2)); [ "$idlers" -le 10000 ] || idlers=10000
# Waits for a port, at most 20 s.
await() {
  for _ in $(seq 200); do
    ! ss -Hltn "sport = :$1" | grep -q . || return 0
    sleep 0.1
  done
  echo "bench mesh: nobody listens on port $1" >&2; tail -3 "$W"/*.log "$W/nginx.err" >&2; exit 1
}

# ---- the four of them
mkdir "$W/www" "$W/put"
head -c 1024 /dev/zero | tr '\0' x >"$W/www/1k"
truncate -s 1000000000 "$W/www/1g"
cat >"$W/nginx.conf" <<C
worker_processes 1; pid $W/nginx.pid; error_log $W/nginx.err; daemon off; user root;
events { worker_connections 16384; }
http {
  access_log off; keepalive_requests 1000000000; sendfile on; client_max_body_size 2g;
  client_body_temp_path $W/b; proxy_temp_path $W/p; fastcgi_temp_path $W/f; uwsgi_temp_path $W/u; scgi_temp_path $W/s;
  server {
    listen 127.0.0.1:$UP;
    location / { default_type text/plain; return 200 "$(cat "$W/www/1k")"; }
    location /1g { root $W/www; }
  }
}
C
nginx -c "$W/nginx.conf" 2>/dev/null & others+=($!)
# Takes bodies to the end before it answers.
python3 - "$SINK" <<'P' & others+=($!)
import socket, sys, threading
def serve(c):
    buffer = memoryview(bytearray(1 << 18))
    with c:
        while True:
            head = b""
            while b"\r\n\r\n" not in head:
                part = c.recv(65536)
                if not part: return
                head += part
            head, _, begun = head.partition(b"\r\n\r\n")
            left = -len(begun)
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"): left += int(line[15:])
            while left > 0:
                n = c.recv_into(buffer)
                if n == 0: return
                left -= n
            c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
P
cat >"$W/haproxy.cfg" <<C
global
  nbthread $(nproc)
  maxconn $((idlers + 100))
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 60s
  http-reuse always
frontend h1
  bind 127.0.0.1:$HAPROXY
  use_backend sink if { path /sink }
  default_backend b
frontend h2
  bind 127.0.0.1:$HAPROXY_H2 proto h2
  default_backend b
backend b
  server s 127.0.0.1:$UP
backend sink
  server s 127.0.0.1:$SINK
C
haproxy -f "$W/haproxy.cfg" -db >"$W/haproxy.log" 2>&1 & others+=($!)
if [ "$rivals" != haproxy ]; then
  cat >"$W/envoy.yaml" <<C
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: $ENVOY}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: f
          codec_type: AUTO
          route_config: {virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {path: "/sink"}, route: {cluster: s, timeout: 0s}}, {match: {prefix: "/"}, route: {cluster: u, timeout: 0s}}]}]}
          http_filters: [{name: envoy.filters.http.router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters:
  - name: u
    type: STATIC
    load_assignment: {cluster_name: u, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: $UP}}}}]}]}
  - name: s
    type: STATIC
    load_assignment: {cluster_name: s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: $SINK}}}}]}]}
C
  envoy -c "$W/envoy.yaml" --concurrency "$(nproc)" --log-level error >"$W/envoy.log" 2>&1 & others+=($!)
fi
cat >"$W/mamparo.yaml" <<C
stack: bench
services:
  origin: {endpoints: ["http://127.0.0.1:$UP"], concurrency: 4096}
  sink: {endpoints: ["http://127.0.0.1:$SINK"]}
routes:
  - {path: /sink, to: sink}
  - {path: "/*", to: origin}
C
up() {
  "$ROOT/mamparo" up --detach --data "$W/mamparo" --port-offset "$OFFSET" "$W/mamparo.yaml" >"$W/up.log" 2>&1 ||
    { cat "$W/up.log" >&2; exit 1; }
}
await "$UP"; await "$SINK"; await "$HAPROXY"
if [ "$rivals" != haproxy ]; then await "$ENVOY"; fi
began=$(date +%s%N)
up
for _ in $(seq 500); do ! curl -sf -o /dev/null "http://127.0.0.1:$OURS/" || break; sleep 0.02; done
first=$((($(date +%s%N) - began) / 1000000))

# ---- measuring
port_of() {
  case $1 in
    mamparo) echo "$OURS" ;; haproxy) [ "${2:-}" = h2 ] && echo "$HAPROXY_H2" || echo "$HAPROXY" ;;
    envoy) echo "$ENVOY" ;; direct) echo "$UP" ;;
  esac
}
pid_on() { ss -Hltnp "sport = :$1" | grep -oE 'pid=[0-9]+' | head -1 | cut -d= -f2; }
ticks() { sed 's/.*) //' "/proc/$(pid_on "$1")/stat" | awk '{print $12 + $13}'; }
rss() { awk '/VmRSS/ {printf "%.0f", $2 / 1024}' "/proc/$(pid_on "$1")/status"; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
of() { awk -v w="$2" -v k="$3" '$1 == w {print $k}' "$W/$1" | median; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", b ? a / b : 0}'; }
hz=$(getconf CLK_TCK)
millis() { awk '{ if ($1 ~ /us$/) print $1 / 1000; else if ($1 ~ /ms$/) print $1 + 0; else print $1 * 1000 }'; }

turn() { # who row
  local who=$1 row=$2 port before after out rps n p99=0
  port=$(port_of "$who" "$row"); before=$(ticks "$port")
  if [ "$row" = h2 ]; then
    out=$(h2load -c 64 -m 10 -t 1 -D "$SECS" "http://127.0.0.1:$port/" 2>&1) || true
    rps=$(sed -n 's/^finished in.*, \([0-9.]*\) req\/s.*/\1/p' <<<"$out")
    n=$(sed -n 's/^requests: .* \([0-9]*\) succeeded.*/\1/p' <<<"$out")
    grep -qE ' 0 failed, 0 errored' <<<"$out" || echo "$who: $(grep '^requests:' <<<"$out")" >&2
  else
    out=$(wrk -t1 -c 64 -d "${SECS}s" --latency "http://127.0.0.1:$port/" 2>&1) || true
    rps=$(sed -n 's/^Requests\/sec: *\([0-9.]*\)/\1/p' <<<"$out")
    n=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' <<<"$out")
    p99=$(sed -n 's/^ *99% *\(.*\)/\1/p' <<<"$out" | millis)
    ! grep -qE 'Non-2xx|Socket errors' <<<"$out" || echo "$who: $(grep -E 'Non-2xx|Socket errors' <<<"$out" | tr -s ' ')" >&2
  fi
  after=$(ticks "$port")
  awk -v w="$who" -v t="${rps:-0}" -v c="$((after - before))" -v hz="$hz" -v n="${n:-1}" -v p="$p99" -v r="$(rss "$port")" \
    'BEGIN {printf "%s %.0f %.1f %s %s\n", w, t, c / hz * 1e6 / n, p, r}' >>"$W/$row"
}

compared() { # row title
  local row=$1 title=$2 who i all="mamparo $rivals"
  [ "$row" = h2 ] || all="$all direct"
  if [ "$row" = h2 ]; then h2load -c 64 -m 10 -t 1 -D "$WARM" "http://127.0.0.1:$OURS/" >/dev/null 2>&1 || true
  else wrk -t1 -c 64 -d "${WARM}s" "http://127.0.0.1:$OURS/" >/dev/null 2>&1 || true; fi
  for i in $(seq "$TURNS"); do for who in $all; do turn "$who" "$row"; done; done
  printf '%-38s %10s %12s %10s %8s\n' "$title" "requests/s" "us CPU each" "p99 ms" "RSS MB"
  for who in $all; do
    printf '  %-36s %10s %12s %10s %8s' "$who" "$(of "$row" "$who" 2)" "$(of "$row" "$who" 3)" "$(of "$row" "$who" 4)" "$(of "$row" "$who" 5)"
    case $who in
      haproxy | envoy) printf '   Mamparo: %s x the throughput, %s x the CPU\n' \
        "$(ratio "$(of "$row" mamparo 2)" "$(of "$row" "$who" 2)")" "$(ratio "$(of "$row" mamparo 3)" "$(of "$row" "$who" 3)")" ;;
      *) echo ;;
    esac
  done
}

calm() { # open loop at 60 % of HAProxy's peak, latency from when each request was due
  local peak rate i who
  peak=$(wrk -t1 -c 64 -d "${SECS}s" "http://127.0.0.1:$HAPROXY/" | sed -n 's/^Requests\/sec: *\([0-9]*\).*/\1/p')
  rate=$((peak * 6 / 10))
  for i in $(seq "$TURNS"); do
    for who in mamparo $rivals; do
      h2load --h1 -c 64 -t 1 -D "$SECS" --rps "$((rate / 64))" --log-file "$W/log" "http://127.0.0.1:$(port_of "$who")/" >/dev/null 2>&1 || true
      echo "$who $(awk '{print $3}' "$W/log" | sort -n | awk '{v[NR] = $1} END {printf "%.2f", v[int(NR * 0.99)] / 1000}')" >>"$W/calm"
      rm -f "$W/log"
    done
  done
  echo "p99 at 60 % of HAProxy's peak ($rate requests/s, 64 connections)"
  for who in mamparo $rivals; do printf '  %-36s %s ms\n' "$who" "$(of calm "$who" 2)"; done
}

idle() {
  local who before port n=$idlers
  echo "$n idle kept connections"
  for who in mamparo $rivals; do
    port=$(port_of "$who"); before=$(rss "$port")
    exec 9< <(python3 - "$port" "$n" <<'P'
import socket, sys, time
port, n = int(sys.argv[1]), int(sys.argv[2])
open_ones = []
for i in range(n):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n")
    got = b""
    while not got.endswith(b"x" * 1024): got += s.recv(65536)
    open_ones.append(s)
print("open", flush=True)
time.sleep(3)
print("done", flush=True)
P
)
    read -r _ <&9; sleep 2
    printf '  %-36s %s MB over %s MB\n' "$who" "$(($(rss "$port") - before))" "$before"
    read -r _ <&9; exec 9<&-
  done
}

body() {
  local who port i a b
  for i in $(seq "$TURNS"); do
    for who in mamparo $rivals direct; do
      port=$(port_of "$who")
      a=$(date +%s%N); curl -sf -o /dev/null "http://127.0.0.1:$port/1g"; b=$(date +%s%N)
      echo "$who $(((b - a) / 1000000))" >>"$W/down"
      [ "$who" != direct ] || port=$SINK
      a=$(date +%s%N); curl -sf -o /dev/null -H "Expect:" -T "$W/www/1g" "http://127.0.0.1:$port/sink"; b=$(date +%s%N)
      echo "$who $(((b - a) / 1000000)) $(rss "$port")" >>"$W/upward"
    done
  done
  echo "1 GB body, ms"
  for who in mamparo $rivals direct; do
    printf '  %-36s down %6s   up %6s   RSS %s MB\n' "$who" "$(of down "$who" 2)" "$(of upward "$who" 2)" "$(of upward "$who" 3)"
  done
  printf '  Mamparo at %s (down) and %s (up) of direct\n' "$(ratio "$(of down direct 2)" "$(of down mamparo 2)")" "$(ratio "$(of upward direct 2)" "$(of upward mamparo 2)")"
}

echo "$(date -u +%F), $(nproc) cores, Linux $(uname -r), $(haproxy -v | head -1 | cut -d' ' -f1-3), $(envoy --version 2>/dev/null | sed -nE 's,.*/([0-9]+\.[0-9]+\.[0-9]+)/.*,Envoy \1,p' || true); $TURNS turns of $SECS s"
for row in $ROWS; do
  case $row in
    h1) compared h1 "HTTP/1.1, 1 KiB, 64 connections" ;;
    calm) calm ;;
    h2) compared h2 "HTTP/2 in, 64 x 10 streams" ;;
    idle) idle ;;
    body) body ;;
    first) echo "first proxied request after the start of up --detach: $first ms" ;;
    *) echo "bench mesh: no row is called $row" >&2; exit 2 ;;
  esac
done
