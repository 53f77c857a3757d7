#!/usr/bin/env bash
# Start-up and memory of the built-in stack: first up, later ups, small commands, and the resident
# memory under load. Run by ./mamparo bench startup [RUNS]; needs the default ports plus 21000.
set -eu
M=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/mamparo
runs=${1:-5}
work=$(mktemp -d)
export MAMPARO_DATA=$work/data MAMPARO_NO_BUILD=1 NO_COLOR=1
trap '"$M" down >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cd "$work"
now() { date +%s%N; }
took() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b - a) / 1e9 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
a=$(now); "$M" up --detach --port-offset 21000 >first.log || { cat first.log; exit 1; }; b=$(now)
echo "very first up: $(took "$a" "$b") s (budget 10)"
"$M" down >/dev/null
for _ in $(seq "$runs"); do
  a=$(now); "$M" up --detach --port-offset 21000 >later.log; b=$(now)
  took "$a" "$b"; echo
  "$M" down >/dev/null
done | median | xargs -I{} echo "later up, median of $runs: {} s (budget 3)"
"$M" up --detach --port-offset 21000 >/dev/null
for command in "--version" "check" "status"; do
  for _ in $(seq "$runs"); do
    a=$(now); "$M" $command >/dev/null; b=$(now)
    took "$a" "$b"; echo
  done | median | xargs -I{} echo "$command, median of $runs: {} s (budget 0.4)"
done
pid=$(sed -nE 's/.*"pid":([0-9]+).*/\1/p' "$MAMPARO_DATA/control.json")
rss() { awk '/^VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$pid/status"; }
echo "resident, idle: $(rss) MiB"
"$M" load /api/v0.1/cars/ --rate 500/s --duration 60s >load.log 2>/dev/null || true
echo "resident, after a minute of 500 requests/s: $(rss) MiB (budget 300)"
sed 's/^/  /' load.log
