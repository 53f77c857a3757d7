#!/usr/bin/env bash
# The resilience kernel beside resilience4j: time and allocation of a call, by JMH, on one thread and
# on two. Run by ./mamparo bench kernel [ITERATIONS [REGEX]]; three iterations take three and a half minutes.
set -eu
iterations=${1:-3} which=${2:-io.mamparo.bench.kernel}
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cp=$ROOT/bench/target/classes:$(printf '%s:' "$ROOT"/bench/target/lib/*.jar)
java() { "$JAVA_HOME/bin/java" --sun-misc-unsafe-memory-access=allow -cp "$cp" org.openjdk.jmh.Main "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
for threads in 1 2; do
  echo
  echo "threads: $threads"
  java "$which" -t "$threads" -f 1 -wi 2 -w 1 -i "$iterations" -r 1 -prof gc \
    -jvmArgs "-XX:+UseCompactObjectHeaders --sun-misc-unsafe-memory-access=allow" -o "log.$threads" -rff "result.$threads" -rf csv 2>errors ||
    { cat errors; tail -20 "log.$threads"; exit 1; }
  awk -F, 'NR > 1 { gsub(/"/, ""); name = $1; sub(/.*\.kernel\./, "", name) }
    NR > 1 && $1 !~ /:gc/ { split(name, n, ":"); time[n[1]] = $5; order[++k] = n[1]; error[n[1]] = $6 }
    NR > 1 && $1 ~ /gc.alloc.rate.norm/ { split(name, n, ":"); bytes[n[1]] = $5 }
    END { for (i = 1; i <= k; i++) printf "  %-52s %9.1f ns ± %6.1f %8.1f B\n", order[i], time[order[i]], error[order[i]], bytes[order[i]] }' "result.$threads"
done
